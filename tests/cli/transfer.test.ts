/** Many jobs by hand, against a real server: clone, bulk, export, import, and the way from and to a crontab. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Job } from '../../src/api/contract/jobs.ts'
import { asHttp } from '../support/as-http.ts'
import { type CliServer, startCliServer } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

const file = (name: string, content?: unknown): string => {
  const path = join(server.folder, name)
  if (content !== undefined) writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const named = (search: string) => server.cli.json<Job[]>(['jobs', 'list', '--search', search])

describe('jobs', () => {
  it('clone makes a paused copy under the name that was asked for', async () => {
    await server.create('original', '--every', '1h')

    const { code, out } = await server.cli.run(['jobs', 'clone', 'original', '--name', 'the twin'])

    assert.equal(code, 0)
    assert.match(out, /^Made the twin \([0-9a-f-]{36}\), paused$/)
  })

  it('bulk acts on all that a filter means, and on nothing when a word was forgotten', async () => {
    for (const n of [1, 2, 3]) await server.create(`many ${n}`, '--every', '1h')

    const unsaid = await server.cli.run(['jobs', 'bulk', 'pause', '--search', 'many'])
    const dry = await server.cli.run(['jobs', 'bulk', 'pause', '--all', '--search', 'many', '--dry-run'])
    assert.ok((await named('many')).every(({ state }) => state === 'active'))
    const done = await server.cli.run(['jobs', 'bulk', 'pause', '--all', '--search', 'many'])
    const two = await server.cli.run(['jobs', 'bulk', 'resume', 'many 1', 'many 2'])
    const edited = await server.cli.run(['jobs', 'bulk', 'edit', '--all', '--search', 'many', '--meta', 'team=ops'])

    assert.deepEqual([unsaid.code, dry.code, done.code, two.code, edited.code], [2, 0, 0, 0, 0])
    assert.equal(dry.out, 'pause: 3 would be done, 0 refused')
    assert.equal(done.out, 'pause: 3 done, 0 refused')
    assert.deepEqual(
      (await named('many')).map(({ state, metadata }) => [state, metadata.team]),
      [
        ['active', 'ops'],
        ['active', 'ops'],
        ['paused', 'ops'],
      ],
    )
  })

  it('bulk delete asks first, and needs --yes where nobody can be asked', async () => {
    await server.create('doomed')
    const args = ['jobs', 'bulk', 'delete', '--all', '--search', 'doomed']

    const silent = await server.cli.run(args)
    const no = await server.cli.run(args, { answers: ['n'] })
    assert.equal((await named('doomed')).length, 1)
    const yes = await server.cli.run(args, { answers: ['y'] })

    assert.deepEqual([silent.code, no.code, yes.code], [2, 1, 0])
    assert.deepEqual(await named('doomed'), [])
  })
})

describe('export and import', () => {
  it('a sheet becomes jobs, and rows that are wrong stand in a table with their lines', async () => {
    const path = file(
      'jobs.csv',
      'name,cron,url\nfrom sheet,0 9 * * *,https://example.com/\nwrong,99 9 * * *,https://example.com/\n',
    )

    const dry = await server.cli.run(['import', 'csv', path, '--dry-run'])
    assert.deepEqual(await named('from sheet'), [])
    const done = await server.cli.run(['import', 'csv', path])
    const json = await server.cli.run(['import', 'csv', path, '--json'])

    assert.deepEqual([dry.code, done.code, json.code], [2, 2, 2])
    assert.match(dry.err, /1 jobs would be made.*1 rows are no jobs/s)
    assert.match(done.out, /^Created from sheet \([0-9a-f-]{36}\)$/m)
    assert.match(done.out, /3 +wrong +schedules\[0\]\.expression/)
    assert.equal((await named('from sheet')).length, 1)
    assert.deepEqual(
      JSON.parse(json.out).errors.map(({ line }: { line: number }) => line),
      [2, 3],
    )
  })

  it('jobs go out into a file that its owner alone can read, and come in again as they were', async () => {
    await server.create('travels', '--cron', '0 7 * * MON', '--header', 'X-A: 1', '--attempts', '3')
    const path = file('jobs.json')

    const out = await server.cli.run(['export', 'jobs', '--search', 'travels', '--out', path])
    await server.cli.run(['jobs', 'bulk', 'delete', '--all', '--search', 'travels', '--yes'])
    const dry = await server.cli.run(['import', 'jobs', path, '--dry-run'])
    const none = await named('travels')
    const made = await server.cli.run(['import', 'jobs', path])
    const again = file('again.json')
    await server.cli.run(['export', 'jobs', '--search', 'travels', '--out', again])

    assert.deepEqual([out.code, dry.code, none, made.code], [0, 0, [], 0])
    assert.match(out.err, /^Wrote .*jobs\.json \(\d+ bytes\)\.$/)
    assert.match(made.out, /^Created travels \([0-9a-f-]{36}\)$/)
    assert.equal(readFileSync(again, 'utf8'), readFileSync(path, 'utf8'))
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.ok(!existsSync(`${path}.part`))
  })

  it('an exported job can be given to jobs create, and its secret filled in to import', async () => {
    const secret = ['--auth', 'bearer', '--secret-stdin']
    await server.cli.run(['jobs', 'create', 'sealed', '--url', `${server.url}/echo`, '--manual', ...secret], {
      input: 's3cret',
    })
    const path = file('sealed.json')
    await server.cli.run(['export', 'jobs', '--search', 'sealed', '--out', path])
    const [job] = JSON.parse(readFileSync(path, 'utf8')).jobs
    const print = job.target.auth.token.fingerprint as string

    const created = await server.cli.run(['jobs', 'create', 'sealed 2', '--file', path, ...secret], { input: 's3cret' })
    const without = await server.cli.run(['import', 'jobs', path])
    const filled = await server.cli.run([
      'import',
      'jobs',
      path,
      '--secrets',
      file('secrets.json', { [print]: 's3cret' }),
    ])

    assert.deepEqual([created.code, without.code, filled.code], [0, 2, 0], created.err + filled.err)
    assert.match(without.err, /jobs\[0\]\.target\.auth\.token/)
    const prints = (await named('sealed')).map(({ target }) => JSON.stringify(asHttp(target).auth))
    assert.deepEqual(new Set(prints), new Set([JSON.stringify({ kind: 'bearer', token: { fingerprint: print } })]))
  })

  it('runs come as a table on standard output', async () => {
    const job = await server.create('with runs')
    await server.cli.run(['jobs', 'run', 'with runs'])

    const { code, out } = await server.cli.run(['export', 'runs', '--job', job.id])

    assert.equal(code, 0)
    assert.match(out, /^"id","job_id","job_name","trigger","status"/)
    assert.match(out, /"with runs","manual"/)
  })

  it('an export that fails leaves the file that was there as it was', async () => {
    const path = file('kept.csv', 'precious')

    const { code } = await server.cli.run([
      'export',
      'runs',
      '--job',
      '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b',
      '--out',
      path,
    ])

    assert.equal(code, 4)
    assert.equal(readFileSync(path, 'utf8'), 'precious')
    assert.ok(!existsSync(`${path}.part`))
  })
})

describe('crontab', () => {
  const CRONTAB = [
    '# morning call',
    '30 7 * * 1-5 curl -fsS -H "Authorization: Bearer t0p" https://example.com/morning >/dev/null 2>&1',
    '',
    'CRON_TZ=Asia/Tokyo',
    '@daily wget -q -O /dev/null https://example.com/daily',
    '0 3 * * * /usr/local/bin/vacuum',
    '@reboot /usr/local/bin/start',
  ].join('\n')

  it('a dry run shows what would come and when, with or without a server', async () => {
    const alone = cliWorld({ CARILLON_URL: 'http://127.0.0.1:1' })

    const { code, out, err } = await alone.run(['import', 'crontab', '-', '--dry-run', '--tz', 'Europe/Berlin'], {
      input: CRONTAB,
    })

    assert.equal(code, 0)
    assert.match(
      out,
      /^ +2 +morning call +30 7 \* \* 1-5 Europe\/Berlin +\d{4}-\d\d-\d\d 07:30:00 \+0[12]:00 +GET https:\/\/example\.com\/morning/m,
    )
    assert.match(out, /^ +6 .*--runner-url/m)
    assert.match(out, /^ +7 .*@reboot has no instant/m)
    assert.ok(!out.includes('t0p'))
    assert.equal(err, '2 jobs would be made, 2 lines are none.')
    alone.remove()
  })

  it('lines that are no jobs stop it before anything is made, unless they are to be left out', async () => {
    const args = ['import', 'crontab', file('crontab', CRONTAB), '--tz', 'Europe/Berlin', '--prefix', 'cron: ']

    const refused = await server.cli.run(args)
    assert.deepEqual(await named('cron: '), [])
    const skipped = await server.cli.run([...args, '--skip', '--paused'])

    assert.deepEqual([refused.code, skipped.code], [2, 0], skipped.err)
    assert.match(refused.err, /line 6: \/usr\/local\/bin\/vacuum runs on this machine/)
    assert.deepEqual(
      (await named('cron: ')).map(({ name, state, time_zone, target }) => [
        name,
        state,
        time_zone,
        asHttp(target).auth?.kind,
      ]),
      [
        ['cron: example.com/daily', 'paused', 'Asia/Tokyo', undefined],
        ['cron: morning call', 'paused', 'Europe/Berlin', 'bearer'],
      ],
    )
  })

  it('jobs go out as a crontab without their secrets', async () => {
    await server.cli.run(
      [
        'jobs',
        'create',
        'goes out',
        '--cron',
        '5 4 * * *',
        '--tz',
        'UTC',
        '--url',
        'https://example.com/x',
        '--auth',
        'bearer',
        '--secret-stdin',
      ],
      { input: 'hidden' },
    )

    const { code, out, err } = await server.cli.run(['export', 'crontab', '--search', 'goes out'])

    assert.equal(code, 0)
    assert.match(
      out,
      /^# goes out\n5 4 \* \* \* curl -fsS -L -m 30 -H 'Authorization: Bearer SECRET' https:\/\/example\.com\/x$/m,
    )
    assert.ok(!out.includes('hidden'))
    assert.equal(err, '1 jobs are lines.')
  })
})
