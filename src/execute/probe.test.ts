/** A probe goes the way of a call and tells where it ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer } from 'node:tls'
import { TEST_AUTHORITY, TEST_CERTIFICATES, TEST_KEY } from '../../tests/support/certificates.ts'
import { DEVELOPMENT, dnsAnswering, PRODUCTION } from '../../tests/support/http-runner.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { httpTarget } from '../../tests/support/targets.ts'
import { parseEgressAllow } from './egress-rules.ts'
import { NameError } from './names.ts'
import { type ProbeOptions, probeTarget } from './probe.ts'

const probe = (url: string, more: Partial<ProbeOptions> = {}) =>
  probeTarget(new URL(url), {
    clock: manualClock(0),
    egress: DEVELOPMENT,
    revocation: null,
    ca: [TEST_AUTHORITY],
    names: dnsAnswering(() => ['127.0.0.1']),
    ...more,
  })

const tlsPort = async (t: TestContext, cert: string): Promise<number> => {
  const server = createServer({ key: TEST_KEY, cert }, (socket) => socket.on('error', () => undefined))
  server.on('tlsClientError', () => undefined)
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('a target is reached by name and by address, and no request is sent', async (t) => {
  const server = await httpTarget()
  t.after(() => server.close())

  const named = await probe(`http://app.example.com:${server.port}/`)
  const literal = await probe(`http://127.0.0.1:${server.port}/`)

  assert.deepEqual(named, { addresses: ['127.0.0.1'], ms: 0, ended: null })
  assert.equal(literal.ended, null)
  assert.equal(server.received.length, 0)
})

test('a name that does not exist ends at dns', async () => {
  const names = dnsAnswering(() => {
    throw new NameError(true, undefined)
  })

  assert.deepEqual((await probe('https://gone.example.com/', { names })).ended, {
    step: 'dns',
    reason: 'The host name does not exist.',
  })
})

test('the guard refuses a port before the name is asked for, and an address after it', async () => {
  const [port, address] = [
    await probe('http://app.example.com:22/', { egress: PRODUCTION }),
    await probe('https://app.example.com/', { egress: PRODUCTION }),
  ]

  assert.deepEqual([port.ended?.step, port.addresses], ['guard', []])
  assert.deepEqual([address.ended?.step, address.addresses], ['guard', ['127.0.0.1']])
})

test('what EGRESS_ALLOW names is admitted', async (t) => {
  const server = await httpTarget()
  t.after(() => server.close())
  const egress = { ...PRODUCTION, allow: parseEgressAllow(`127.0.0.1:${server.port}`) }

  assert.equal((await probe(`http://app.example.com:${server.port}/`, { egress })).ended, null)
})

test('where nothing listens it ends at the connection', async () => {
  const server = await httpTarget()
  await server.close()

  assert.deepEqual((await probe(server.origin)).ended, { step: 'connection', reason: 'The connection was refused.' })
})

test('a certificate is believed or ends it at tls', async (t) => {
  const port = await tlsPort(t, TEST_CERTIFICATES.good)

  assert.equal((await probe(`https://localhost:${port}/`)).ended, null)
  const other = await probe(`https://app.example.com:${port}/`)
  assert.deepEqual(other.ended, { step: 'tls', reason: 'The certificate of the target is for another host.' })
})
