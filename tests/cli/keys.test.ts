/** `carillon keys` against a real server: made, shown once, used by a program, revoked. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ApiKey, NewApiKey } from '../../src/api/contract/keys.ts'
import { type CliServer, startCliServer } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

/** A command line on another machine: it has nothing but the key. */
const program = (key: string) => cliWorld({ CARILLON_URL: server.url, CARILLON_TOKEN: key })

describe('keys', () => {
  it('create prints the key alone on standard output, for a file or a variable', async () => {
    const { code, out, err } = await server.cli.run([
      'keys',
      'create',
      'ci',
      '--scope',
      'jobs:read',
      '--scope',
      'jobs:run',
      '--expires',
      '30d',
    ])

    assert.equal(code, 0, err)
    assert.match(out, /^crl_[a-z0-9]{8}_[\w-]{49}$/)
    assert.match(err, /Made ci \(.*\), good until/)
    const key = await server.cli.json<ApiKey>(['keys', 'show', 'ci'])
    assert.deepEqual(key.scopes, ['jobs:read', 'jobs:run'])
    assert.equal(Math.round((Date.parse(key.expires_at) - Date.parse(key.created_at)) / 86_400_000), 30)
  })

  it('a key in CARILLON_TOKEN does what its scopes say, and ends with 3 beyond them', async () => {
    await server.create('by key')
    const { key } = await server.cli.json<NewApiKey>(['keys', 'create', 'reader', '--scope', 'jobs:read'])
    const other = program(key)

    const list = await other.run(['jobs', 'list', '--search', 'by key'])
    const run = await other.run(['jobs', 'run', 'by key'])

    assert.deepEqual([list.code, run.code], [0, 3])
    assert.match(list.out, /by key/)
    assert.match(run.err, /scopes of this API key/)
    other.remove()
  })

  it('list and show tell all but the key, and revoke ends it at once', async () => {
    const { key, prefix } = await server.cli.json<NewApiKey>(['keys', 'create', 'short-lived', '--scope', 'jobs:read'])
    const other = program(key)
    assert.equal((await other.run(['jobs', 'list'])).code, 0)

    const [list, show] = [await server.cli.run(['keys', 'list']), await server.cli.run(['keys', 'show', prefix])]
    const revoked = await server.cli.run(['keys', 'revoke', 'short-lived'])
    const after = await other.run(['jobs', 'list'])

    assert.match(list.out, new RegExp(`^short-lived +${prefix} +active +jobs:read`, 'm'))
    assert.match(show.out, /^last used +\d{4}-.* from 127\.0\.0\.1$/m)
    assert.ok(!list.out.includes(key) && !show.out.includes(key))
    assert.deepEqual([revoked.code, after.code], [0, 3])
    assert.match(after.err, /does not accept the token or API key in CARILLON_TOKEN/)
    assert.match((await server.cli.run(['keys', 'show', 'short-lived'])).out, /^state +revoked$/m)
    other.remove()
  })

  it('a wrong scope or a wrong time ends with 2', async () => {
    const scope = await server.cli.run(['keys', 'create', 'x', '--scope', 'everything'])
    const time = await server.cli.run(['keys', 'create', 'x', '--scope', 'jobs:read', '--expires', 'soon'])
    const long = await server.cli.run(['keys', 'create', 'x', '--scope', 'jobs:read', '--expires', '400d'])

    assert.deepEqual([scope.code, time.code, long.code], [2, 2, 2])
    assert.match(scope.err, /scopes\[0\]/)
    assert.match(time.err, /--expires: "soon": write a time such as 30d/)
    assert.match(long.err, /expires_at: .*within the coming 366 days/)
  })
})
