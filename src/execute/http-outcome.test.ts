/** What the answer of an HTTP target becomes, and what time and cancelling do to a call. */
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { httpExecutor, PRODUCTION } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import type { HttpTarget } from '../domain/target.ts'

const executor = httpExecutor()
let server: TargetServer

const run = (path: string, more: Partial<HttpTarget> = {}) =>
  executor.execute(anAssignment(aTarget(server.origin + path, more)))

after(() => executor.close())
afterEach(() => server?.close())

describe('the outcome', () => {
  for (const [status, retryable] of [
    [400, true],
    [404, true],
    [408, true],
    [410, false],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
    [304, true],
  ] as const) {
    test(`status ${status} is a failure that ${retryable ? 'may' : 'may not'} be tried again, with the answer kept`, async () => {
      server = await httpTarget((_, response) => {
        response.statusCode = status
        response.end(status === 304 ? undefined : 'why')
      })

      const outcome = await run('/')

      assert.deepEqual([outcome.kind, outcome.failure, outcome.statusCode], ['failure', 'status', status])
      assert.equal(outcome.retryable, retryable)
      assert.equal(outcome.output, status === 304 ? null : 'why')
      assert.ok(outcome.error?.startsWith(`The target answered ${status} `))
    })
  }

  test('rules on status, body and time decide', async () => {
    server = await httpTarget((_, response) => {
      response.statusCode = 404
      response.end('gone, as it should be')
    })
    const success = { status: [[404, 404]], bodyContains: 'as it should', bodyLacks: 'error' } as const

    assert.equal((await run('/', { success })).kind, 'success')
    assert.equal((await run('/', { success: { ...success, bodyLacks: 'gone' } })).failure, 'body')
  })

  test('an answer that takes longer than the rule allows is too slow, though it came', async () => {
    server = await httpTarget((_, response) => {
      executor.clock.advance(300)
      response.end('late')
    })

    const outcome = await run('/', { success: { longestMs: 200 } })

    assert.deepEqual([outcome.failure, outcome.statusCode, outcome.output], ['too_slow', 200, 'late'])
    assert.ok(outcome.durationMs >= 300)
  })

  test('Retry-After of 429 and 503 is told, that of other answers is not', async () => {
    server = await httpTarget(({ path }, response) => {
      response.writeHead(Number(path.slice(1)), { 'retry-after': '120' }).end()
    })

    const waits = []
    for (const status of [429, 503, 500, 200]) waits.push((await run(`/${status}`)).retryAfterMs)

    assert.deepEqual(waits, [120_000, 120_000, null, null])
  })

  test('Retry-After as a date is counted from the wall clock', async () => {
    const date = new Date(executor.clock.now() + 90_000).toUTCString()
    server = await httpTarget((_, response) => response.writeHead(503, { 'retry-after': date }).end())

    const { retryAfterMs } = await run('/')

    assert.ok(retryAfterMs !== null && retryAfterMs > 88_000 && retryAfterMs <= 90_000)
  })

  test('a compressed answer is kept as text, and rules see the text', async () => {
    server = await httpTarget((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('Glockenspiel'))
    })

    const outcome = await run('/', { success: { bodyContains: 'Glocken' } })

    assert.deepEqual([outcome.kind, outcome.output], ['success', 'Glockenspiel'])
  })

  test('a target that was broken after it was saved fails for good and is told why', async () => {
    server = await httpTarget()

    const outcome = await run('/', { headers: [{ name: 'Host', value: 'evil.example.com' }] })

    assert.deepEqual([outcome.failure, outcome.retryable], ['malformed', false])
    assert.match(outcome.error ?? '', /^target\.headers\[0\]\.name: /)
    assert.equal(server.received.length, 0)
  })

  test('a port where nobody listens is a failed connection that may be tried again', async () => {
    server = await httpTarget()
    const { origin } = server
    await server.close()

    const outcome = await executor.execute(anAssignment(aTarget(origin)))

    assert.deepEqual([outcome.failure, outcome.retryable], ['connection', true])
    assert.equal(outcome.error, 'The connection was refused.')
  })

  test('the same target object and a copy of it are called alike', async () => {
    server = await httpTarget()
    const target = aTarget(`${server.origin}/same`, { method: 'POST', body: { type: 'text', content: 'b' } })

    await executor.execute(anAssignment(target))
    await executor.execute(anAssignment(target))
    await executor.execute(anAssignment(structuredClone(target)))

    assert.deepEqual(
      server.received.map(({ path, body }) => [path, body]),
      Array(3).fill(['/same', 'b']),
    )
  })
})

