/** What the doctor says of other machines, over real sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { httpTarget } from '../../../tests/support/targets.ts'
import { createProbe } from '../../app.ts'
import { loadConfig } from '../../config/config.ts'
import { readRemoteClock, tryPort, whoAnswers } from '../client/client.ts'
import { reachFindings } from './doctor-checks.ts'
import { egressFinding, offsetFinding, webUrl } from './doctor-network.ts'

const THERE = 'Tue, 24 Nov 2026 12:00:00 GMT'
const MIDDLE = Date.parse(THERE) + 500
const URL_THERE = new URL('https://time.example.com/')

describe('the clock beside that of another server', () => {
  const offsets: [aheadMs: number, roundTripMs: number, verdict: string][] = [
    [0, 0, 'ok'],
    [500, 0, 'ok'],
    [501, 0, 'warn'],
    [-501, 0, 'warn'],
    [800, 300, 'ok'],
    [801, 300, 'warn'],
    [5000, 0, 'warn'],
    [-5001, 0, 'bad'],
    [6000, 8000, 'ok'],
  ]
  for (const [aheadMs, roundTripMs, verdict] of offsets)
    it(`${aheadMs} ms apart after a way of ${roundTripMs} ms are ${verdict}`, async () => {
      const found = await offsetFinding(URL_THERE, async () => ({ aheadMs, roundTripMs }))

      assert.equal(found.verdict, verdict)
    })

  it('is read from the Date of a real answer, halfway through the call', async () => {
    const server = await httpTarget((_, response) => response.setHeader('date', THERE).end())
    const times = [1000, 1200]
    const clock = { now: () => MIDDLE + 7100, monotonic: () => times.shift() ?? Number.NaN }

    const reading = await readRemoteClock(new URL(server.origin), clock)
    await server.close()

    assert.deepEqual(reading, { aheadMs: 7000, roundTripMs: 200 })
    assert.equal(server.received[0]?.method, 'HEAD')
  })

  it('a server that tells no date, or does not answer, is a warning', async () => {
    const server = await httpTarget((_, response) => {
      response.sendDate = false
      response.end()
    })
    const url = new URL(server.origin)
    const find = () => offsetFinding(url, () => readRemoteClock(url, { now: () => 0, monotonic: () => 0 }))

    const dateless = await find()
    await server.close()
    const silent = await find()

    assert.deepEqual([dateless.verdict, silent.verdict], ['warn', 'warn'])
    assert.match(dateless.message, /tells no date/)
    assert.match(silent.message, /does not answer/)
  })
})

describe('targets', () => {
  it('are reached as a server with these settings would reach them, and told without their path', async () => {
    const server = await httpTarget()
    const settings = (more: Record<string, string>) => loadConfig({ SECRET_KEY: 'x'.repeat(40), ...more })
    const url = new URL(`${server.origin}/hook?token=secret`)
    const find = async (more: Record<string, string>) => egressFinding(url, await createProbe(settings(more))(url))

    const reached = await find({})
    const refused = await find({ ALLOW_PRIVATE_TARGETS: 'false' })
    const allowed = await find({ ALLOW_PRIVATE_TARGETS: 'false', EGRESS_ALLOW: `127.0.0.1:${server.port}` })
    const ourselves = await find({ PORT: String(server.port) })
    await server.close()
    const closed = await find({})

    const verdictOf = [reached, refused, allowed, ourselves, closed].map(({ verdict }) => verdict)
    assert.deepEqual(verdictOf, ['ok', 'bad', 'ok', 'bad', 'bad'])
    assert.match(refused.message, /ends at the step guard: .*EGRESS_ALLOW/)
    assert.match(closed.message, /ends at the step connection: The connection was refused\./)
    assert.doesNotMatch(reached.message + refused.message, /secret|hook/)
  })

  it('wrong rules of egress are bad, also when no target is asked for', async () => {
    const settings = (more: Record<string, string>) => loadConfig({ SECRET_KEY: 'x'.repeat(40), ...more })

    const [rule] = await reachFindings([], () => createProbe(settings({ EGRESS_ALLOW: '169.254.169.254' })))
    const [list] = await reachFindings([], () => createProbe(settings({ TLS_CRL_FILE: '/nowhere.pem' })))

    assert.deepEqual([rule?.verdict, list?.verdict], ['bad', 'bad'])
    assert.match(rule?.message ?? '', /EGRESS_ALLOW/)
    assert.match(list?.message ?? '', /^TLS_CRL_FILE: "\/nowhere\.pem": ENOENT/)
    assert.deepEqual(await reachFindings([], () => createProbe(settings({}))), [])
  })

  it('what is no http or https URL is refused as usage', () => {
    assert.throws(() => webUrl('--target', 'ftp://x'), /--target: "ftp:\/\/x": write an http or https URL/)
  })
})

describe('the port', () => {
  it('a free one can be reached, a taken one is told, and so is who took it', async () => {
    let health = 200
    const server = createServer((_, reply) => {
      reply.writeHead(health, { 'content-type': 'application/json' }).end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    assert.match(String(await tryPort('127.0.0.1', port)), /EADDRINUSE/)
    assert.equal((await whoAnswers('127.0.0.1', port))?.status, 200)
    health = 404
    assert.equal(await whoAnswers('127.0.0.1', port), null)

    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    assert.equal(await tryPort('127.0.0.1', port), null)
    assert.equal(await tryPort('0.0.0.0', 0), null)
    assert.equal(await whoAnswers('127.0.0.1', port), null)
  })
})
