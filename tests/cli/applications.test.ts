/** `carillon applications` and `carillon apis` against a real server, which shakes hands with a real application. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ApiDefinition, Application, HandshakeTrial } from '../../src/api/contract/applications.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'
import { httpTarget, type TargetServer } from '../support/targets.ts'

let server: CliServer
let billing: TargetServer
before(async () => {
  server = await startCliServer()
  billing = await httpTarget(({ path, body }, response) => {
    if (path !== '/auth/handshake') return void response.end('ran')
    const knows = JSON.parse(body).secret === 'pre-shared'
    response.statusCode = knows ? 200 : 403
    response.end(JSON.stringify({ authType: 'BearerToken', credentials: { token: 'granted' }, expiresIn: 3600 }))
  })
})
after(async () => {
  await server.stop()
  await billing.close()
})

describe('applications', () => {
  it('are made, tried, given APIs, which run signed in, and deleted', async () => {
    const { cli } = server
    const addresses = ['--root-url', `${billing.origin}/api`, '--handshake-url', `${billing.origin}/auth/handshake`]
    const made = await cli.run(['applications', 'create', 'billing', ...addresses, '--secret-stdin'], {
      input: 'wrong',
    })
    const refused = await cli.run(['applications', 'handshake', 'billing'])
    await cli.run(['applications', 'edit', 'billing', '--secret-stdin'], { input: 'pre-shared' })
    const trial = await cli.json<HandshakeTrial>(['applications', 'handshake', 'billing'])
    const list = await cli.run(['applications', 'list'])
    const shown = await cli.run(['applications', 'show', 'billing'])

    assert.match(made.out, /^Made billing \(/)
    assert.deepEqual([refused.code, refused.out], [1, ''])
    assert.match(refused.err, /403/)
    assert.deepEqual([trial.ok, trial.auth_type], [true, 'BearerToken'])
    assert.match(list.out, /^billing +http.*\/api +http.*\/auth\/handshake +yes/m)
    assert.match(shown.out, /^secret +[0-9a-f]{8}$/m)
    assert.doesNotMatch(JSON.stringify([made, refused, trial, list, shown]), /pre-shared|granted/)

    const api = await cli.run(['apis', 'create', 'billing', 'invoices', '--path', '/invoices', '--cron', '0 3 * * *'])
    const { job } = await cli.json<ApiDefinition>(['apis', 'show', 'billing', 'invoices'])
    const before = billing.received.length
    cli.whileWaiting(...turns)
    const run = await cli.run(['jobs', 'run', job.id, '--wait'])
    const apis = await cli.run(['apis', 'list', 'billing'])
    const kept = await cli.run(['applications', 'delete', 'billing'])
    const gone = await cli.run(['apis', 'delete', 'billing', 'invoices'])
    const deleted = await cli.run(['applications', 'delete', 'billing'])

    assert.match(api.out, /^Made invoices; the job .* calls it: /)
    assert.equal(run.code, 0, run.err)
    const [handshake, call] = billing.received.slice(before)
    assert.deepEqual(
      [handshake?.path, call?.path, call?.headers.authorization],
      ['/auth/handshake', '/api/invoices', 'Bearer granted'],
    )
    assert.match(apis.out, /^invoices +\/invoices +active/m)
    assert.match(kept.err, /delete them first/)
    assert.deepEqual([kept.code, gone.code, deleted.code], [5, 0, 0])
    assert.deepEqual(await cli.json<Application[]>(['applications', 'list']), [])
    assert.equal((await cli.run(['applications', 'show', 'billing'])).code, 4)
  })
})
