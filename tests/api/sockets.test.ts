/** What only a real connection shows: raw paths, broken and slow requests, limits of size and time. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { LIMITS, type Limits } from '../../src/api/limits.ts'
import { createServer, type ServerParts } from '../../src/api/server.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { SETTINGS } from '../support/api-world.ts'
import { aWorld } from '../support/services-world.ts'

const listening = async (t: TestContext, more: Partial<Pick<ServerParts, 'limits' | 'services'>> = {}) => {
  const world = await aWorld(t)
  const server = await createServer({
    services: world.services,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: world.clock,
    settings: SETTINGS,
    ...more,
  })
  t.after(() => server.close())
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }))
  const { accessToken } = await world.signIn(
    (await world.store.people.userById((await world.admin()).userId))?.username ?? '',
  )

  /** Sends bytes and answers all that comes until the server ends the connection. */
  const send = (...parts: (string | Buffer)[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const received: Buffer[] = []
      const socket = connect(Number(port), '127.0.0.1', () => {
        for (const part of parts) socket.write(part)
      })
      socket.on('data', (chunk: Buffer) => void received.push(chunk))
      socket.on('close', () => resolve(Buffer.concat(received).toString()))
      socket.on('error', (error: Error & { code?: string }) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE'
          ? resolve(Buffer.concat(received).toString())
          : reject(error),
      )
    })
  const get = (path: string, headers = ''): Promise<string> =>
    send(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${accessToken}\r\n${headers}\r\n`,
    )
  return { send, get, accessToken, port }
}

const statusOf = (answer: string): number => Number(answer.split(' ')[1])

test('S37: paths are taken as they are written: nothing is folded, decoded twice or taken from elsewhere', async (t) => {
  const { get } = await listening(t)

  assert.equal(statusOf(await get('/api/v3/me')), 200)
  for (const path of [
    ...['//api/v3/me', '/api//v3/me', '/api/v3/./me', '/api/v3/x/../me', '/api/v3/%2e/me', '/api/v3/users/%2e%2e/me'],
    ...[
      '/api/v3/me/',
      '/api/v3/me;a=b',
      '/api/v3/me.',
      '/api/v3/me%00',
      '/api/v3/me%2f',
      '/API/V3/me',
      '/api/v3/%256de',
    ],
    ...['/api/v3/..%2fv3/me', '/api/v3\\me'],
  ]) {
    assert.equal(statusOf(await get(path)), 404, path)
  }
  for (const path of [
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/%zz',
    'http://evil.example/api/v3/x',
  ]) {
    assert.ok([400, 404].includes(statusOf(await get(path))), path)
  }
  assert.match(await get('/%zz'), /"code":"malformed"/)
})

test('a request that is no HTTP, or two at once, is refused and its connection closed', async (t) => {
  const { send } = await listening(t)
  const smuggled = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'

  const answers = [
    await send('hello\r\n\r\n'),
    await send('GET / HTTP/1.1\r\nHost: x\r\nBad header\r\n\r\n'),
    await send(
      `POST /api/v3/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n${smuggled}`,
    ),
    await send(
      `POST /api/v3/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ),
    await send(`POST /api/v3/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n${smuggled}`),
  ]

  for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/)
  assert.ok(answers.every((answer) => answer.split('HTTP/1.1').length === 2))
})

test('headers of more than 16 KiB are refused with 431, also as a token of a megabyte (S06)', async (t) => {
  const { get, send } = await listening(t)

  const many = await get('/healthz', `X-Large: ${'x'.repeat(LIMITS.headerBytes)}\r\n`)
  const token = await send(
    `GET /api/v3/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(1024 * 1024)}\r\n\r\n`,
  )

  assert.equal(statusOf(many), 431)
  assert.equal(statusOf(token), 431)
})

test('a body of more than 1 MiB is refused with 413 before it is read, announced or not', async (t) => {
  const { send, accessToken } = await listening(t)
  const head = `POST /api/v3/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Bearer ${accessToken}\r\n`
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`

  const announced = await send(`${head}Content-Length: ${LIMITS.bodyBytes + 1}\r\n\r\n`)
  const streamed = await send(`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array(17).fill(chunk))

  assert.deepEqual([announced, streamed].map(statusOf), [413, 413])
  assert.match(announced, /"code":"too_large"/)
})

test('strangers are refused before their body is read', async (t) => {
  const { send } = await listening(t)

  const answer = await send(
    'POST /api/v3/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
  )

  assert.equal(statusOf(answer), 401)
})

const hurried = (changes: Partial<Limits>): Limits => ({ ...LIMITS, checkMs: 20, ...changes })

test('S91: who is slow with the headers or the body is told 408 and let go', async (t) => {
  const slowHeaders = await listening(t, { limits: hurried({ headersMs: 60, requestMs: 10_000 }) })
  const slowBody = await listening(t, { limits: hurried({ headersMs: 60, requestMs: 120 }) })

  const head = await slowHeaders.send('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow:')
  const body = await slowBody.send(
    `POST /api/v3/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${slowBody.accessToken}\r\nContent-Length: 1000\r\n\r\n{`,
  )

  assert.match(head, /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n/)
  assert.ok([408, 503].includes(statusOf(body)), body)
})

test('S91: a connection on which nothing is asked is closed, before the first request and after the last', async (t) => {
  const { send } = await listening(t, { limits: hurried({ headersMs: 60, idleMs: 60 }) })

  const silent = await send('')
  const after = await send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')

  assert.ok(silent === '' || statusOf(silent) === 408, silent)
  assert.equal(statusOf(after), 200)
})

test('a use case that does not come to an end is answered 503', async (t) => {
  const { services } = await aWorld(t)
  const stuck = { ...services, system: { ...services.system, describe: () => new Promise<never>(() => undefined) } }
  const { send } = await listening(t, { services: stuck, limits: hurried({ requestMs: 100 }) })

  const answer = await send('GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')

  assert.equal(statusOf(answer), 503)
  assert.match(answer, /"code":"unavailable"/)
})

test('the limits are those that the documentation names', () => {
  assert.deepEqual(
    [LIMITS.bodyBytes, LIMITS.headerBytes, LIMITS.headersMs, LIMITS.requestMs],
    [1024 * 1024, 16 * 1024, 10_000, 30_000],
  )
})
