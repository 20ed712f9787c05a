/** S49, S50: redirects of real servers, hop by hop through the guard. */
import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, test } from 'node:test'
import { DEVELOPMENT, httpExecutor, PRODUCTION } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import type { HttpTarget } from '../domain/target.ts'
import { parseEgressAllow } from './egress-rules.ts'

const executor = httpExecutor()
let server: TargetServer
let other: TargetServer

/** `/<status>/<where>` redirects to `where`; anything else answers. */
beforeEach(async () => {
  const answer: Parameters<typeof httpTarget>[0] = ({ path }, response) => {
    const [, status, where] = /^\/(\d{3})\/(.+)$/.exec(path) ?? []
    if (status === undefined || where === undefined) response.end('arrived')
    else response.writeHead(Number(status), { location: decodeURIComponent(where) }).end('moved')
  }
  server = await httpTarget(answer)
  other = await httpTarget(answer)
})
afterEach(async () => {
  await server.close()
  await other.close()
})
after(() => executor.close())

const to = (status: number, where: string) => `/${status}/${encodeURIComponent(where)}`
const run = (path: string, more: Partial<HttpTarget> = {}) =>
  executor.execute(anAssignment(aTarget(server.origin + path, more)))

test('a redirect is followed to its end, and only the end is judged and kept', async () => {
  const outcome = await run(to(302, to(307, '/end')))

  assert.deepEqual([outcome.kind, outcome.statusCode, outcome.output], ['success', 200, 'arrived'])
  assert.deepEqual(
    server.received.map(({ path }) => path),
    [to(302, to(307, '/end')), to(307, '/end'), '/end'],
  )
})

test('every hop carries the id of the execution', async () => {
  await run(to(302, '/end'))

  assert.equal(server.received[1]?.headers['idempotency-key'], server.received[0]?.headers['idempotency-key'])
})

test('with redirects off the 3xx is the answer', async () => {
  const outcome = await run(to(302, '/end'), { redirects: false })

  assert.deepEqual([outcome.failure, outcome.statusCode, outcome.output], ['status', 302, 'moved'])
  assert.equal(server.received.length, 1)
})

test('a 3xx without a location is the answer', async () => {
  const bare = await httpTarget((_, response) => response.writeHead(302).end())

  const outcome = await executor.execute(anAssignment(aTarget(bare.origin)))
  await bare.close()

  assert.deepEqual([outcome.failure, outcome.statusCode], ['status', 302])
})

test('S49: three redirects are followed, the fourth ends the attempt', async () => {
  const three = await run(to(302, to(302, to(302, '/end'))))
  const four = await run(to(302, to(302, to(302, to(302, '/end')))))

  assert.equal(three.kind, 'success')
  assert.deepEqual([four.failure, four.statusCode], ['redirect', 302])
  assert.equal(four.error, 'The target redirects more than 3 times.')
})

test('S65: a redirect that leads to itself ends after three rounds', async () => {
  const loop = await httpTarget((_, response) => response.writeHead(301, { location: '/' }).end())

  const outcome = await executor.execute(anAssignment(aTarget(loop.origin)))
  await loop.close()

  assert.equal(outcome.failure, 'redirect')
  assert.equal(loop.received.length, 4)
})

test('a POST keeps its body through 307 and loses it through 303', async () => {
  const post = { method: 'POST', body: { type: 'text', content: 'body' } } as const
  await run(to(307, '/kept'), post)
  await run(to(303, '/lost'), post)

  const [, kept, , lost] = server.received
  assert.deepEqual([kept?.method, kept?.body], ['POST', 'body'])
  assert.deepEqual([lost?.method, lost?.body, lost?.headers['content-type']], ['GET', '', undefined])
})

