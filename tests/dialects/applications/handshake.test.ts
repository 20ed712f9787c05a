/** The dialect on a whole server that schedules, with a real application which makes handshakes and is called. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CliServer, startCliServer } from '../../support/cli-server.ts'
import { httpTarget, type Received, type TargetServer } from '../../support/targets.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
type Json = any

const SECRET = 'canary-pre-shared'
let server: CliServer
let token = ''
before(async () => {
  server = await startCliServer()
  const signedIn = await ask('POST', '/api/v3/sessions', { login: 'admin', password: 'admin123' })
  token = signedIn.body.access_token
})
after(() => server.stop())

const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> => {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: await answer.json() }
}

/** `location`: where a redirect leads. */
type Answer = { readonly status?: number; readonly body: unknown; readonly location?: string } | 'silence'

type Behaviour = {
  /** How the nth handshake is answered. */
  readonly handshake?: (nth: number) => Answer
  readonly call?: (request: Received) => number
}

let names = 0

/** An application that lives, and an API of it, defined as a client of the document would. */
const aLivingOne = async (close: (done: () => unknown) => void, behaviour: Behaviour, fields: object = {}) => {
  let handshakes = 0
  const target: TargetServer = await httpTarget((request, response) => {
    if (request.path !== '/auth/handshake') {
      response.statusCode = behaviour.call?.(request) ?? 200
      return void response.end('ran')
    }
    const answer = (behaviour.handshake ?? ((nth: number): Answer => bearer(`granted-${nth}`)))(++handshakes)
    if (answer === 'silence') return
    const { status = 200, body, location } = answer
    response.statusCode = status
    if (location !== undefined) response.setHeader('location', location)
    response.end(JSON.stringify(body))
  })
  close(target.close)
  const application = await ask('POST', '/applications', {
    appName: `application ${++names}`,
    appRootPath: target.origin,
    handshakeUrl: `${target.origin}/auth/handshake`,
    auth: SECRET,
  })
  assert.equal(application.status, 201, JSON.stringify(application.body))
  const apis = `/applications/${application.body._id}/apis`
  const api = await ask('POST', apis, { apiName: 'users', apiRoute: '/users', frequency: 'yearly', ...fields })
  assert.equal(api.status, 201, JSON.stringify(api.body))
  const history = async (): Promise<Json> => (await ask('GET', `${apis}/users/history`)).body
  const ended = async (executionId: string): Promise<Json> => {
    for (;;) {
      const run = (await history()).find((one: Json) => one.executionId === executionId)
      if (run?.completedAt != null) return run
    }
  }
  const trigger = async (): Promise<Json> => {
    const { body } = await ask('POST', `/cronjobs/${api.body.jobId}/trigger`)
    return ended(body.executionId)
  }
  const calls = () => target.received.filter(({ path }) => path !== '/auth/handshake')
  const hands = () => target.received.filter(({ path }) => path === '/auth/handshake')
  return { target, application: application.body, api: api.body, apis, history, trigger, calls, hands }
}

const bearer = (grantedToken: string, more: object = {}) => ({
  body: { authType: 'BearerToken', credentials: { token: grantedToken }, ...more },
})

test('a scheduled run shakes hands first, then calls with what was granted, and its history tells of it', async (t) => {
  const { target, application, calls, hands, history, apis } = await aLivingOne(
    (done) => t.after(done),
    { handshake: (nth) => ({ body: { authType: 'Basic', credentials: { username: 'ada', password: `p${nth}` } } }) },
    { cronConfig: '* * * * * *', requestType: 'POST', payload: '<a/>', queryParams: '{"page":1}' },
  )

  await target.requests(4)
  await ask('PUT', `${apis}/users`, { isActive: false })

  const [first, second] = target.received
  assert.deepEqual([first?.method, first?.path], ['POST', '/auth/handshake'])
  assert.deepEqual(JSON.parse(first?.body ?? ''), { applicationId: application._id, apiName: 'users', secret: SECRET })
  assert.deepEqual([second?.method, second?.path, second?.body], ['POST', '/users?page=1', '<a/>'])
  assert.match(second?.headers['content-type'] ?? '', /^application\/xml/)
  assert.equal(second?.headers.authorization, `Basic ${Buffer.from('ada:p1').toString('base64')}`)
  assert.equal(hands().length, calls().length, 'without an end the credentials are good for one run')
  const runs = await history()
  assert.ok(runs.length >= 1)
  assert.deepEqual(
    [runs.at(-1).triggerType, runs.at(-1).status, runs.at(-1).responseStatus],
    ['scheduled', 'success', 200],
  )
})

