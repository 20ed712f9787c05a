/** Connections lead to checked addresses and to nobody else. */
import assert from 'node:assert/strict'
import { connect as netConnect, Socket, type TcpNetConnectOpts } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { DEVELOPMENT, dnsAnswering, httpExecutor, PRODUCTION } from '../../tests/support/http-runner.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { anAssignment, aTarget, httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import { createConnector } from './connect.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { parseEgressAllow } from './egress-rules.ts'
import { type Address, NameError, type NameSources } from './names.ts'

/** Production, where the test server stands for a public address. */
const loopbackIsPublic = (port: number): EgressPolicy => ({
  ...PRODUCTION,
  allow: parseEgressAllow(`127.0.0.1:${port}`),
})

let server: TargetServer
before(async () => {
  server = await httpTarget((_, response) => {
    response.setHeader('connection', 'close')
    response.end('ok')
  })
})
after(() => server.close())

describe('names', () => {
  test('a name is called at the address it resolves to, under its own Host', async () => {
    const executor = httpExecutor({ egress: loopbackIsPublic(server.port), names: dnsAnswering(() => ['127.0.0.1']) })

    const outcome = await executor.execute(anAssignment(aTarget(`http://app.example.com:${server.port}/`)))
    await executor.close()

    assert.equal(outcome.kind, 'success')
    assert.equal(server.received.at(-1)?.headers.host, `app.example.com:${server.port}`)
  })

  test('S46: a name that changes from public to private is never called at the private address, in 1,000 attempts', async () => {
    let asked = 0
    const executor = httpExecutor({
      egress: loopbackIsPublic(server.port),
      names: dnsAnswering(() => (asked++ % 3 === 0 ? ['127.0.0.1'] : ['10.0.0.1'])),
    })
    const before = server.received.length
    const outcomes = []
    for (let at = 0; at < 1000; at += 50) {
      const batch = Array.from({ length: 50 }, (_, nth) =>
        anAssignment(aTarget(`http://h${(at + nth) % 7}.example.com:${server.port}/`)),
      )
      outcomes.push(...(await Promise.all(batch.map((assignment) => executor.execute(assignment)))))
    }
    await executor.close()

    const answered = outcomes.filter(({ kind }) => kind === 'success').length
    const refused = outcomes.filter(({ failure }) => failure === 'egress_denied').length
    assert.equal(answered + refused, 1000)
    assert.equal(server.received.length - before, answered)
    assert.ok(answered > 0 && refused > 0)
  })

  for (const mixed of [
    ['127.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
    ['127.0.0.1', '169.254.169.254'],
    [...Array(500).fill('127.0.0.1'), '10.0.0.1'],
  ]) {
    test(`S47: ${mixed.length} addresses ending with ${mixed.at(-1)} are refused whole`, async () => {
      const executor = httpExecutor({ egress: loopbackIsPublic(server.port), names: dnsAnswering(() => mixed) })
      const before = server.connections()

      const outcome = await executor.execute(anAssignment(aTarget(`http://mixed.example.com:${server.port}/`)))
      await executor.close()

      assert.deepEqual([outcome.failure, outcome.retryable], ['egress_denied', false])
      assert.equal(server.connections(), before)
    })
  }

  test('F39: 500 good addresses are no trouble', async () => {
    const executor = httpExecutor({
      egress: loopbackIsPublic(server.port),
      names: dnsAnswering(() => Array(500).fill('127.0.0.1')),
    })

    const outcome = await executor.execute(anAssignment(aTarget(`http://many.example.com:${server.port}/`)))
    await executor.close()

    assert.equal(outcome.kind, 'success')
  })

  test('when one address does not answer, the next is tried', async () => {
    const executor = httpExecutor({
      egress: { ...PRODUCTION, allow: parseEgressAllow(`127.0.0.0/8:${server.port}`) },
      names: dnsAnswering(() => ['127.9.9.9', '127.0.0.1']),
    })

    const outcome = await executor.execute(anAssignment(aTarget(`http://two.example.com:${server.port}/`)))
    await executor.close()

    assert.equal(outcome.kind, 'success')
  })

  for (const [notFound, error] of [
    [true, 'The host name does not exist.'],
    [false, 'The host name could not be resolved: DNS did not answer.'],
  ] as const) {
    test(`F39: ${notFound ? 'NXDOMAIN' : 'a broken DNS'} fails the attempt with its cause, and another try may help`, async () => {
      const executor = httpExecutor({
        names: {
          ...dnsAnswering(() => []),
          query: async () => {
            throw new NameError(notFound, null)
          },
        },
      })

      const outcome = await executor.execute(anAssignment(aTarget('http://gone.example.com/')))
      await executor.close()

      assert.deepEqual([outcome.failure, outcome.retryable, outcome.error], ['dns', true, error])
    })
  }

  test('F39: a DNS that never answers is bounded by the timeout', async () => {
    const executor = httpExecutor({ names: { ...dnsAnswering(() => []), query: () => new Promise(() => undefined) } })
    const outcome = executor.execute(anAssignment(aTarget('http://slow.example.com/'), { timeoutMs: 5000 }))

    executor.clock.advance(5050)

    assert.equal((await outcome).error, 'Timed out after 5000 ms while waiting for a connection.')
    await executor.close()
  })

  test('a name that is resolved after its call was given up is not connected to', async () => {
    let answer: (addresses: Awaited<ReturnType<NameSources['query']>>) => void = () => undefined
    const executor = httpExecutor({
      names: { ...dnsAnswering(() => []), query: () => new Promise((resolve) => (answer = resolve)) },
    })
    const before = server.connections()
    const outcome = executor.execute(
      anAssignment(aTarget(`http://late.example.com:${server.port}/`), { timeoutMs: 5000 }),
    )
    await new Promise(setImmediate)
    executor.clock.advance(5050)
    await outcome

    answer([{ address: '127.0.0.1', family: 4, ttl: 0 }])
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)

    assert.equal(server.connections(), before)
    await executor.close()
  })
})

