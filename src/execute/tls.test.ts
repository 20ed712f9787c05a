/** S58: a connection is encrypted to whom it should be, or there is none. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, test } from 'node:test'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { TEST_AUTHORITY, TEST_CERTIFICATES, TEST_KEY } from '../../tests/support/certificates.ts'
import { dnsAnswering, httpExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget } from '../../tests/support/targets.ts'

const servers: { close: () => void }[] = []
afterEach(() => {
  for (const each of servers.splice(0)) each.close()
})

const tlsTarget = async (options: TlsOptions): Promise<number> => {
  const target = createTlsServer({ key: TEST_KEY, ...options }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'))
  })
  target.on('tlsClientError', () => undefined)
  servers.push(target)
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  return (target.address() as AddressInfo).port
}

const callTls = async (host: string, options: TlsOptions, ca: readonly string[] = [TEST_AUTHORITY]) => {
  const port = await tlsTarget(options)
  const executor = httpExecutor({ ca, names: dnsAnswering(() => ['127.0.0.1']) })
  const outcome = await executor.execute(anAssignment(aTarget(`https://${host}:${port}/`)))
  await executor.close()
  return outcome
}

test('a good certificate is accepted, for a name and for an address', async () => {
  assert.equal((await callTls('localhost', { cert: TEST_CERTIFICATES.good })).output, 'ok')
  assert.equal((await callTls('127.0.0.1', { cert: TEST_CERTIFICATES.good })).output, 'ok')
})

const refused: readonly (readonly [
  name: string,
  host: string,
  options: TlsOptions,
  ca: readonly string[],
  error: RegExp,
])[] = [
  ['an expired certificate', 'localhost', { cert: TEST_CERTIFICATES.expired }, [TEST_AUTHORITY], /has expired/],
  [
    'a certificate for another host',
    'localhost',
    { cert: TEST_CERTIFICATES.wrongHost },
    [TEST_AUTHORITY],
    /for another host/,
  ],
  [
    'a certificate for another name',
    'other.example.com',
    { cert: TEST_CERTIFICATES.good },
    [TEST_AUTHORITY],
    /for another host/,
  ],
  [
    'a self-signed certificate',
    'localhost',
    { cert: TEST_CERTIFICATES.selfSigned },
    [TEST_AUTHORITY],
    /signed by itself/,
  ],
  ['an unknown authority', 'localhost', { cert: TEST_CERTIFICATES.good }, [], /not trusted/],
  [
    'TLS 1.1',
    'localhost',
    { cert: TEST_CERTIFICATES.good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    [TEST_AUTHORITY],
    /TLS handshake failed/,
  ],
]
for (const [name, host, options, ca, error] of refused) {
  test(`${name} is refused`, async () => {
    const outcome = await callTls(host, options, ca)

    assert.deepEqual([outcome.failure, outcome.retryable], ['tls', true])
    assert.match(outcome.error ?? '', error)
  })
}

test('the switch in the environment that turns verification off does not', async (context) => {
  context.mock.property(process, 'env', { NODE_TLS_REJECT_UNAUTHORIZED: '0' })

  assert.equal((await callTls('localhost', { cert: TEST_CERTIFICATES.selfSigned })).failure, 'tls')
})

test('a server that speaks no TLS is a failed handshake, one that says nothing ends at the timeout', async () => {
  const plain = await httpTarget()
  const executor = httpExecutor({ ca: [TEST_AUTHORITY] })
  const outcome = await executor.execute(anAssignment(aTarget(`https://127.0.0.1:${plain.port}/`)))
  const accepted = Promise.withResolvers<void>()
  const silent = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => accepted.resolve())
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const hanging = executor.execute(
    anAssignment(aTarget(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/`), { timeoutMs: 2000 }),
  )
  await accepted.promise
  executor.clock.advance(2050)

  assert.equal(outcome.failure, 'tls')
  assert.equal((await hanging).error, 'Timed out after 2000 ms while waiting for a connection.')
  // Closes only when the hanging connection is gone.
  await new Promise((resolve) => silent.close(resolve))
  await executor.close()
  await plain.close()
})
