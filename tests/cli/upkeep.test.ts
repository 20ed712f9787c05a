/** Upkeep by hand, against a real server and its file: copies, keys, the brake, retention. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Retention } from '../../src/api/contract/retention.ts'
import type { System } from '../../src/api/contract/system.ts'
import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type CliServer, startCliServer } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

const onDatabase = () => ['--database', `sqlite:${join(server.folder, 'c.db')}`]

describe('copies', () => {
  it('backup copies while the server runs, proves it, and the server knows of it', async () => {
    const file = join(server.folder, 'copy.db')

    const { code, out, err } = await server.cli.run(['backup', file, ...onDatabase()])

    assert.equal(code, 0, err)
    assert.match(out, /^copied .*copy\.db: .* MiB, schema \d+, 1 jobs, \d+ runs, 1 users; every check passed$/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const { data } = await system()
    assert.equal(data.operations?.last_backup?.bytes, statSync(file).size)
    const verified = await server.cli.json<{ rows: { job: number } }>(['backup', '--verify', file])
    assert.equal(verified.rows.job, 1)
  })

  it('backup does not take the place of a file unless told to', async () => {
    const file = join(server.folder, 'twice.db')
    await server.cli.run(['backup', file, ...onDatabase()])

    const again = await server.cli.run(['backup', file, ...onDatabase()])

    assert.deepEqual([again.code, again.err.includes('is there already')], [1, true])
    assert.equal((await server.cli.run(['backup', file, '--force', ...onDatabase()])).code, 0)
    assert.equal((await server.cli.run(['backup', '--verify', join(server.folder, 'none.db')])).code, 1)
  })

  it('restore and vacuum are refused with 5 while the server holds the file', async () => {
    const file = join(server.folder, 'held.db')
    await server.cli.run(['backup', file, ...onDatabase()])

    const restored = await server.cli.run(['restore', file, ...onDatabase()])

    assert.deepEqual([restored.code, /stop it first/.test(restored.err)], [5, true])
    assert.equal((await server.cli.run(['vacuum', ...onDatabase()])).code, 5)
  })

  it('S103: a restored server starts, takes up its jobs by their policies, and opens its secrets with the same key', async () => {
    await server.create('hourly', '--cron', '0 * * * *')
    const file = join(server.folder, 'moved.db')
    await server.cli.run(['backup', file, ...onDatabase()])
    const path = join(server.folder, 'other', 'restored.db')

    const restored = await server.cli.run(['restore', file, '--to', path])

    assert.equal(restored.code, 0, restored.err)
    const settings = {
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: `sqlite:${path}`,
      LOG_LEVEL: 'silent',
      SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    }
    const app = await startApp(loadConfig(settings), { demo: false })
    const cli = cliWorld({ CARILLON_URL: app.url })
    await cli.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
    const { items } = { items: await cli.json<{ name: string; state: string }[]>(['jobs', 'list']) }
    await app.stop()
    assert.deepEqual(items.map(({ name, state }) => [name, state]).at(-1), ['hourly', 'active'])
    const over = await cli.run(['restore', file, '--to', path])
    assert.match(over.out, /what was there is kept as .*restored\.db\.replaced-/)
    assert.match((await cli.run(['vacuum', '--database', `sqlite:${path}`])).out, /MiB before/)
    assert.ok(existsSync(path))
    cli.remove()
  })
})

describe('keys', () => {
  it('rotate-keys seals all anew while the server runs, and says when the former key may go', async () => {
    const [old, next] = ['q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi', 'Zq4x9Lw7Tn2Bk8Yd1Hs6Fj3Gc0PaUeXiVmRr']
    const copy = join(server.folder, 'keys.db')
    await server.cli.run(['backup', copy, ...onDatabase()])
    const environment = { SECRET_KEY: next, SECRET_KEY_PREVIOUS: old }

    await withEnvironment(environment, async () => {
      const dry = await server.cli.json<{ left: number }>(['rotate-keys', '--dry-run', '--database', `sqlite:${copy}`])
      assert.ok(dry.left > 0)
      const { code, out } = await server.cli.run(['rotate-keys', '--database', `sqlite:${copy}`])
      assert.equal(code, 0)
      assert.match(out, /^[1-9]\d* sealed anew, 0 under a former key, 0 that no known key opens$/m)
      assert.match(out, /SECRET_KEY_PREVIOUS may go/)
    })
    await withEnvironment({ SECRET_KEY: old, SECRET_KEY_PREVIOUS: '' }, async () => {
      const { code, out, err } = await server.cli.run(['rotate-keys', '--database', `sqlite:${copy}`])
      assert.equal(code, 1)
      assert.match(out, /cannot be opened: the server: secret_key_check/)
      assert.match(err, /still needed/)
    })
  })
})

describe('the brake and retention', () => {
  it('scheduling is paused, told of, and resumed', async () => {
    const pause = await server.cli.run(['scheduling', 'pause', '--note', 'moving house'])

    assert.match(pause.out, /^All claiming is held since .*: moving house$/)
    const { data } = await system()
    assert.equal(data.claiming.reason, 'the operator holds it (carillon scheduling resume)')
    assert.match((await server.cli.run(['scheduling', 'status'])).out, /moving house/)
    assert.equal((await server.cli.run(['scheduling', 'resume'])).code, 0)
    assert.equal((await server.cli.run(['scheduling', 'status'])).out, 'Due jobs are claimed.')
  })

  it('retention is shown and set, and given back with default', async () => {
    const shown = await server.cli.run(['retention', 'show'])
    const set = await server.cli.json<Retention>(['retention', 'set', '--success-days', '30'])
    const back = await server.cli.json<Retention>(['retention', 'set', '--success-days', 'default'])

    assert.match(shown.out, /days of successes +90/)
    assert.deepEqual([set.rules.success_days, back.rules.success_days], [30, 90])
    assert.equal((await server.cli.run(['retention', 'set'])).code, 2)
    assert.equal((await server.cli.run(['retention', 'set', '--runs', 'many'])).code, 2)
    assert.equal((await server.cli.run(['retention', 'set', '--success-days', '91'])).code, 2)
  })
})

const system = async (): Promise<{ data: System }> => {
  const token = server.cli.world.session.read()?.access_token
  const reply = await fetch(`${server.url}/api/v3/system`, { headers: { authorization: `Bearer ${token}` } })
  return { data: (await reply.json()) as System }
}

/** Commands on the server's own files read the environment of the process. */
const withEnvironment = async (changes: Readonly<Record<string, string>>, act: () => Promise<void>): Promise<void> => {
  const before = { ...process.env }
  Object.assign(process.env, changes)
  try {
    await act()
  } finally {
    for (const name of Object.keys(changes)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
