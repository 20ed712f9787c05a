/** OAuth2 client credentials, against a real token server and a real target. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { httpExecutor, PRODUCTION } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type Received } from '../../tests/support/targets.ts'
import type { Assignment } from '../domain/attempt.ts'
import type { OAuth2Auth } from '../domain/target.ts'
import { parseEgressAllow } from './egress-rules.ts'

const SECRET = 'canary s3cret&+'

type Answer = (request: Received, response: ServerResponse, nth: number) => void

const granting =
  (more: Record<string, unknown> = {}): Answer =>
  (_, response, nth) =>
    response.end(JSON.stringify({ access_token: `token-${nth}`, token_type: 'bearer', expires_in: 3600, ...more }))

const open = async (test: TestContext, { token = granting(), target }: { token?: Answer; target?: Answer } = {}) => {
  const counted = (answer: Answer) => {
    let nth = 0
    return (request: Received, response: ServerResponse) => answer(request, response, ++nth)
  }
  const tokens = await httpTarget(counted(token))
  const api = await httpTarget(counted(target ?? ((_, response) => response.end('ok'))))
  const executor = httpExecutor()
  test.after(async () => {
    await executor.close()
    await tokens.close()
    await api.close()
  })
  const auth: OAuth2Auth = {
    kind: 'oauth2',
    tokenUrl: `${tokens.origin}/token`,
    clientId: 'carillon:1',
    clientSecret: { sealed: SECRET },
    clientAuthentication: 'basic',
  }
  const call = (more: Partial<OAuth2Auth> = {}, assignment: Partial<Assignment> = {}) =>
    executor.execute(anAssignment(aTarget(api.origin, { auth: { ...auth, ...more } }), assignment))
  return { tokens, api, executor, auth, call }
}

const bearers = ({ received }: { readonly received: readonly Received[] }) =>
  received.map(({ headers }) => headers.authorization)

describe('the token request', () => {
  it('follows RFC 6749: a form, the client in the Authorization header, scope and audience as asked', async (test) => {
    const { tokens, api, call } = await open(test)

    const outcome = await call({ scope: 'jobs.run jobs.read', audience: 'https://api.example.com' })

    const [request] = tokens.received
    assert.equal(outcome.kind, 'success', outcome.error ?? '')
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body)), {
      grant_type: 'client_credentials',
      scope: 'jobs.run jobs.read',
      audience: 'https://api.example.com',
    })
    const [scheme, pair = ''] = request?.headers.authorization?.split(' ') ?? []
    const [id, secret] = Buffer.from(pair, 'base64')
      .toString()
      .split(':')
      .map((part) => new URLSearchParams(`x=${part}`).get('x'))
    assert.deepEqual([request?.method, scheme, id, secret], ['POST', 'Basic', 'carillon:1', SECRET])
    assert.equal(request?.headers['idempotency-key'], undefined, 'nothing of the execution is told to the token server')
    assert.deepEqual(bearers(api), ['Bearer token-1'])
  })

  it('has the client in its body where the server wants it there', async (test) => {
    const { tokens, call } = await open(test)

    await call({ clientAuthentication: 'body' })

    const form = new URLSearchParams(tokens.received[0]?.body)
    assert.deepEqual([form.get('client_id'), form.get('client_secret')], ['carillon:1', SECRET])
    assert.equal(tokens.received[0]?.headers.authorization, undefined)
  })

  it('is made once for calls that want the same token at the same time, and once for each that differs', async (test) => {
    const { tokens, api, call } = await open(test)

    await Promise.all([
      call(),
      call(),
      call({}, { jobId: 'another' }),
      call({ scope: 'other' }),
      call({}, { workspaceKey: 2 }),
    ])

    assert.equal(tokens.received.length, 3)
    assert.equal(api.received.length, 5)
  })

  it('is not repeated until shortly before the token ends', async (test) => {
    const { tokens, call, executor } = await open(test, { token: granting({ expires_in: 600 }) })

    await call()
    executor.clock.advance(569_000)
    await call()
    assert.equal(tokens.received.length, 1)
    executor.clock.advance(1_000)
    await call()

    assert.equal(tokens.received.length, 2)
  })

  it('goes through the egress guard like every call', async (test) => {
    const { api, auth } = await open(test)
    const guarded = httpExecutor({ egress: { ...PRODUCTION, allow: parseEgressAllow(`127.0.0.1:${api.port}`) } })
    test.after(() => guarded.close())
    const target = aTarget(api.origin, { auth: { ...auth, tokenUrl: 'http://169.254.169.254/token' } })

    const outcome = await guarded.execute(anAssignment(target))

    assert.deepEqual([outcome.failure, outcome.retryable, api.received.length], ['egress_denied', false, 0])
    assert.match(outcome.error ?? '', /^No access token was to be had\. /)
  })

  it('does not follow a redirect with the credentials', async (test) => {
    const { tokens, call } = await open(test, {
      token: (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
    })

    const outcome = await call()

    assert.deepEqual([outcome.failure, tokens.received.length], ['token', 1])
  })
})

describe('a token that is not to be had', () => {
  const failing: readonly (readonly [
    what: string,
    answer: Answer,
    failure: string,
    retryable: boolean,
    error: RegExp,
  ])[] = [
    [
      'the client is refused',
      (_, response) =>
        void response.writeHead(401).end(JSON.stringify({ error: 'invalid_client', error_description: SECRET })),
      'token',
      false,
      /^The token endpoint answered 401 \(invalid_client\)\.$/,
    ],
    ['the server is busy', (_, response) => void response.writeHead(503).end(), 'token', true, /answered 503\.$/],
    [
      'the answer is no JSON',
      (_, response) => void response.end(`<html>${SECRET}`),
      'token',
      true,
      /without a usable access_token/,
    ],
    [
      'the token breaks the header',
      granting({ access_token: 'a\r\nx: y' }),
      'token',
      true,
      /without a usable access_token/,
    ],
    ['the token is of another type', granting({ token_type: 'mac' }), 'token', true, /another type than Bearer/],
    [
      'the server hangs up',
      (_, response) => void response.destroy(),
      'connection',
      true,
      /^No access token was to be had\. The target /,
    ],
  ]
  for (const [what, answer, failure, retryable, error] of failing) {
    it(`fails the attempt with its reason and without the secret: ${what}`, async (test) => {
      const { api, call } = await open(test, { token: answer })

      const outcome = await call()

      assert.deepEqual([outcome.kind, outcome.failure, outcome.retryable], ['failure', failure, retryable])
      assert.match(outcome.error ?? '', error)
      assert.doesNotMatch(JSON.stringify(outcome), /canary/)
      assert.equal(outcome.output, null)
      assert.equal(api.received.length, 0, 'the target is not called')
    })
  }

  it('keeps to Retry-After of the token server', async (test) => {
    const { call } = await open(test, {
      token: (_, response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
    })

    assert.equal((await call()).retryAfterMs, 7000)
  })

  it('does not outlast the deadline of the attempt, and the request ends with the last one that waits', async (test) => {
    const { tokens, call, executor } = await open(test, { token: () => undefined })
    const short = call({}, { timeoutMs: 1000 })
    const long = call({}, { timeoutMs: 5000 })
    await tokens.requests(1)

    executor.clock.advance(1100)
    const first = await short
    executor.clock.advance(4100)
    const second = await long

    assert.equal(first.error, 'Timed out after 1000 ms while waiting for an access token.')
    assert.equal(second.failure, 'timeout')
    assert.equal(tokens.received.length, 1)
    // The next one asks anew.
    const again = call({}, { timeoutMs: 1000 })
    await tokens.requests(2)
    executor.clock.advance(1100)
    await again
  })
})

describe('a target that refuses the token', () => {
  it('is called once more with a new one, within the same attempt', async (test) => {
    const { tokens, api, call } = await open(test, {
      target: ({ headers }, response) =>
        void response.writeHead(headers.authorization === 'Bearer token-1' ? 401 : 200).end('done'),
    })

    const outcome = await call()

    assert.deepEqual([outcome.kind, outcome.statusCode, outcome.output], ['success', 200, 'done'])
    assert.deepEqual([bearers(api), tokens.received.length], [['Bearer token-1', 'Bearer token-2'], 2])
    assert.deepEqual(
      api.received.map(({ headers }) => headers['carillon-attempt']),
      ['1', '1'],
    )
  })

  it('is not called a third time', async (test) => {
    const { tokens, api, call } = await open(test, { target: (_, response) => void response.writeHead(401).end() })

    const outcome = await call()

    assert.deepEqual([outcome.failure, outcome.statusCode, outcome.retryable], ['status', 401, true])
    assert.deepEqual([tokens.received.length, api.received.length], [2, 2])
  })

  it('S69: token and secret that it answers with are not kept', async (test) => {
    const { call } = await open(test, {
      target: ({ headers }, response) =>
        response.end(`${headers.authorization} ${SECRET} ${Buffer.from(SECRET).toString('base64')}`),
    })

    assert.equal((await call()).output, 'Bearer [redacted] [redacted] [redacted]')
  })
})