describe('timeout and cancel', () => {
  test('a target that never answers times out, and its connection is closed', async () => {
    server = await httpTarget(() => undefined)
    const outcome = executor.execute(anAssignment(aTarget(server.origin), { timeoutMs: 5000 }))
    await server.requests(1)

    executor.clock.advance(5050)

    const { failure, error, retryable } = await outcome
    assert.deepEqual([failure, retryable], ['timeout', true])
    assert.equal(error, 'Timed out after 5000 ms while waiting for the answer.')
  })

  test('a call that waits for a free connection times out too, is not sent later, and spares the connection', async () => {
    const held: (() => void)[] = []
    server = await httpTarget((_, response) => held.push(() => response.end('ok')))
    const own = httpExecutor()
    const first = Array.from({ length: 64 }, () =>
      own.execute(anAssignment(aTarget(server.origin), { timeoutMs: 60_000 })),
    )
    const waiting = own.execute(anAssignment(aTarget(`${server.origin}/waiting`), { timeoutMs: 1000 }))
    await server.requests(64)

    own.clock.advance(1050)
    const outcome = await waiting
    for (const release of held) release()
    await Promise.all(first)
    const next = own.execute(anAssignment(aTarget(`${server.origin}/next`)))
    await server.requests(65)
    held[64]?.()

    assert.equal(outcome.error, 'Timed out after 1000 ms while waiting for a connection.')
    assert.equal((await next).kind, 'success')
    assert.equal(server.received[64]?.path, '/next')
    assert.equal(server.connections(), 64)
    await own.close()
  })

  test('a cancelled call ends as cancelled and closes its connection', async () => {
    server = await httpTarget(() => undefined)
    const controller = new AbortController()
    const outcome = executor.execute(anAssignment(aTarget(server.origin)), controller.signal)
    await server.requests(1)

    controller.abort()

    assert.deepEqual([(await outcome).kind, (await outcome).failure], ['cancelled', null])
  })

  test('closing the executor cancels calls in flight and closes all connections', async () => {
    server = await httpTarget(({ path }, response) => {
      if (path === '/quick') response.end('ok')
    })
    const own = httpExecutor()
    await own.execute(anAssignment(aTarget(`${server.origin}/quick`)))
    const slow = own.execute(anAssignment(aTarget(`${server.origin}/slow`)))
    await server.requests(2)

    await own.close()

    assert.equal((await slow).kind, 'cancelled')
    assert.equal((await own.execute(anAssignment(aTarget(server.origin)))).failure, 'internal')
    assert.equal(own.clock.pendingTimers() <= 2, true)
  })
})

describe('connections', () => {
  test('calls of one workspace to one origin share a connection', async () => {
    server = await httpTarget()

    for (let at = 0; at < 5; at++) await run(`/${at}`)

    // Two and not one: a connection is free again a turn of the event loop after its answer.
    assert.ok(server.connections() <= 2)
  })

  test('S57: another workspace never gets the connection', async () => {
    server = await httpTarget()

    for (const workspaceKey of [1, 2, 1, 2])
      await executor.execute(anAssignment(aTarget(server.origin), { workspaceKey }))

    const ports = server.received.map(({ remotePort }) => remotePort)
    assert.equal(ports[0], ports[2])
    assert.equal(ports[1], ports[3])
    assert.notEqual(ports[0], ports[1])
  })
})

test('S39, S59: a refused target gets nothing and the refusal tells nothing but its class', async () => {
  server = await httpTarget()
  const own = httpExecutor({ egress: PRODUCTION })
  const urls = [
    server.origin,
    'http://169.254.169.254/',
    'http://localhost/',
    'http://10.0.0.1/',
    'http://a.internal/',
    'http://example.com:22/',
  ]

  const outcomes = await Promise.all(urls.map((url) => own.execute(anAssignment(aTarget(url)))))
  await own.close()

  for (const { failure, retryable, error, output } of outcomes) {
    assert.deepEqual([failure, retryable, output], ['egress_denied', false, null])
    assert.equal(error, 'The target address is not one that this server may call (egress.denied).')
  }
  assert.equal(server.connections(), 0)
})
