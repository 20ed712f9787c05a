/** `carillon limits` and `carillon catch-up` against a real server. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Limit } from '../../src/api/contract/limits.ts'
import { type CliServer, startCliServer } from '../support/cli-server.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

describe('limits', () => {
  it('are set, listed, named by jobs and deleted', async () => {
    const { cli } = server
    const set = await cli.run(['limits', 'set', 'database', '--concurrency', '5', '--rate', '100/1m,10'])
    await server.create('nightly', '--manual', '--overlap', 'allow', '--limit', 'database', '--concurrency', '2')
    const list = await cli.run(['limits', 'list'])
    const job = await cli.run(['jobs', 'show', 'nightly'])
    const used = await cli.run(['limits', 'delete', 'database'])
    await cli.run(['jobs', 'edit', 'nightly', '--limit', 'none'])
    const gone = await cli.run(['limits', 'delete', 'database'])

    assert.equal(set.out, 'Set database: 5 at once; 100 per 1m, 10 at one moment; 0 running; 0 waiting')
    assert.match(list.out, /^database +5 +100 per 1m, 10 at one moment +0 +0$/m)
    assert.match(job.out, /^limit +database$/m)
    assert.match(job.out, /^at once +2$/m)
    assert.match(used.err, /Jobs name the limit database/)
    assert.deepEqual([used.code === 0, gone.code, gone.out], [false, 0, 'Deleted database'])
  })

  it('are given to programs as JSON', async () => {
    const limit = await server.cli.json<Limit>(['limits', 'set', 'host:api.example.com', '--concurrency', '1'])

    assert.deepEqual(await server.cli.json<Limit>(['limits', 'show', 'host:api.example.com']), limit)
    assert.equal(limit.concurrency, 1)
  })

  it('without any bound are refused, with the way to take one away', async () => {
    const { code, err } = await server.cli.run(['limits', 'set', 'nothing'])

    assert.notEqual(code, 0)
    assert.match(err, /give --concurrency, --rate, or both/)
  })
})

describe('catch-up work', () => {
  it('is shown, paused and gone on with', async () => {
    const { cli } = server
    const shown = await cli.run(['catch-up', 'show'])
    const paused = await cli.run(['catch-up', 'pause'])
    const resumed = await cli.run(['catch-up', 'resume'])

    assert.match(shown.out, /^state +running$/m)
    assert.match(shown.out, /^left +0 ms$/m)
    assert.match(paused.out, /^state +paused since \d{4}-/m)
    assert.match(resumed.out, /^state +running$/m)
  })
})
