/** What surrounds the API: health, numbers, documentation, browsers, proxies, the log, faults. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoRoutes } from '../../src/api/routes/echo.ts'
import { aJob, anApi } from '../support/api-world.ts'

test('health says little and says it to everybody: alive, ready, healthy', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  await ask('POST', '/jobs', { token, body: aJob() })

  const [alive, ready, healthy] = await Promise.all(
    ['//healthz', '//readyz', '//api/health'].map((path) => ask('GET', path)),
  )

  assert.deepEqual([alive?.body, ready?.body], [{ status: 'ok' }, { status: 'ready' }])
  assert.deepEqual(healthy?.body, { status: 'healthy', scheduler_running: true, scheduled_jobs_count: 1 })
  assert.ok(!JSON.stringify(alive?.headers).includes('0.0.0'))
})

test('without its database the server is alive and not ready, and says so in problems', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { token } = await stranger()
  await world.store.close()
  world.clock.advance(60_000)

  const [alive, ready, jobs] = [
    await ask('GET', '//healthz'),
    await ask('GET', '//readyz'),
    await ask('GET', '/jobs', { token }),
  ]

  assert.deepEqual([alive.status, ready.status, ready.body.status], [200, 503, 'unavailable'])
  assert.deepEqual([jobs.status, jobs.body.code], [503, 'unavailable'])
})

test('P9, S100: versions and time zone data are told to who is signed in', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { body } = await ask('GET', '/system', { token })

  assert.deepEqual(
    [body.version, body.engine, body.durability, body.scheduler_running],
    ['0.0.0', 'sqlite', 'power', true],
  )
  assert.match(body.tzdata, /^20\d\d[a-z]$/)
  assert.equal(body.started_at, '2026-11-20T09:30:00.000Z')
})

test('S100: the numbers for Prometheus are for this machine, not for who comes through its proxy, unless they are public', async (t) => {
  const { ask, server } = await anApi(t)
  const open = await anApi(t, { settings: { metricsPublic: true } })
  await ask('GET', '//healthz')
  const from = async (remoteAddress: string, of = server) =>
    (await of.inject({ method: 'GET', url: '/metrics', remoteAddress })).statusCode

  const local = await ask('GET', '//metrics')
  const proxied = await ask('GET', '//metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })

  assert.equal(local.status, 200)
  assert.match(local.text, /carillon_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 1/)
  assert.deepEqual([proxied.status, proxied.body.code], [404, 'not_found'])
  assert.deepEqual(
    [await from('203.0.113.9'), await from('::1'), await from('203.0.113.9', open.server)],
    [404, 200, 200],
  )
})

test('the front door shows programs a banner and people the documentation', async (t) => {
  const { ask } = await anApi(t)

  const program = await ask('GET', '//')
  const person = await ask('GET', '//', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })

  assert.deepEqual([program.status, program.body.docs, program.body.openapi], [200, '/docs', '/openapi.json'])
  assert.deepEqual([person.status, person.headers.location, person.headers.vary], [302, '/docs', 'Accept'])
})

test('the documentation needs no other server, no inline script and no inline style', async (t) => {
  const { ask } = await anApi(t)

  const page = await ask('GET', '//docs')
  const errors = await ask('GET', '//docs/errors')

  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.ok(sources.length >= 4)
  for (const source of sources) {
    assert.match(source, /^\/docs\/static\//)
    assert.equal((await ask('GET', `/${source}`)).status, 200, source)
  }
  for (const { text } of [page, errors]) assert.doesNotMatch(text, /<script>|<style|style="|on\w+="/)
  assert.match(errors.text, /id="schedule\.never_fires"/)
  assert.match(page.headers['content-security-policy'] ?? '', /default-src 'self'/)
})

test('S109: every answer forbids framing, sniffing and caching, and names its request', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  for (const { headers } of [
    await ask('GET', '/me', { token }),
    await ask('GET', '/me'),
    await ask('GET', '//nothing'),
    await ask('GET', '//docs'),
  ]) {
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/)
    assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(headers['strict-transport-security'], undefined)
    assert.ok(!('server' in headers) && !('x-powered-by' in headers))
  }
})

const preflight = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' }

test('S108: without allowed origins no page of another origin may read an answer', async (t) => {
  const { ask } = await anApi(t)

  const read = await ask('GET', '//healthz', { headers: { origin: 'https://evil.example' } })
  const asked = await ask('OPTIONS', '/jobs', { headers: { origin: 'https://evil.example', ...preflight } })

  for (const { headers } of [read, asked])
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('access-control')),
      [],
    )
  assert.equal(asked.status, 405)
})

test('S108: allowed origins are matched exactly, and the answer says that it depends on the origin', async (t) => {
  const { ask } = await anApi(t, { settings: { corsOrigins: ['https://good.example'] } })
  const allowed = async (origin: string) => {
    const { headers } = await ask('GET', '//healthz', { headers: { origin } })
    assert.match(headers.vary ?? '', /Origin/)
    return headers['access-control-allow-origin']
  }

  assert.equal(await allowed('https://good.example'), 'https://good.example')
  for (const origin of [
    'null',
    'https://good.example.evil',
    'https://evil.good.example',
    'http://good.example',
    'https://good.example:8443',
    'HTTPS://good.example',
  ]) {
    assert.equal(await allowed(origin), undefined, origin)
  }
  const { status, headers } = await ask('OPTIONS', '/jobs', {
    headers: { origin: 'https://good.example', ...preflight },
  })
  assert.deepEqual(
    [status, headers['access-control-allow-origin'], headers['access-control-max-age']],
    [204, 'https://good.example', '3600'],
  )
  assert.match(headers['access-control-allow-methods'] ?? '', /PATCH/)
  assert.match(headers['access-control-allow-headers'] ?? '', /if-match/)
})

test('S108: where every origin is allowed, credentials are not', async (t) => {
  const { ask } = await anApi(t, { settings: { corsOrigins: ['*'] } })

  const { headers } = await ask('GET', '//healthz', { headers: { origin: 'https://any.example' } })

  assert.deepEqual(
    [headers['access-control-allow-origin'], headers['access-control-allow-credentials']],
    ['*', undefined],
  )
})

test('S18: the address of a caller is the one of its connection, and that of a header only from a trusted proxy', async (t) => {
  const addressOf = async (trustProxy: readonly string[]) => {
    const { ask, stranger } = await anApi(t, { settings: { trustProxy } })
    const { login } = await stranger()
    const headers = { 'x-forwarded-for': '::ffff:198.51.100.7' }
    const { access_token: token } = (
      await ask('POST', '/sessions', { body: { login, password: 'a fine long pass phrase' }, headers })
    ).body
    const { items } = (await ask('GET', '/sessions', { token })).body
    return items.find((session: { current: boolean }) => session.current).address
  }

  assert.equal(await addressOf([]), '127.0.0.1')
  assert.equal(await addressOf(['127.0.0.1']), '198.51.100.7')
  assert.equal(await addressOf(['10.0.0.0/8']), '127.0.0.1')
})

test('a request leaves one line in the log, with its id and status and without its query', async (t) => {
  const { ask, lines, stranger } = await anApi(t)
  const { token, id } = await stranger()
  lines.length = 0

  const { headers } = await ask('GET', '/jobs?search=canary', { token })
  await ask('GET', '//healthz')

  const [line, quiet] = lines.map((each) => JSON.parse(each))
  assert.deepEqual(
    [line.level, line.msg, line.request_id, line.method, line.path, line.route, line.status, line.user_id],
    ['info', 'request answered', headers['x-request-id'], 'GET', '/api/v3/jobs', '/api/v3/jobs', 200, id],
  )
  assert.ok(!lines.join('').includes('canary'))
  assert.equal(quiet.level, 'debug')
})

test('a fault of ours is answered without its reason, which stands in the log under the same id', async (t) => {
  const { world, stranger } = await anApi(t)
  const { token } = await stranger()
  const me = () => Promise.reject(new Error('a hidden reason'))
  const { server, lines } = await anApi(t, { services: { ...world.services, users: { ...world.services.users, me } } })

  const reply = await server.inject({ method: 'GET', url: '/api/v3/me', headers: { authorization: `Bearer ${token}` } })

  const problem = reply.json()
  assert.deepEqual([reply.statusCode, problem.code], [500, 'internal'])
  assert.ok(!reply.body.includes('hidden'))
  const line = lines.map((each) => JSON.parse(each)).find(({ level }) => level === 'error')
  assert.deepEqual([line.error.message, line.request_id], ['a hidden reason', problem.request_id])
})

test('the echo answers what a job sent, but for its credentials, and is there only when asked for', async (t) => {
  const { ask } = await anApi(t, { extraRoutes: [echoRoutes] })
  const headers = {
    'carillon-attempt': '2',
    'idempotency-key': 'k',
    authorization: 'Bearer canary',
    cookie: 'a=canary',
    'content-type': 'application/xml',
  }

  const { status, body, text } = await ask('PUT', '//echo?a=1&a=2', { raw: '<a/>', headers })
  const large = await ask('POST', '//echo', {
    raw: 'x'.repeat(64 * 1024 + 1),
    headers: { 'content-type': 'text/plain' },
  })
  const none = await (await anApi(t)).ask('GET', '//echo')

  assert.equal(status, 200)
  assert.deepEqual([body.method, body.query, body.body], ['PUT', { a: ['1', '2'] }, '<a/>'])
  assert.deepEqual([body.headers['carillon-attempt'], body.headers['idempotency-key']], ['2', 'k'])
  assert.ok(!text.includes('canary'))
  assert.equal((await ask('GET', '//echo')).body.body, null)
  assert.deepEqual([large.status, none.status], [413, 404])
})
