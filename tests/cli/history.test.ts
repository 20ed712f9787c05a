/** `carillon events`, `audit-log`, `audit`, `explain`, `jobs history` and `undo` against a real server. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import type { AuditEntry } from '../../src/api/contract/audit.ts'
import type { Event } from '../../src/api/contract/events.ts'
import type { Explanation, JobVersion } from '../../src/api/contract/history.ts'
import type { Job } from '../../src/api/contract/jobs.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

describe('the commands about what was', () => {
  let server: CliServer
  before(async () => {
    server = await startCliServer()
  })
  after(() => server.stop())

  /** Behind the back of the server. */
  const sql = (...statements: string[]) => {
    const db = new DatabaseSync(join(server.folder, 'c.db'))
    for (const statement of statements) db.exec(statement)
    db.close()
  }

  it('undo gives a job back what it was, and history tells of each version', async () => {
    const { cli, create } = server
    const { id } = await create('versions')
    await cli.run(['jobs', 'edit', 'versions', '--name', 'renamed'])

    const { code, out } = await cli.run(['jobs', 'undo', 'renamed'])
    const versions = await cli.json<readonly JobVersion[]>(['jobs', 'history', 'versions'])
    const refused = await cli.run(['jobs', 'undo', 'versions', '--to', '17'])

    assert.deepEqual([code, out], [0, `versions (${id}) is as it was; this is version 3, active`])
    assert.deepEqual(
      versions.map(({ version, name, fields }) => [version, name, ...fields]),
      [
        [3, 'versions', 'name'],
        [2, 'renamed', 'name'],
        [1, 'versions'],
      ],
    )
    assert.equal(refused.code, 2)
    assert.match(refused.err, /to_version: 17: those kept are 2, 1/)
    assert.match((await cli.run(['jobs', 'history', 'versions'])).out, /VERSION {2}FROM .*\n +3 /)
  })

  it('undo brings a deleted job back by its id', async () => {
    const { cli, create } = server
    const { id } = await create('gone', '--every', '1h')
    await cli.run(['jobs', 'delete', 'gone', '--yes'])

    const back = await cli.json<Job>(['jobs', 'undo', id])

    assert.deepEqual([back.name, back.state], ['gone', 'active'])
  })

  it('explain answers in sentences, and reads a time without an offset in the zone of the job', async () => {
    const { cli, create } = server
    await create('morning', '--cron', '30 2 * * *', '--tz', 'Europe/Berlin')

    const { code, out } = await cli.run(['explain', 'morning', '--at', '2030-06-01T02:30'])
    const gap = await cli.json<Explanation>(['explain', 'morning', '--at', '2030-03-31T01:30:00Z'])
    const wrong = await cli.run(['explain', 'morning', '--at', 'noon'])

    assert.equal(code, 0)
    assert.match(out, /will run\n {2}It will run at 2030-06-01T00:30:00.000Z\.$/)
    assert.equal(gap.verdict, 'no_occurrence')
    assert.match(gap.sentences.at(-1) ?? '', /02:30 does not exist on 2030-03-31; runs at 03:00/)
    assert.equal(wrong.code, 2)
  })

  it('events are listed and followed; a stream that ends is taken up where it broke, until somebody stops it', async () => {
    const { create, url } = server
    await create('heard')
    const cli = cliWorld({ CARILLON_URL: url })
    await cli.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
    const listed = await cli.json<readonly Event[]>(['events', 'list', '--type', 'job.created', '--limit', '2'])
    const { access_token: token } = cli.world.session.read() ?? assert.fail()

    const following = cli.run(['events', 'follow', '--after', '0', '--type', 'job.created', '--json'])
    for (let passed = 0; passed < 40; passed++) await new Promise((resolve) => setTimeout(resolve, 25))
    await fetch(`${url}/api/v3/sessions/current`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
    const { code, out } = await following
    cli.remove()

    const types = out.split('\n').map((line) => (JSON.parse(line) as Event).type)
    assert.equal(code, 0)
    assert.ok(types.length >= 2 && types.every((type) => type === 'job.created'))
    assert.equal(listed[0]?.type, 'job.created')
  })

  it('audit-log lists who did what, and verify prints a head and fails when somebody tampered', async () => {
    const { cli, create } = server
    const { id } = await create('watched')
    const entries = await cli.json<readonly AuditEntry[]>(['audit-log', 'list', '--subject', id])
    assert.deepEqual(
      entries.map(({ action, actor }) => [action, actor.kind, actor.address]),
      [['job.created', 'user', '127.0.0.1']],
    )

    const whole = await cli.run(['audit-log', 'verify'])
    const head = /head (\d+:[0-9a-f]{64})$/.exec(whole.out)?.[1] ?? assert.fail(whole.out)
    await create('later')
    const later = await cli.run(['audit-log', 'verify', '--head', head])
    sql('drop trigger audit_is_never_changed', `update audit set actor_id = 'x' where subject_id = '${id}'`)
    const broken = await cli.run(['audit-log', 'verify'])

    assert.deepEqual([whole.code, later.code, broken.code], [0, 0, 8])
    assert.match(broken.err, /entry \d+ is altered/)
  })

  it('audit finds nothing missing, and then the occurrence whose row somebody deleted, with an exit code of its own', async () => {
    const { cli, create } = server
    const { id } = await create('counted', '--every', '1s')
    const rows = async () => (await cli.json<readonly unknown[]>(['runs', 'list', '--job', 'counted'])).length
    while ((await rows()) < 3) await (turns[0] as () => Promise<void>)()
    await cli.run(['jobs', 'pause', 'counted'])

    const clean = await cli.run(['audit', '--job', 'counted', '--since', '1h'])
    sql(`delete from execution where key = (select e.key from execution e join job j on j.key = e.job_key
      where j.id = '${id}' order by e.scheduled_for limit 1 offset 1)`)
    const gap = await cli.run(['audit', '--since', '1h'])

    assert.equal(clean.code, 0, clean.out + clean.err)
    assert.match(clean.out, /1 jobs, \d+ occurrences; each has its row$/)
    assert.equal(gap.code, 7)
    assert.match(gap.out, new RegExp(`^missing: counted \\(${id}\\) `, 'm'))
    assert.match(gap.out, /1 without a row/)
    assert.equal((await cli.run(['audit', '--since', '10'])).code, 2)
  })
})
