/** Every command against a real server in this process: what it says, what it changes, what it answers to the shell. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Execution } from '../../src/api/contract/executions.ts'
import type { Job } from '../../src/api/contract/jobs.ts'
import type { User } from '../../src/api/contract/users.ts'
import { type RunningApp, startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type CliWorld, cliWorld } from '../support/cli-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'carillon-commands-'))
let app: RunningApp
let cli: CliWorld

before(async () => {
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: `sqlite:${join(folder, 'c.db')}`,
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    SCHEDULER_TIMEZONE: 'Europe/Berlin',
    LOG_LEVEL: 'silent',
  })
  // The demo brings the echo endpoint, which jobs of these tests call.
  app = await startApp(config, { demo: true })
  cli = cliWorld({ CARILLON_URL: app.url })
  const { code, err } = await cli.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
  assert.equal(code, 0, err)
})
after(async () => {
  await app.stop()
  cli.remove()
  rmSync(folder, { recursive: true })
})

/** A command that waits for a run looks again at once, after a turn of the event loop that runs it. */
const turns = Array.from({ length: 2000 }, () => () => new Promise((resolve) => setImmediate(resolve)))

const create = (name: string, ...flags: string[]): Promise<Job> =>
  cli.json<Job>(['jobs', 'create', name, '--url', `${app.url}/echo`, ...(flags.length > 0 ? flags : ['--manual'])])

describe('signing in and out', () => {
  it('login keeps a session that only its owner can read, and says who it is', async () => {
    const { code, err } = await cli.run(['login'], { answers: ['admin', 'admin123'] })

    assert.equal(code, 0)
    assert.match(err, /Signed in to http:\/\/127\.0\.0\.1:\d+ as admin \(admin\)/)
    assert.equal(statSync(cli.world.session.path).mode & 0o777, 0o600)
  })

  it('a wrong password ends with 3', async () => {
    const { code, err } = await cli.run(['login', '--username', 'admin', '--password-stdin'], {
      input: 'wrong-password',
    })

    assert.equal(code, 3)
    assert.match(err, /^carillon: /m)
  })

  it('without anybody to ask, the missing name is named', async () => {
    const { code, err } = await cli.run(['login', '--password-stdin'], { input: 'x' })

    assert.deepEqual({ code, err }, { code: 2, err: 'carillon: --username: missing, and nobody can be asked here' })
  })

  it('logout ends the session on the server, and the next command ends with 3', async () => {
    const other = cliWorld({ CARILLON_URL: app.url })
    await other.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
    const token = other.world.session.read()?.access_token

    const { code } = await other.run(['logout'])

    assert.equal(code, 0)
    assert.equal(other.world.session.read(), null)
    assert.equal((await other.run(['jobs', 'list'])).code, 3)
    const withToken = cliWorld({ CARILLON_URL: app.url, CARILLON_TOKEN: token })
    assert.equal((await withToken.run(['jobs', 'list'])).code, 3)
    withToken.remove()
    other.remove()
  })
})

