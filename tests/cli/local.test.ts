/** Signing in and out, and the commands that need no server. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliServer, startCliServer } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

describe('signing in and out', () => {
  it('login keeps a session that only its owner can read, and says who it is', async () => {
    const { code, err } = await server.cli.run(['login'], { answers: ['admin', 'admin123'] })

    assert.equal(code, 0)
    assert.match(err, /Signed in to http:\/\/127\.0\.0\.1:\d+ as admin \(admin\)/)
    assert.equal(statSync(server.cli.world.session.path).mode & 0o777, 0o600)
  })

  it('a wrong password ends with 3', async () => {
    const { code, err } = await server.cli.run(['login', '--username', 'admin', '--password-stdin'], {
      input: 'wrong-password',
    })

    assert.equal(code, 3)
    assert.match(err, /^carillon: /m)
  })

  it('without anybody to ask, the missing name is named', async () => {
    const { code, err } = await server.cli.run(['login', '--password-stdin'], { input: 'x' })

    assert.deepEqual({ code, err }, { code: 2, err: 'carillon: --username: missing, and nobody can be asked here' })
  })

  it('logout ends the session on the server, and the next command ends with 3', async () => {
    const other = cliWorld({ CARILLON_URL: server.url })
    await other.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
    const token = other.world.session.read()?.access_token

    const { code } = await other.run(['logout'])

    assert.equal(code, 0)
    assert.equal(other.world.session.read(), null)
    assert.equal((await other.run(['jobs', 'list'])).code, 3)
    const withToken = cliWorld({ CARILLON_URL: server.url, CARILLON_TOKEN: token })
    assert.equal((await withToken.run(['jobs', 'list'])).code, 3)
    withToken.remove()
    other.remove()
  })
})

describe('without a server', () => {
  it('one that does not answer ends with 6', async () => {
    const other = cliWorld({ CARILLON_URL: 'http://127.0.0.1:9', CARILLON_TOKEN: 'x' })

    assert.equal((await other.run(['jobs', 'list'])).code, 6)
    other.remove()
  })

  it('next tells the instants of a cron expression across a change of clocks (Europe/Berlin, gap of 2026-03-29)', async () => {
    const { code, out, err } = await server.cli.run([
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
    const { next } = await server.cli.json<{ next: string[] }>([
      'next',
      '0 0 1 1 *',
      '--after',
      '2026-06-01T00:00:00Z',
      '--count',
      '1',
    ])

    assert.deepEqual(next, ['2027-01-01T00:00:00.000Z'])
    assert.match((await server.cli.run(['next', '61 * * * *'])).err, /minute/)
    assert.equal((await server.cli.run(['next', '61 * * * *'])).code, 2)
    assert.equal((await server.cli.run(['next', '* * * * *', '--after', 'tomorrow'])).code, 2)
    assert.equal((await server.cli.run(['next', '* * * * *', '--tz', 'Mars/Base'])).code, 2)
  })

  it('migrate makes the database, says what is missing, and has nothing to do the second time', async () => {
    const database = `sqlite:${join(server.folder, 'new', 'm.db')}`

    const dry = await server.cli.json<{ pending: string[] }>(['migrate', '--dry-run', '--database', database])
    const first = await server.cli.json<{ applied: string[] }>(['migrate', '--database', database])
    const second = await server.cli.run(['migrate', '--database', database])

    assert.ok(first.applied.length > 0)
    assert.deepEqual(dry.pending, first.applied)
    assert.match(second.out, /is up to date$/)
    assert.equal((await server.cli.run(['migrate', '--database', 'mysql://x'])).code, 2)
  })

  it('doctor finds the server that runs here', async () => {
    const { port } = new URL(server.url)

    const { out } = await server.cli.run([
      'doctor',
      '--port',
      port,
      '--host',
      '127.0.0.1',
      '--database',
      `sqlite:${join(server.folder, 'c.db')}`,
    ])

    assert.match(out, /^ok {4}database .* is whole; schema \d+ is up to date; /m)
    assert.match(out, /^warn {2}port .* is taken by a Carillon server$/m)
    assert.match(out, /^ok {4}itself {4}the server that runs here answers$/m)
  })

  it('doctor ends with 1 when a check is bad, and says each on a line of JSON or of text', async () => {
    const { port } = new URL(server.url)
    const options = ['--port', port, '--host', '127.0.0.1', '--database', `sqlite:${join(server.folder, 'c.db')}`]

    const asked = ['--clock-url', `${server.url}/healthz`, '--target', `${server.url}/echo`]
    const well = await server.cli.run(['doctor', ...options, ...asked, '--json'])
    const ill = await server.cli.run(['doctor', ...options, '--target', `${server.url}/api/v3/jobs`])

    const findings = JSON.parse(well.out) as { check: string; verdict: string }[]
    const verdictOf = (check: string) => findings.find((finding) => finding.check === check)?.verdict
    assert.deepEqual([well.code, verdictOf('egress'), verdictOf('offset'), verdictOf('log')], [0, 'ok', 'ok', 'ok'])
    assert.equal(ill.code, 1)
    assert.match(ill.out, /^bad {3}egress {4}http:\/\/127\.0\.0\.1:\d+ ends at the step guard: /m)
    assert.match(ill.err, /1 check is bad/)
    assert.equal((await server.cli.run(['doctor', '--clock-url', 'nowhere'])).code, 2)
  })

  it('an unknown command or option ends with 2, and help with 0', async () => {
    assert.equal((await server.cli.run(['bogus'])).code, 2)
    assert.equal((await server.cli.run(['jobs', 'list', '--bogus'])).code, 2)
    assert.equal((await server.cli.run(['jobs', 'list', '--limit', 'x'])).code, 2)
    assert.equal((await server.cli.run([])).code, 2)
    const help = await server.cli.run(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.out, /Exit codes:\n {3}0 {2}Done\./)
  })
})
