/** `carillon jobs` against a real server: what it says, what it changes, what it answers to the shell. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Job } from '../../src/api/contract/jobs.ts'
import { asHttp } from '../support/as-http.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

describe('jobs', () => {
  it('create makes a job as the flags say, and tells when it runs next', async () => {
    const flags = [
      '--cron',
      '30 2 * * *',
      '--url',
      `${server.url}/echo`,
      '--header',
      'X-Team: billing',
      '--attempts',
      '3',
    ]

    const { code, out } = await server.cli.run(['jobs', 'create', 'nightly report', ...flags])

    assert.equal(code, 0)
    assert.match(out, /^Created nightly report \([0-9a-f-]{36}\): .*; next run \d{4}-\d\d-\d\d 02:30:00 \+0[12]:00$/)
    const job = await server.cli.json<Job>(['jobs', 'show', 'nightly report'])
    assert.deepEqual(asHttp(job.target).headers, { 'X-Team': 'billing' })
    assert.equal(job.policies.retry.attempts, 3)
    assert.equal(job.time_zone, 'Europe/Berlin')
  })

  it('list shows a table with the name, the state and the next run', async () => {
    await server.create('in the list', '--every', '1h')

    const { out } = await server.cli.run(['jobs', 'list', '--search', 'in the list'])

    const [title = '', row = '', ...more] = out.split('\n')
    assert.match(title, /^NAME +STATE +SCHEDULE +NEXT RUN +LAST +ID$/)
    assert.match(row, /^in the list +active +Every .*hour/)
    assert.deepEqual(more, [])
  })

  it('list reads as many pages as are wanted', async () => {
    for (let n = 0; n < 3; n++) await server.create(`paged ${n}`)

    const found = await server.cli.json<Job[]>(['jobs', 'list', '--search', 'paged', '--limit', '2'])

    assert.deepEqual(
      found.map(({ name }) => name),
      ['paged 0', 'paged 1'],
    )
  })

  it('show tells all about a job, by its name or its id', async () => {
    const { id } = await server.create('shown', '--cron', '0 9 * * MON', '--timeout', '10s')

    const byName = await server.cli.run(['jobs', 'show', 'shown'])
    const byId = await server.cli.run(['jobs', 'show', id])

    assert.equal(byName.out, byId.out)
    assert.match(byName.out, /^name +shown$/m)
    assert.match(byName.out, /^timeout +10 s$/m)
    assert.match(byName.out, /^calls +GET http:\/\/127\.0\.0\.1:\d+\/echo$/m)
  })

  it('S76: a name with control characters reaches the terminal escaped, or is refused', async () => {
    const { code, out, err } = await server.cli.run([
      'jobs',
      'create',
      'evil \u001b[2J\u202e',
      '--manual',
      '--url',
      `${server.url}/echo`,
    ])

    assert.ok(code === 0 || code === 2)
    assert.ok(!out.concat(err).includes('\u001b') && !out.concat(err).includes('\u202e'))
    assert.match(out + err, /evil \\u001b\[2J\\u202e/)
  })

  it('a job that is not there ends with 4, by name and by id', async () => {
    const byName = await server.cli.run(['jobs', 'show', 'nobody'])
    const byId = await server.cli.run(['jobs', 'show', '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'])

    assert.deepEqual([byName.code, byId.code], [4, 4])
    assert.equal(byName.err, 'carillon: no job is called "nobody"')
  })

  it('what the server refuses ends with 2, each wrong field on a line of its own', async () => {
    const url = `${server.url}/echo`

    const one = await server.cli.run(['jobs', 'create', 'x', '--url', url, '--cron', '61 * * * *'])
    const two = await server.cli.run([
      'jobs',
      'create',
      'x',
      '--url',
      url,
      '--manual',
      '--timeout',
      '9w',
      '--retry-delay',
      '9w',
    ])

    assert.deepEqual([one.code, two.code], [2, 2])
    assert.match(one.err, /^carillon: schedules\[0\]\.expression: "61 \* \* \* \*": .*59.*$/)
    assert.match(two.err, /^ {2}policies\.timeout_seconds: 5443200: .+$/m)
    assert.match(two.err, /^ {2}policies\.retry\.first_delay_seconds: 5443200: .+$/m)
  })

  it('create without what a job needs says which flag is missing', async () => {
    assert.match(
      (await server.cli.run(['jobs', 'create', '--manual', '--url', 'https://x.example'])).err,
      /needs a name/,
    )
    assert.match((await server.cli.run(['jobs', 'create', 'x', '--manual'])).err, /--url/)
    assert.match(
      (await server.cli.run(['jobs', 'create', 'x', '--url', 'https://x.example'])).err,
      /--cron, --every, --at or --manual/,
    )
  })

  it('edit changes what is given and leaves the rest', async () => {
    const before = await server.create('edited', '--every', '1h', '--method', 'POST')

    const { code } = await server.cli.run([
      'jobs',
      'edit',
      'edited',
      '--every',
      '2h',
      '--name',
      'renamed',
      '--attempts',
      '2',
    ])

    assert.equal(code, 0)
    const job = await server.cli.json<Job>(['jobs', 'show', before.id])
    assert.equal(job.name, 'renamed')
    assert.equal(asHttp(job.target).method, 'POST')
    assert.equal(job.policies.retry.attempts, 2)
    assert.deepEqual(
      job.schedules.map((one) => one.kind === 'interval' && one.every_seconds),
      [7200],
    )
    assert.equal((await server.cli.run(['jobs', 'edit', before.id])).code, 2)
  })

  it('what show prints as JSON, create takes as a file', async () => {
    const first = await server.create('original', '--cron', '0 9 * * MON', '--text-body', 'hello', '--meta', 'team=a')
    const path = join(server.folder, 'job.json')
    writeFileSync(path, (await server.cli.run(['jobs', 'show', 'original', '--json'])).out)

    const copy = await server.cli.json<Job>(['jobs', 'create', 'copy', '--file', path])

    for (const field of ['schedules', 'target', 'policies', 'metadata', 'time_zone'] as const)
      assert.deepEqual(copy[field], first[field])
    assert.equal(copy.name, 'copy')
  })

  it('a secret is asked for without echo or read from standard input, and never shown', async () => {
    const flags = ['--auth', 'bearer', '--manual', '--url', `${server.url}/echo`]

    const typed = await server.cli.run(['jobs', 'create', 'with secret', ...flags], { answers: ['s3cret-canary'] })
    const piped = await server.cli.run(['jobs', 'create', 'with secret 2', ...flags, '--secret-stdin'], {
      input: 's3cret-canary',
    })
    const shown = await server.cli.run(['jobs', 'show', 'with secret', '--json'])

    assert.deepEqual([typed.code, piped.code], [0, 0])
    assert.match(shown.out, /"fingerprint"/)
    assert.doesNotMatch(typed.out + typed.err + piped.out + shown.out, /s3cret-canary/)
  })

  it('pause stops it, resume starts it, and a dry run changes nothing', async () => {
    await server.create('paused', '--every', '1h')

    await server.cli.run(['jobs', 'pause', 'paused'])
    const dry = await server.cli.run(['jobs', 'resume', 'paused', '--dry-run'])
    const between = await server.cli.json<Job>(['jobs', 'show', 'paused'])
    const wet = await server.cli.run(['jobs', 'resume', 'paused', '--catch-up', 'latest'])

    assert.equal(between.state, 'paused')
    assert.match(dry.out, /^0 missed; runs by mode: skip 0, latest 0, all 0$/)
    assert.match(wet.out, /Resumed paused/)
    assert.equal((await server.cli.json<Job>(['jobs', 'show', 'paused'])).state, 'active')
  })

  it('run --wait tells how it ended, and answers it to the shell', async () => {
    await server.create('good')
    await server.create('bad', '--manual', '--success', '404')
    server.cli.whileWaiting(...turns)
    const good = await server.cli.run(['jobs', 'run', 'good', '--wait'])
    server.cli.whileWaiting(...turns)
    const bad = await server.cli.run(['jobs', 'run', 'bad', '--wait'])

    assert.match(good.out, /^good: success 200 in .* \(run [0-9a-f-]{36}\)$/)
    assert.equal(good.code, 0)
    assert.match(bad.out, /^bad: failed 200 /)
    assert.deepEqual([bad.code, bad.err], [1, 'carillon: the run ended as failed'])
  })

  it('occurrences shows the instants to come', async () => {
    await server.create('planned', '--every', '1h')

    const { out } = await server.cli.run(['jobs', 'occurrences', 'planned', '--coming', '3'])

    assert.equal(out.match(/ planned /g)?.length, 3)
  })

  it('delete asks first, and in a script wants --yes', async () => {
    await server.create('doomed')

    assert.equal((await server.cli.run(['jobs', 'delete', 'doomed'])).code, 2)
    assert.equal((await server.cli.run(['jobs', 'delete', 'doomed'], { answers: ['n'] })).code, 1)
    assert.equal((await server.cli.run(['jobs', 'show', 'doomed'])).code, 0)
    assert.equal((await server.cli.run(['jobs', 'delete', 'doomed'], { answers: ['y'] })).code, 0)
    assert.equal((await server.cli.run(['jobs', 'show', 'doomed'])).code, 4)
  })
})