test('S50: to another origin neither auth, cookies nor headers that may be credentials are sent', async () => {
  const outcome = await run(to(307, `${other.origin}/end`), {
    auth: { kind: 'bearer', token: { sealed: 'token-1' } },
    headers: [
      { name: 'Cookie', value: 'session=1' },
      { name: 'X-Api-Key', value: 'key-1' },
      { name: 'Accept', value: 'text/html' },
    ],
  })

  assert.equal(outcome.kind, 'success')
  assert.equal(server.received[0]?.headers.authorization, 'Bearer token-1')
  const headers = other.received[0]?.headers ?? assert.fail()
  assert.deepEqual([headers.authorization, headers.cookie, headers['x-api-key']], [undefined, undefined, undefined])
  assert.equal(headers.accept, 'text/html')
})

test('on the same origin auth goes along', async () => {
  await run(to(302, '/end'), { auth: { kind: 'basic', username: 'ann', password: { sealed: 'pass' } } })

  assert.equal(server.received[1]?.headers.authorization, server.received[0]?.headers.authorization)
})

for (const status of [301, 302, 303, 307, 308]) {
  test(`S49: each hop of a ${status} is checked like the first address`, async () => {
    const guarded = httpExecutor({ egress: { ...PRODUCTION, allow: parseEgressAllow(`127.0.0.1:${server.port}`) } })
    const forbidden = [
      other.origin,
      'http://169.254.169.254/latest/meta-data/',
      'http://localhost/',
      'http://10.0.0.1/',
      'http://[::1]/',
      'http://2130706433/',
      'http://api.internal/',
      `http://127.0.0.1:${server.port + 1}/`,
    ]
    for (const where of forbidden) {
      const outcome = await guarded.execute(anAssignment(aTarget(server.origin + to(status, where))))

      assert.deepEqual([outcome.failure, outcome.retryable], ['egress_denied', false], where)
    }
    await guarded.close()
    assert.equal(other.connections(), 0)
  })
}

test('S54: a redirect does not lead to our own API, not even from the echo path', async () => {
  const ourselves = await httpTarget((_, response) => response.writeHead(302, { location: '/api/v3/jobs' }).end())
  const egress = { ...DEVELOPMENT, self: { port: ourselves.port, allowedPathPrefix: '/echo' } }
  const guarded = httpExecutor({ egress })

  const outcome = await guarded.execute(anAssignment(aTarget(`${ourselves.origin}/echo/away`)))
  await guarded.close()
  await ourselves.close()

  assert.equal(outcome.failure, 'egress_denied')
  assert.deepEqual(
    ourselves.received.map(({ path }) => path),
    ['/echo/away'],
  )
})

test('S49: Refresh headers and meta tags are content, not redirects', async () => {
  const page = await httpTarget((_, response) => {
    response.writeHead(200, { refresh: `0; url=${other.origin}/` })
    response.end(`<meta http-equiv="refresh" content="0; url=${other.origin}/">`)
  })

  const outcome = await executor.execute(anAssignment(aTarget(page.origin)))
  await page.close()

  assert.equal(outcome.kind, 'success')
  assert.equal(other.connections(), 0)
})

test('a redirect with an endless body is followed without waiting for its end', async () => {
  const endless = await httpTarget((_, response) => {
    response.writeHead(302, { location: `${server.origin}/end` })
    const more = (): void => {
      let open = true
      while (open && !response.destroyed) open = response.write('x'.repeat(65_536))
    }
    response.on('drain', more)
    more()
  })

  const outcome = await executor.execute(anAssignment(aTarget(endless.origin)))
  await endless.close()

  assert.deepEqual([outcome.kind, outcome.output], ['success', 'arrived'])
})

test('the timeout covers all hops together', async () => {
  const slow = await httpTarget(({ path }, response) => {
    if (path === '/first') response.writeHead(302, { location: '/second' }).end()
  })
  const outcome = executor.execute(anAssignment(aTarget(`${slow.origin}/first`), { timeoutMs: 5000 }))
  executor.clock.advance(3000)
  await slow.requests(2)

  executor.clock.advance(2050)

  assert.equal((await outcome).failure, 'timeout')
  await slow.close()
})

test('an error about a redirect does not repeat where it leads, as that may hold secrets', async () => {
  const outcome = await run(to(302, 'http://user:hunter2@example.com/?token=hunter2'))

  assert.equal(outcome.failure, 'redirect')
  assert.equal(JSON.stringify(outcome).includes('hunter2'), false)
})
