/** Signing in and out, and the accounts of a workspace, from outside. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anApi } from '../support/api-world.ts'
import { HOUR, PASSWORD } from '../support/services-world.ts'

test('who signs up has a workspace and its tokens; who signs in has tokens; both say how long they are good', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, login } = await stranger('ada')

  const { status, body } = await ask('POST', '/sessions', { body: { login: 'ADA@example.com', password: PASSWORD } })
  const me = await ask('GET', '/me', { token })

  assert.equal(status, 201)
  assert.deepEqual([body.token_type, body.expires_in, body.refresh_expires_in], ['Bearer', 3600, 2_592_000])
  assert.deepEqual(
    [me.body.user.username, me.body.user.role, me.body.user.last_login_at !== null],
    [login, 'admin', true],
  )
  assert.deepEqual(me.body.workspace, body.workspace)
})

test('a wrong password and an unknown name are answered alike', async (t) => {
  const { ask, stranger } = await anApi(t)
  await stranger('ada')

  const wrong = await ask('POST', '/sessions', { body: { login: 'ada', password: 'not the pass phrase' } })
  const unknown = await ask('POST', '/sessions', { body: { login: 'eve', password: 'not the pass phrase' } })

  const told = ({ status, body, headers }: typeof wrong) => [
    status,
    { ...body, request_id: '' },
    headers['www-authenticate'],
  ]
  assert.deepEqual(told(wrong), told(unknown))
  assert.deepEqual(
    [wrong.status, wrong.body.code, wrong.headers['www-authenticate']],
    [401, 'credentials.wrong', 'Bearer'],
  )
})

test('who guesses on is told to wait, and when to come back', async (t) => {
  const { ask, stranger } = await anApi(t)
  await stranger('ada')
  const guess = () => ask('POST', '/sessions', { body: { login: 'ada', password: 'not the pass phrase' } })
  for (let at = 0; at < 25; at += 1) await guess()

  const { status, body, headers } = await guess()

  assert.deepEqual([status, body.code], [429, 'rate_limited'])
  assert.ok(Number(headers['retry-after']) >= 1)
  assert.equal(Math.ceil(body.retry_after), Number(headers['retry-after']))
})

test('a refresh token is good once; a second use of it later ends the session', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { refreshToken } = await stranger()
  const refresh = (token: string) => ask('POST', '/sessions/refresh', { body: { refresh_token: token } })

  const first = await refresh(refreshToken)
  const renewed = await ask('GET', '/me', { token: first.body.access_token })
  world.clock.advance(HOUR / 2)
  const stolen = await refresh(refreshToken)
  const after = await refresh(first.body.refresh_token)

  assert.deepEqual([first.status, renewed.status], [200, 200])
  assert.deepEqual(
    [stolen, after].map(({ status, body }) => [status, body.code]),
    Array(2).fill([401, 'token.invalid']),
  )
})

test('S07: an access token is worth nothing after signing out, and other sessions live on until they are ended', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, login } = await stranger()
  const other = (
    await ask('POST', '/sessions', { body: { login, password: PASSWORD }, headers: { 'user-agent': 'other' } })
  ).body.access_token

  const listed = (await ask('GET', '/sessions', { token })).body.items
  const ended = await ask(
    'DELETE',
    `/sessions/${listed.find((session: { current: boolean }) => !session.current).id}`,
    { token },
  )
  const out = await ask('DELETE', '/sessions/current', { token })

  assert.deepEqual(listed.map((session: { current: boolean }) => session.current).sort(), [false, true])
  assert.ok(
    listed.some(
      (session: { user_agent: string; address: string }) =>
        session.user_agent === 'other' && session.address === '127.0.0.1',
    ),
  )
  assert.deepEqual([ended.status, out.status], [204, 204])
  for (const gone of [token, other])
    assert.equal((await ask('GET', '/me', { token: gone })).body.code, 'unauthenticated')
})

test('S01, S04, S06: no token, another kind of token, a broken one, a huge one: all are answered 401', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, refreshToken } = await stranger()
  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${token.split('.')[1]}.`
  const headers = [
    {},
    { authorization: '' },
    { authorization: token },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${refreshToken}` },
    { authorization: `Bearer ${unsigned}` },
    { authorization: `Bearer ${token.slice(0, -2)}AA` },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: `Bearer ${'x'.repeat(15_000)}` },
    { 'x-access-token': token, cookie: `access_token=${token}` },
  ]

  for (const each of headers) {
    const { status, body, headers: replied } = await ask('GET', '/me', { headers: each })
    assert.deepEqual(
      [status, body.code, replied['www-authenticate']],
      [401, 'unauthenticated', 'Bearer'],
      JSON.stringify(each).slice(0, 80),
    )
  }
  assert.equal((await ask('GET', '/me', { headers: { authorization: `bearer ${token}` } })).status, 200)
})

test('an admin keeps the accounts of the workspace under versions', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const body = { username: 'bob', email: 'bob@example.com', password: PASSWORD, role: 'viewer', full_name: 'Bob' }

  const made = await ask('POST', '/users', { token, body })
  const taken = await ask('POST', '/users', { token, body: { ...body, email: 'other@example.com' } })
  const path = `/users/${made.body.id}`
  const edited = await ask('PATCH', path, {
    token,
    body: { role: 'user', full_name: null },
    headers: { 'if-match': '"1"' },
  })
  const stale = await ask('PATCH', path, { token, body: { role: 'viewer' }, headers: { 'if-match': '"1"' } })
  const listed = await ask('GET', '/users?limit=1', { token })
  const deleted = await ask('DELETE', path, { token })

  assert.deepEqual([made.status, made.headers.etag, made.headers.location], [201, '"1"', `/api/v3${path}`])
  assert.deepEqual([taken.status, taken.body.code], [409, 'conflict'])
  assert.deepEqual(
    [edited.status, edited.body.role, edited.body.full_name, edited.headers.etag],
    [200, 'user', null, '"2"'],
  )
  assert.deepEqual([stale.status, stale.body.code], [412, 'stale'])
  assert.deepEqual([listed.body.items.length, typeof listed.body.next_cursor], [1, 'string'])
  assert.deepEqual([deleted.status, (await ask('GET', path, { token })).status], [204, 404])
})

test('S27: the last admin of a workspace with other members stays', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  await member(admin, 'user')

  const replies = [
    await ask('PATCH', `/users/${admin.id}`, { token: admin.token, body: { role: 'user' } }),
    await ask('PATCH', `/users/${admin.id}`, { token: admin.token, body: { enabled: false } }),
    await ask('DELETE', `/users/${admin.id}`, { token: admin.token }),
  ]

  assert.deepEqual(
    replies.map(({ status, body }) => [status, body.code]),
    Array(3).fill([409, 'conflict']),
  )
})

test('S26: nobody raises the own role, and nobody but an admin sees or changes the accounts of others', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  const viewer = await member(admin, 'viewer')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: viewer.token, body })

  const own = await as('GET', `/users/${viewer.id}`)
  const renamed = await as('PATCH', `/users/${viewer.id}`, { full_name: 'Me' })
  const refused = [
    await as('PATCH', `/users/${viewer.id}`, { role: 'admin' }),
    await as('PATCH', `/users/${viewer.id}`, { enabled: false }),
    await as('GET', '/users'),
    await as('POST', '/users', { username: 'x', email: 'x@example.com', password: PASSWORD, role: 'admin' }),
    await as('DELETE', `/users/${viewer.id}`),
    await as('PATCH', `/users/${admin.id}`, { full_name: 'You' }),
  ]

  assert.deepEqual([own.status, renamed.status, renamed.body.full_name], [200, 200, 'Me'])
  for (const { status, body } of refused) assert.deepEqual([status, body.code], [403, 'forbidden'])
  assert.equal((await as('GET', '/me')).body.user.role, 'viewer')
})

test('who changes the own password gives the present one, and signs in anew', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, id, login } = await stranger()
  const change = (body: unknown) => ask('PATCH', `/users/${id}`, { token, body })

  const without = await change({ password: 'another fine pass phrase' })
  const short = await change({ password: 'short', current_password: PASSWORD })
  const changed = await change({ password: 'another fine pass phrase', current_password: PASSWORD })

  assert.ok([401, 422].includes(without.status), without.text)
  assert.deepEqual([short.status, short.body.errors[0].field, short.body.errors[0].value], [422, 'password', undefined])
  assert.equal(changed.status, 200, changed.text)
  assert.equal((await ask('GET', '/me', { token })).status, 401)
  assert.equal((await ask('POST', '/sessions', { body: { login, password: 'another fine pass phrase' } })).status, 201)
})