test('credentials are kept, sealed, while they are valid, and renewed once on a 401', async (t) => {
  let refusing = ''
  const { trigger, calls, hands, application } = await aLivingOne((done) => t.after(done), {
    handshake: (nth) => bearer(`canary-granted-${nth}`, { expiresIn: 3600 }),
    call: ({ headers }) => (headers.authorization === refusing ? 401 : 200),
  })

  await trigger()
  await trigger()
  assert.equal(hands().length, 1)
  refusing = 'Bearer canary-granted-1'
  const renewed = await trigger()

  assert.deepEqual([renewed.status, hands().length, calls().length], ['success', 2, 4])
  refusing = 'Bearer canary-granted-2'
  await trigger()
  assert.equal(hands().length, 3)
  const { DatabaseSync } = await import('node:sqlite')
  const { join } = await import('node:path')
  const database = new DatabaseSync(join(server.folder, 'c.db'), { readOnly: true })
  t.after(() => database.close())
  const rows = JSON.stringify([
    database.prepare('select * from application').all(),
    database.prepare('select * from application_api').all(),
    database.prepare('select output, error from execution').all(),
  ])
  assert.match(rows, /"sealed_credentials":"v1\./)
  assert.doesNotMatch(rows, /canary/)
  assert.doesNotMatch(JSON.stringify(application), /canary/)
})

for (const [what, answer, error] of [
  ['refused', { status: 403, body: { why: SECRET } }, /^The handshake of the application failed: it answered 403\.$/],
  ['not understood', { body: { authType: 'Digest', credentials: {} } }, /neither Basic nor BearerToken/],
  ['hostile', bearer('a\r\nx-evil: 1'), /cannot be sent/],
] as const) {
  test(`a handshake that is ${what} is a failed execution with its reason, and the API is not called`, async (t) => {
    const { trigger, calls } = await aLivingOne((done) => t.after(done), { handshake: () => answer })

    const run = await trigger()

    assert.deepEqual([run.status, run.triggerType, run.responseStatus], ['failed', 'manual', null])
    assert.match(run.error, error)
    assert.doesNotMatch(JSON.stringify(run), /canary/)
    assert.equal(calls().length, 0)
  })
}

for (const [what, answer, error] of [
  ['late', 'silence', /^Timed out after 1000 ms while waiting for the handshake of the application\.$/],
  [
    'redirected to a forbidden address',
    { status: 307, location: 'http://169.254.169.254/', body: '' },
    /answered 307\.$/,
  ],
] as const) {
  test(`a handshake that is ${what} fails the run, and neither the API nor anybody else is called`, async (t) => {
    const config = { callConfig: { timeout: 1000 } }
    const { trigger, calls } = await aLivingOne((done) => t.after(done), { handshake: () => answer }, config)

    const run = await trigger()

    assert.equal(run.status, 'failed')
    assert.match(run.error, error)
    assert.equal(calls().length, 0)
  })
}

test('an API may shake hands elsewhere in its application, and without a handshake signs in by itself', async (t) => {
  const { apis, target, trigger, calls, hands } = await aLivingOne((done) => t.after(done), {})
  const elsewhere = await ask('PUT', `${apis}/users`, { handshakeUrl: 'http://127.0.0.1:9/handshake' })
  assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].field], [400, 'handshakeUrl'])

  await ask('PUT', `${apis}/users`, { handshakeUrl: `${target.origin}/auth/handshake` })
  await trigger()
  assert.equal(hands().length, 1)

  const own = await ask('POST', '/applications', { appName: 'without', appRootPath: target.origin })
  const api = await ask('POST', `/applications/${own.body._id}/apis`, {
    ...{ apiName: 'own', frequency: 'yearly', authType: 'BearerToken', authCredentials: 'mine' },
  })
  const seen = target.received.length
  await ask('POST', `/cronjobs/${api.body.jobId}/trigger`)
  await target.requests(seen + 1)
  assert.equal(calls().at(-1)?.headers.authorization, 'Bearer mine')
  assert.equal(hands().length, 1)
})