describe('jobs', () => {
  it('create makes a job as the flags say, and tells when it runs next', async () => {
    const flags = ['--cron', '30 2 * * *', '--url', `${app.url}/echo`, '--header', 'X-Team: billing', '--attempts', '3']

    const { code, out } = await cli.run(['jobs', 'create', 'nightly report', ...flags])

    assert.equal(code, 0)
    assert.match(out, /^Created nightly report \([0-9a-f-]{36}\): .*; next run \d{4}-\d\d-\d\d 02:30:00 \+0[12]:00$/)
    const job = await cli.json<Job>(['jobs', 'show', 'nightly report'])
    assert.deepEqual(job.target.headers, { 'X-Team': 'billing' })
    assert.equal(job.policies.retry.attempts, 3)
    assert.equal(job.time_zone, 'Europe/Berlin')
  })

  it('list shows a table with the name, the state and the next run', async () => {
    await create('in the list', '--every', '1h')

    const { out } = await cli.run(['jobs', 'list', '--search', 'in the list'])

    const [title = '', row = '', ...more] = out.split('\n')
    assert.match(title, /^NAME +STATE +SCHEDULE +NEXT RUN +LAST +ID$/)
    assert.match(row, /^in the list +active +Every .*hour/)
    assert.deepEqual(more, [])
  })

  it('list reads as many pages as are wanted', async () => {
    for (let n = 0; n < 3; n++) await create(`paged ${n}`)

    const found = await cli.json<Job[]>(['jobs', 'list', '--search', 'paged', '--limit', '2'])

    assert.deepEqual(
      found.map(({ name }) => name),
      ['paged 0', 'paged 1'],
    )
  })

  it('show tells all about a job, by its name or its id', async () => {
    const { id } = await create('shown', '--cron', '0 9 * * MON', '--timeout', '10s')

    const byName = await cli.run(['jobs', 'show', 'shown'])
    const byId = await cli.run(['jobs', 'show', id])

    assert.equal(byName.out, byId.out)
    assert.match(byName.out, /^name +shown$/m)
    assert.match(byName.out, /^timeout +10 s$/m)
    assert.match(byName.out, /^calls +GET http:\/\/127\.0\.0\.1:\d+\/echo$/m)
  })

  it('S76: a name with control characters reaches the terminal escaped, or is refused', async () => {
    const { code, out, err } = await cli.run([
      'jobs',
      'create',
      'evil \u001b[2J\u202e',
      '--manual',
      '--url',
      `${app.url}/echo`,
    ])

    assert.ok(code === 0 || code === 2)
    assert.ok(!out.concat(err).includes('\u001b') && !out.concat(err).includes('\u202e'))
    assert.match(out + err, /evil \\u001b\[2J\\u202e/)
  })

  it('a job that is not there ends with 4, by name and by id', async () => {
    const byName = await cli.run(['jobs', 'show', 'nobody'])
    const byId = await cli.run(['jobs', 'show', '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'])

    assert.deepEqual([byName.code, byId.code], [4, 4])
    assert.equal(byName.err, 'carillon: no job is called "nobody"')
  })

  it('what the server refuses ends with 2, each wrong field on a line of its own', async () => {
    const url = `${app.url}/echo`

    const one = await cli.run(['jobs', 'create', 'x', '--url', url, '--cron', '61 * * * *'])
    const two = await cli.run([
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
    assert.match((await cli.run(['jobs', 'create', '--manual', '--url', 'https://x.example'])).err, /needs a name/)
    assert.match((await cli.run(['jobs', 'create', 'x', '--manual'])).err, /--url/)
    assert.match(
      (await cli.run(['jobs', 'create', 'x', '--url', 'https://x.example'])).err,
      /--cron, --every, --at or --manual/,
    )
  })

  it('edit changes what is given and leaves the rest', async () => {
    const before = await create('edited', '--every', '1h', '--method', 'POST')

    const { code } = await cli.run(['jobs', 'edit', 'edited', '--every', '2h', '--name', 'renamed', '--attempts', '2'])

    assert.equal(code, 0)
    const job = await cli.json<Job>(['jobs', 'show', before.id])
    assert.equal(job.name, 'renamed')
    assert.equal(job.target.method, 'POST')
    assert.equal(job.policies.retry.attempts, 2)
    assert.deepEqual(
      job.schedules.map((one) => one.kind === 'interval' && one.every_seconds),
      [7200],
    )
    assert.equal((await cli.run(['jobs', 'edit', before.id])).code, 2)
  })

  it('what show prints as JSON, create takes as a file', async () => {
    const first = await create('original', '--cron', '0 9 * * MON', '--text-body', 'hello', '--meta', 'team=a')
    const path = join(folder, 'job.json')
    writeFileSync(path, (await cli.run(['jobs', 'show', 'original', '--json'])).out)

    const copy = await cli.json<Job>(['jobs', 'create', 'copy', '--file', path])

    for (const field of ['schedules', 'target', 'policies', 'metadata', 'time_zone'] as const)
      assert.deepEqual(copy[field], first[field])
    assert.equal(copy.name, 'copy')
  })

  it('a secret is asked for without echo or read from standard input, and never shown', async () => {
    const flags = ['--auth', 'bearer', '--manual', '--url', `${app.url}/echo`]

    const typed = await cli.run(['jobs', 'create', 'with secret', ...flags], { answers: ['s3cret-canary'] })
    const piped = await cli.run(['jobs', 'create', 'with secret 2', ...flags, '--secret-stdin'], {
      input: 's3cret-canary',
    })
    const shown = await cli.run(['jobs', 'show', 'with secret', '--json'])

    assert.deepEqual([typed.code, piped.code], [0, 0])
    assert.match(shown.out, /"fingerprint"/)
    assert.doesNotMatch(typed.out + typed.err + piped.out + shown.out, /s3cret-canary/)
  })

  it('pause stops it, resume starts it, and a dry run changes nothing', async () => {
    await create('paused', '--every', '1h')

    await cli.run(['jobs', 'pause', 'paused'])
    const dry = await cli.run(['jobs', 'resume', 'paused', '--dry-run'])
    const between = await cli.json<Job>(['jobs', 'show', 'paused'])
    const wet = await cli.run(['jobs', 'resume', 'paused', '--catch-up', 'latest'])

    assert.equal(between.state, 'paused')
    assert.match(dry.out, /^0 missed; runs by mode: skip 0, latest 0, all 0$/)
    assert.match(wet.out, /Resumed paused/)
    assert.equal((await cli.json<Job>(['jobs', 'show', 'paused'])).state, 'active')
  })

  it('run --wait tells how it ended, and answers it to the shell', async () => {
    await create('good')
    await create('bad', '--manual', '--success', '404')
    cli.whileWaiting(...turns)
    const good = await cli.run(['jobs', 'run', 'good', '--wait'])
    cli.whileWaiting(...turns)
    const bad = await cli.run(['jobs', 'run', 'bad', '--wait'])

    assert.match(good.out, /^good: success 200 in .* \(run [0-9a-f-]{36}\)$/)
    assert.equal(good.code, 0)
    assert.match(bad.out, /^bad: failed 200 /)
    assert.deepEqual([bad.code, bad.err], [1, 'carillon: the run ended as failed'])
  })

  it('occurrences shows the instants to come', async () => {
    await create('planned', '--every', '1h')

    const { out } = await cli.run(['jobs', 'occurrences', 'planned', '--coming', '3'])

    assert.equal(out.match(/ planned /g)?.length, 3)
  })

  it('delete asks first, and in a script wants --yes', async () => {
    await create('doomed')

    assert.equal((await cli.run(['jobs', 'delete', 'doomed'])).code, 2)
    assert.equal((await cli.run(['jobs', 'delete', 'doomed'], { answers: ['n'] })).code, 1)
    assert.equal((await cli.run(['jobs', 'show', 'doomed'])).code, 0)
    assert.equal((await cli.run(['jobs', 'delete', 'doomed'], { answers: ['y'] })).code, 0)
    assert.equal((await cli.run(['jobs', 'show', 'doomed'])).code, 4)
  })
})

describe('runs', () => {
  const ranOnce = async (name: string): Promise<Execution> => {
    await create(name)
    cli.whileWaiting(...turns)
    const { out } = await cli.run(['jobs', 'run', name, '--wait', '--json'])
    return JSON.parse(out) as Execution
  }

  it('list and show tell what ran and what came back', async () => {
    const { id } = await ranOnce('listed run')

    const list = await cli.run(['runs', 'list', '--job', 'listed run', '--status', 'success', '--status', 'failed'])
    const show = await cli.run(['runs', 'show', id])

    assert.match(list.out, /^DUE +STATUS +JOB +BY +LATE +TRY +RESULT +ID\n.* success +listed run +manual /)
    assert.match(show.out, /^status +success$/m)
    assert.match(show.out, /^answer +200$/m)
  })

  it('a run that has ended cannot be cancelled, and a success not be retried: 5', async () => {
    const { id } = await ranOnce('ended run')

    assert.equal((await cli.run(['runs', 'cancel', id])).code, 5)
    assert.equal((await cli.run(['runs', 'retry', id])).code, 5)
  })

  it('follow prints what was there, then each new run, until it is stopped', async () => {
    await ranOnce('followed')
    cli.whileWaiting(
      () => {},
      async () => {
        const other = cliWorld({ CARILLON_URL: app.url, CARILLON_TOKEN: cli.world.session.read()?.access_token })
        other.whileWaiting(...turns)
        await other.run(['jobs', 'run', 'followed', '--wait'])
        other.remove()
      },
    )

    const { code, out } = await cli.run(['runs', 'follow', '--job', 'followed', '--status', 'success'])

    assert.equal(code, 0)
    assert.equal(out.split('\n').length, 2)
    assert.match(out, /^\d{4}-.* success +followed {2}200 in /)
  })

  it('follow --json is one line for each news', async () => {
    await ranOnce('followed as json')

    const { out } = await cli.run(['runs', 'follow', '--job', 'followed as json', '--json'])

    assert.equal((JSON.parse(out) as Execution).job_name, 'followed as json')
  })
})

describe('users', () => {
  it('an administrator creates, lists, disables and enables people', async () => {
    const made = await cli.json<User & { password: string }>([
      'users',
      'create',
      'ada',
      '--email',
      'ada@example.com',
      '--role',
      'viewer',
      '--generate',
    ])
    const ada = cliWorld({ CARILLON_URL: app.url })
    const login = () => ada.run(['login', '--username', 'ada', '--password-stdin'], { input: made.password })

    assert.equal((await login()).code, 0)
    assert.equal((await ada.run(['users', 'list'])).code, 3)
    assert.match((await cli.run(['users', 'list'])).out, /^ada +viewer +enabled +ada@example\.com/m)
    assert.equal((await cli.run(['users', 'disable', 'ada'])).code, 0)
    assert.equal((await login()).code, 3)
    assert.equal((await cli.run(['users', 'enable', 'ada@example.com'])).code, 0)
    assert.equal((await login()).code, 0)
    ada.remove()
  })

  it('a password is typed twice, and two that differ change nothing', async () => {
    await cli.run(['users', 'create', 'bob', '--email', 'bob@example.com', '--generate'])

    const differ = await cli.run(['users', 'reset-password', 'bob'], { answers: ['orange-lamp-42', 'orange-lamp-43'] })
    const same = await cli.run(['users', 'reset-password', 'bob'], { answers: ['orange-lamp-42', 'orange-lamp-42'] })

    assert.deepEqual([differ.code, differ.err.includes('the two passwords differ')], [2, true])
    assert.equal(same.code, 0)
    const bob = cliWorld({ CARILLON_URL: app.url })
    assert.equal(
      (await bob.run(['login', '--username', 'bob', '--password-stdin'], { input: 'orange-lamp-42' })).code,
      0,
    )
    bob.remove()
  })

  it('an address that is taken ends with 5', async () => {
    await cli.run(['users', 'create', 'eve', '--email', 'eve@example.com', '--generate'])

    assert.equal((await cli.run(['users', 'create', 'eve', '--email', 'eve2@example.com', '--generate'])).code, 5)
  })
})

describe('without a server', () => {
  it('one that does not answer ends with 6', async () => {
    const other = cliWorld({ CARILLON_URL: 'http://127.0.0.1:9', CARILLON_TOKEN: 'x' })

    assert.equal((await other.run(['jobs', 'list'])).code, 6)
    other.remove()
  })

  it('next tells the instants of a cron expression across a change of clocks (Europe/Berlin, gap of 2026-03-29)', async () => {
    const { code, out, err } = await cli.run([
      'next',
      '30 2 * * *',
      '--tz',
      'Europe/Berlin',
      '--after',
      '2026-03-28T00:00:00Z',
      '--count',
      '3',
    ])

    assert.equal(code, 0)
    assert.match(out, /^2026-03-28 02:30:00 \+01:00 {2}2026-03-28T01:30:00\.000Z$/m)
    assert.match(out, /^2026-03-29 03:00:00 \+02:00 {2}2026-03-29T01:00:00\.000Z$/m)
    assert.match(out, /^2026-03-30 02:30:00 \+02:00 {2}2026-03-30T00:30:00\.000Z$/m)
    assert.match(err, /Clock change: 02:30 does not exist on 2026-03-29/)
  })

  it('next as JSON is for programs, and a wrong expression or instant ends with 2', async () => {
    const { next } = await cli.json<{ next: string[] }>([
      'next',
      '0 0 1 1 *',
      '--after',
      '2026-06-01T00:00:00Z',
      '--count',
      '1',
    ])

    assert.deepEqual(next, ['2027-01-01T00:00:00.000Z'])
    assert.match((await cli.run(['next', '61 * * * *'])).err, /minute/)
    assert.equal((await cli.run(['next', '61 * * * *'])).code, 2)
    assert.equal((await cli.run(['next', '* * * * *', '--after', 'tomorrow'])).code, 2)
    assert.equal((await cli.run(['next', '* * * * *', '--tz', 'Mars/Base'])).code, 2)
  })

  it('migrate makes the database, says what is missing, and has nothing to do the second time', async () => {
    const database = `sqlite:${join(folder, 'new', 'm.db')}`

    const dry = await cli.json<{ pending: string[] }>(['migrate', '--dry-run', '--database', database])
    const first = await cli.json<{ applied: string[] }>(['migrate', '--database', database])
    const second = await cli.run(['migrate', '--database', database])

    assert.ok(first.applied.length > 0)
    assert.deepEqual(dry.pending, first.applied)
    assert.match(second.out, /is up to date$/)
    assert.equal((await cli.run(['migrate', '--database', 'mysql://x'])).code, 2)
  })

  it('doctor finds the server that runs here', async () => {
    const { port } = new URL(app.url)

    const { out } = await cli.run([
      'doctor',
      '--port',
      port,
      '--host',
      '127.0.0.1',
      '--database',
      `sqlite:${join(folder, 'c.db')}`,
    ])

    assert.match(out, /^ok {4}database .* up to date$/m)
    assert.match(out, /^warn {2}port .* is taken by a Carillon server$/m)
    assert.match(out, /^ok {4}itself {4}the server that runs here answers$/m)
  })

  it('an unknown command or option ends with 2, and help with 0', async () => {
    assert.equal((await cli.run(['bogus'])).code, 2)
    assert.equal((await cli.run(['jobs', 'list', '--bogus'])).code, 2)
    assert.equal((await cli.run(['jobs', 'list', '--limit', 'x'])).code, 2)
    assert.equal((await cli.run([])).code, 2)
    const help = await cli.run(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.out, /Exit codes:\n {3}0 {2}Done\./)
  })
})
