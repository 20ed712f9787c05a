/** Handshakes, against a real application that makes them and is then called. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { httpExecutor, PRODUCTION } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type Received } from '../../tests/support/targets.ts'
import type { Assignment } from '../domain/attempt.ts'
import { parseEgressAllow } from './egress-rules.ts'
import type { HandshakeMemory, Kept, KnownApi } from './handshake-memory.ts'

const SECRET = 'canary pre-shared'
const PLACE = { applicationId: 'application-1', apiId: 'api-1' }

type Answer = (request: Received, response: ServerResponse, nth: number) => void

const bearer =
  (more: Record<string, unknown> = {}): Answer =>
  (_, response, nth) =>
    response.end(JSON.stringify({ authType: 'BearerToken', credentials: { token: `token-${nth}` }, ...more }))

const open = async (
  test: TestContext,
  { handshake = bearer(), target, known }: { handshake?: Answer; target?: Answer; known?: KnownApi } = {},
) => {
  const counted = (answer: Answer) => {
    let nth = 0
    return (request: Received, response: ServerResponse) => answer(request, response, ++nth)
  }
  const auth = await httpTarget(counted(handshake))
  const api = await httpTarget(counted(target ?? ((_, response) => response.end('ok'))))
  let kept: Kept | null = null
  const written: (Kept | null)[] = []
  const handshakes: HandshakeMemory = {
    recall: async () =>
      known ?? {
        handshake: {
          url: `${auth.origin}/auth/handshake`,
          applicationId: 'application-1',
          apiName: 'users',
          secret: SECRET,
        },
        kept,
      },
    keep: async (_, __, given) => {
      kept = given
      written.push(given)
    },
  }
  const executor = httpExecutor({ handshakes })
  test.after(async () => {
    await executor.close()
    await auth.close()
    await api.close()
  })
  const call = (assignment: Partial<Assignment> = {}, more: Parameters<typeof aTarget>[1] = {}) =>
    executor.execute(anAssignment(aTarget(api.origin, { handshake: PLACE, ...more }), assignment))
  return { auth, api, executor, handshakes, written, call }
}

const signedIn = ({ received }: { readonly received: readonly Received[] }) =>
  received.map(({ headers }) => headers.authorization)

describe('a handshake', () => {
  it('is a POST of application, API and secret to the application alone; the call then bears what it grants', async (test) => {
    const { auth, api, call, written } = await open(test)

    const outcome = await call()

    const [request] = auth.received
    assert.equal(outcome.kind, 'success', outcome.error ?? '')
    assert.deepEqual([request?.method, request?.path], ['POST', '/auth/handshake'])
    assert.equal(request?.headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      applicationId: 'application-1',
      apiName: 'users',
      secret: SECRET,
    })
    assert.equal(request?.headers['idempotency-key'], undefined, 'nothing of the execution is told')
    assert.deepEqual(signedIn(api), ['Bearer token-1'])
    assert.deepEqual(written, [null], 'without an end nothing is kept')
  })

  it('may grant a username and a password', async (test) => {
    const { api, call } = await open(test, {
      handshake: (_, response) =>
        response.end(JSON.stringify({ authType: 'Basic', credentials: { username: 'ada', password: 'pä:ss' } })),
    })

    await call()

    assert.deepEqual(signedIn(api), [`Basic ${Buffer.from('ada:pä:ss').toString('base64')}`])
  })

  it('is made before each run where the application does not say how long its credentials are valid', async (test) => {
    const { auth, api, call } = await open(test)

    await call()
    await call()

    assert.equal(auth.received.length, 2)
    assert.deepEqual(signedIn(api), ['Bearer token-1', 'Bearer token-2'])
  })

  for (const [form, says] of [
    ['seconds', { expiresIn: 600 }],
    ['an instant', { expiresAt: '2026-01-01T00:10:00Z' }],
    ['seconds since 1970', { expires_at: Date.UTC(2026, 0, 1, 0, 10) / 1000 }],
  ] as const) {
    it(`is not repeated while what it granted is valid, by ${form}, and what is kept is used by who has no memory of it`, async (test) => {
      const { auth, api, call, executor, handshakes, written } = await open(test, { handshake: bearer(says) })
      const other = httpExecutor({ handshakes })
      test.after(() => other.close())

      await call()
      executor.clock.advance(300_000)
      await call()
      await other.execute(anAssignment(aTarget(api.origin, { handshake: PLACE })))
      assert.equal(auth.received.length, 1)
      assert.equal(written[0]?.validUntil, Date.UTC(2026, 0, 1, 0, 10))
      executor.clock.advance(301_000)
      await call()

      assert.equal(auth.received.length, 2)
      assert.deepEqual(signedIn(api), ['Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-2'])
    })
  }

  it('is made once for runs that want it at the same time', async (test) => {
    const { auth, api, call } = await open(test)

    await Promise.all([call(), call(), call({ jobId: 'another' })])

    assert.deepEqual([auth.received.length, api.received.length], [1, 3])
  })

  it('is not made where the application wants none, and the call is signed in by itself', async (test) => {
    const { auth, api, call } = await open(test, { known: 'none' })

    await call({}, { auth: { kind: 'bearer', token: { sealed: 'own' } } })

    assert.deepEqual([auth.received.length, signedIn(api)], [0, ['Bearer own']])
  })
})

describe('a handshake that fails', () => {
  const failing: readonly (readonly [
    what: string,
    answer: Answer,
    failure: string,
    retryable: boolean,
    error: RegExp,
  ])[] = [
    ['refused', (_, response) => void response.writeHead(401).end(SECRET), 'handshake', false, /it answered 401\.$/],
    ['busy', (_, response) => void response.writeHead(503).end(), 'handshake', true, /it answered 503\.$/],
    ['no JSON', (_, response) => void response.end(`<p>${SECRET}`), 'handshake', true, /no JSON object\.$/],
    ['a list', (_, response) => void response.end('[]'), 'handshake', true, /no JSON object\.$/],
    ['empty', (_, response) => void response.end(), 'handshake', true, /no JSON object\.$/],
    ['another type', bearer({ authType: 'Digest' }), 'handshake', true, /neither Basic nor BearerToken\.$/],
    ['no token', bearer({ credentials: {} }), 'handshake', true, /has no token/],
    [
      'a token that breaks the header',
      bearer({ credentials: { token: 'a\r\nx: y' } }),
      'handshake',
      true,
      /cannot be sent/,
    ],
    [
      'no password',
      bearer({ authType: 'Basic', credentials: { username: 'ada' } }),
      'handshake',
      true,
      /no username and/,
    ],
    [
      'a colon in the username',
      bearer({ authType: 'Basic', credentials: { username: 'a:b', password: 'c' } }),
      'handshake',
      true,
      /cannot be sent/,
    ],
    ['a strange end', bearer({ expiresIn: 'soon' }), 'handshake', true, /expiresIn .* no number/],
    ['a strange instant', bearer({ expiresAt: 'soon' }), 'handshake', true, /expiresAt .* neither/],
    [
      'too much',
      (_, response) => void response.end(`{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`),
      'handshake',
      true,
      /no JSON object\.$/,
    ],
    [
      'a redirect to a forbidden address',
      (_, response) => void response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
      'handshake',
      true,
      /it answered 307\.$/,
    ],
    [
      'hung up',
      (_, response) => void response.destroy(),
      'connection',
      true,
      /^The handshake of the application failed\. The /,
    ],
  ]
  for (const [what, answer, failure, retryable, error] of failing) {
    it(`fails the run with its reason, and nothing is called: ${what}`, async (test) => {
      const { api, call } = await open(test, { handshake: answer })

      const outcome = await call()

      assert.deepEqual(
        [outcome.kind, outcome.failure, outcome.retryable],
        ['failure', failure, retryable],
        outcome.error ?? '',
      )
      assert.match(outcome.error ?? '', error)
      assert.doesNotMatch(JSON.stringify(outcome), /canary/)
      assert.deepEqual([outcome.output, outcome.statusCode], [null, null])
      assert.equal(api.received.length, 0)
    })
  }

  it('does not outlast the deadline of the run', async (test) => {
    const { auth, call, executor } = await open(test, { handshake: () => undefined })
    const run = call({ timeoutMs: 1000 })
    await auth.requests(1)

    executor.clock.advance(1100)

    assert.equal((await run).error, 'Timed out after 1000 ms while waiting for the handshake of the application.')
  })

  it('goes through the egress guard like every call', async (test) => {
    const { api } = await open(test)
    const guarded = httpExecutor({
      egress: { ...PRODUCTION, allow: parseEgressAllow(`127.0.0.1:${api.port}`) },
      handshakes: {
        recall: async () => ({
          handshake: { url: 'http://169.254.169.254/', applicationId: 'a', apiName: 'b', secret: SECRET },
          kept: null,
        }),
        keep: async () => undefined,
      },
    })
    test.after(() => guarded.close())

    const outcome = await guarded.execute(anAssignment(aTarget(api.origin, { handshake: PLACE })))

    assert.deepEqual([outcome.failure, outcome.retryable, api.received.length], ['egress_denied', false, 0])
  })

  for (const [known, failure] of [
    ['gone', 'handshake'],
    ['sealed', 'secret'],
  ] as const) {
    it(`is one of an application that is ${known}`, async (test) => {
      const { api, call } = await open(test, { known })

      const outcome = await call()

      assert.deepEqual([outcome.failure, outcome.retryable, api.received.length], [failure, false, 0])
    })
  }

  it('is a fault of ours where the store cannot be asked, and may be tried again', async (test) => {
    const executor = httpExecutor({
      handshakes: { recall: () => Promise.reject(new Error('away')), keep: async () => undefined },
    })
    test.after(() => executor.close())

    const outcome = await executor.execute(anAssignment(aTarget('http://127.0.0.1:1', { handshake: PLACE })))

    assert.deepEqual([outcome.failure, outcome.retryable, executor.faults.length], ['internal', true, 1])
  })
})

describe('credentials that the target refuses', () => {
  const only =
    (token: string): Answer =>
    ({ headers }, response) =>
      void response.writeHead(headers.authorization === `Bearer ${token}` ? 200 : 401).end('done')

  it('are renewed once within the same attempt', async (test) => {
    const { auth, api, call, written } = await open(test, {
      handshake: bearer({ expiresIn: 600 }),
      target: only('token-2'),
    })

    const outcome = await call()

    assert.deepEqual([outcome.kind, outcome.output, auth.received.length], ['success', 'done', 2])
    assert.deepEqual(signedIn(api), ['Bearer token-1', 'Bearer token-2'])
    assert.deepEqual(
      api.received.map(({ headers }) => headers['carillon-attempt']),
      ['1', '1'],
    )
    assert.match(written.at(-1)?.credentials ?? '', /token-2/)
  })

  it('are renewed no more than once', async (test) => {
    const { auth, api, call } = await open(test, { target: only('none') })

    const outcome = await call()

    assert.deepEqual([outcome.failure, outcome.statusCode], ['status', 401])
    assert.deepEqual([auth.received.length, api.received.length], [2, 2])
  })

  it('are forgotten when no new ones are to be had', async (test) => {
    const { api, call, written, executor, handshakes } = await open(test, {
      handshake: (request, response, nth) =>
        nth === 1 ? bearer({ expiresIn: 600 })(request, response, nth) : void response.writeHead(500).end(),
      target: (_, response, nth) => void response.writeHead(nth === 1 ? 200 : 401).end(),
    })
    await call()
    const other = httpExecutor({ handshakes })
    test.after(() => other.close())

    const outcome = await other.execute(anAssignment(aTarget(api.origin, { handshake: PLACE })))

    assert.deepEqual(
      [outcome.failure, outcome.error],
      ['handshake', 'The handshake of the application failed: it answered 500.'],
    )
    assert.equal(written.at(-1), null)
    assert.equal(executor.faults.length, 0)
  })

  it('do not go along with a redirect to another origin, nor show in what is kept', async (test) => {
    const other = await httpTarget((_, response) => response.end('there'))
    test.after(() => other.close())
    const { api, call } = await open(test, {
      target: ({ headers }, response, nth) =>
        nth === 1
          ? void response.end(`${headers.authorization} ${SECRET}`)
          : void response.writeHead(302, { location: `${other.origin}/` }).end(),
    })

    assert.equal((await call()).output, 'Bearer [redacted] [redacted]')
    assert.equal((await call()).output, 'there')
    assert.deepEqual([signedIn(api), signedIn(other)], [['Bearer token-1', 'Bearer token-2'], [undefined]])
  })
})