describe('the socket', () => {
  const connectTo = (address: Address, dial: (options: TcpNetConnectOpts) => ReturnType<typeof netConnect>) => {
    const clock = manualClock(0)
    const connector = createConnector({
      clock,
      guard: createEgressGuard({ ...PRODUCTION, allow: parseEgressAllow('127.0.0.1/32,127.0.0.2/32') }),
      resolve: async () => [address],
      reach: 'outside',
      context: createSecureContext,
      dial,
    })
    const result = new Promise<string>((resolve) => {
      connector.connect(
        { hostname: 'app.example.com', port: String(server.port), protocol: 'http:' },
        (error, socket) => {
          resolve(error === null ? 'connected' : error.message)
          socket?.destroy()
        },
      )
    })
    return { clock, connector, result }
  }

  test('S46: whoever is on the line is checked once more, and a stranger is hung up on', async () => {
    const { result } = connectTo({ address: '127.0.0.2', family: 4 }, (options) =>
      netConnect({ ...options, host: '127.0.0.1' }),
    )

    assert.equal(await result, 'The target address is not one that this server may call (egress.denied).')
  })

  test('the address that was checked is the one that is dialled, not the name', async () => {
    let dialled: string | undefined
    const { result } = connectTo({ address: '127.0.0.1', family: 4 }, (options) => {
      dialled = options.host
      return netConnect(options)
    })

    assert.equal(await result, 'connected')
    assert.equal(dialled, '127.0.0.1')
  })

  test('a host that accepts nothing is given up after ten seconds, or when nobody wants it any more', async () => {
    // A socket that is never connected: what a dropped SYN looks like from here.
    const timedOut = connectTo({ address: '127.0.0.1', family: 4 }, () => new Socket())
    const abandoned = connectTo({ address: '127.0.0.1', family: 4 }, () => new Socket())
    await new Promise(setImmediate)

    timedOut.clock.advance(10_000)
    abandoned.connector.abandon()

    assert.equal(await timedOut.result, 'No connection within 10 s.')
    assert.equal(await abandoned.result, 'The connection was given up.')
    assert.equal(abandoned.clock.pendingTimers(), 0)
  })
})

describe('S54: our own server', () => {
  const own = (allowPrivate: boolean) =>
    httpExecutor({
      egress: { ...DEVELOPMENT, allowPrivate, self: { port: server.port, allowedPathPrefix: '/echo' } },
      names: dnsAnswering(() => ['127.0.0.1']),
    })

  for (const allowPrivate of [true, false]) {
    test(`answers on its echo path only, ${allowPrivate ? 'in development' : 'in production'}`, async () => {
      const executor = own(allowPrivate)
      const call = async (url: string) => (await executor.execute(anAssignment(aTarget(url)))).failure

      assert.equal(await call(`http://127.0.0.1:${server.port}/echo/x`), null)
      assert.equal(await call(`http://localhost:${server.port}/echo`), null)
      // Right after the echo path has opened a connection to the same origin.
      assert.equal(await call(`http://localhost:${server.port}/api/v3/jobs`), 'egress_denied')
      assert.equal(await call(`http://127.0.0.1:${server.port}/api/v3/jobs`), 'egress_denied')
      assert.equal(await call(`http://public.example.com:${server.port}/api/v3/jobs`), 'egress_denied')
      await executor.close()
    })
  }
})
