/** Signing up, in and out of the cron2 dialect, by header and by cookie. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD, SETTINGS } from '../../support/services-world.ts'
import { aCron2, refused, wrong } from './world.ts'

const NO_ACCESS = 'invalid access token or access token has expired'
const NO_REFRESH = 'invalid refresh token or token has expired'
// The document's own example, with a password that somebody could not guess.
const SIGN_UP = { email: 'CRON2.0@gmail.com', fullname: 'CRON2.0', password: PASSWORD }

test('who signs up has an account, both tokens, and both cookies out of reach of scripts and other sites', async (t) => {
  const { v1 } = await aCron2(t)

  const { status, body, headers } = await v1('POST', '/signup', { body: { ...SIGN_UP, further: 1 } })

  assert.equal(status, 201)
  const { _id, ...user } = body.user
  assert.match(_id, /^[0-9a-f-]{36}$/)
  assert.deepEqual(user, { email: 'cron2.0@gmail.com', fullname: 'CRON2.0' })
  const cookies = [headers['set-cookie']].flat()
  assert.equal(cookies.length, 2)
  for (const cookie of cookies)
    assert.match(cookie ?? '', /^(access|refresh)_token=\S+; Path=\/v1; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
  assert.deepEqual((await v1('GET', '/user', { token: body.access_token })).body, { _id, ...user })
})

test('over TLS the cookies are marked as secure', async (t) => {
  const { server } = await aCron2(t, { settings: { trustProxy: ['127.0.0.1'] } })

  const { headers } = await server.inject({
    method: 'POST',
    url: '/v1/signup',
    headers: { 'x-forwarded-proto': 'https' },
    payload: SIGN_UP,
  })

  for (const cookie of [headers['set-cookie']].flat()) assert.match(cookie ?? '', /; Secure$/)
})

test('an address that has an account, and what is missing or wrong, make none', async (t) => {
  const { v1, signedUp } = await aCron2(t)
  await signedUp('ada@example.com')
  const signUp = (body: unknown) => v1('POST', '/signup', { body })

  refused(await signUp({ ...SIGN_UP, email: 'Ada@Example.com' }), 400, 'user with this email already exists')
  wrong(await signUp({}), 'email', 'fullname', 'password')
  wrong(await signUp({ ...SIGN_UP, email: 'nowhere' }), 'email')
  wrong(await signUp({ ...SIGN_UP, fullname: 7 }), 'fullname')
  wrong(await signUp({ ...SIGN_UP, password: '******' }), 'password')
  wrong(await signUp([]), 'body')
  wrong(await v1('POST', '/signup', { raw: '{"email": ' }), 'body')
  refused(await v1('POST', '/login', { body: SIGN_UP }), 401, 'invalid email or password')
})

test('where signing up is turned off, nobody does', async (t) => {
  const { v1 } = await aCron2(t, { deps: { settings: { ...SETTINGS, signUpEnabled: false } } })

  const reply = await v1('POST', '/signup', { body: SIGN_UP })

  refused(reply, 403, 'Signing up is turned off on this server.')
})

test('who signs in has tokens that are good everywhere; a wrong password and an unknown address are answered alike', async (t) => {
  const { v1, ask, signedUp } = await aCron2(t)
  await signedUp()
  const login = (body: unknown) => v1('POST', '/login', { body })

  const { status, body } = await login({ email: 'ada@example.com', password: PASSWORD })

  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'refresh_token', 'user'])
  assert.equal((await ask('GET', '/me', { token: body.access_token })).body.user.email, 'ada@example.com')
  assert.equal((await ask('GET', '//api/auth/me', { token: body.access_token })).status, 200)
  refused(await login({ email: 'ada@example.com', password: 'wrong' }), 401, 'invalid email or password')
  refused(await login({ email: 'eve@example.com', password: PASSWORD }), 401, 'invalid email or password')
  wrong(await login({ email: 'ada@example.com' }), 'password')
  wrong(await login({ email: 'ada', password: 'x' }), 'email')
})

test('a cookie stands in for the header, which wins where both are', async (t) => {
  const { v1, signedUp } = await aCron2(t)
  const [ada, bob] = [await signedUp('ada@example.com'), await signedUp('bob@example.com')]
  const cookie = `other=1; access_token=${ada}`

  const byCookie = await v1('GET', '/user', { headers: { cookie } })
  const byBoth = await v1('GET', '/user', { token: bob, headers: { cookie } })

  assert.equal(byCookie.body.email, 'ada@example.com')
  assert.equal(byBoth.body.email, 'bob@example.com')
})

test('our own API takes no cookie', async (t) => {
  const { ask, signedUp } = await aCron2(t)

  const reply = await ask('GET', '/me', { headers: { cookie: `access_token=${await signedUp()}` } })

  assert.equal(reply.status, 401)
})

test('signing out ends both tokens at once and takes the cookies back', async (t) => {
  const { v1, ask, signedUp } = await aCron2(t)
  await signedUp()
  const { access_token: token, refresh_token } = (
    await v1('POST', '/login', { body: { email: 'ada@example.com', password: PASSWORD } })
  ).body

  const out = await v1('POST', '/logout', { token })

  assert.deepEqual([out.status, out.body], [200, { message: 'successfully logout' }])
  assert.match(String(out.headers['set-cookie']), /access_token=; .*Max-Age=0.*refresh_token=; .*Max-Age=0/)
  refused(await v1('GET', '/user', { token }), 401, NO_ACCESS)
  refused(await v1('POST', '/refresh-token', { token: refresh_token }), 401, NO_REFRESH)
  assert.equal((await ask('GET', '/me', { token })).status, 401)
  refused(await v1('POST', '/logout'), 401, NO_ACCESS)
})

test('a refresh token in header or cookie gives another access token; nothing else does', async (t) => {
  const { v1, world, signedUp } = await aCron2(t)
  const access = await signedUp()
  const { refresh_token } = (await v1('POST', '/login', { body: { email: 'ada@example.com', password: PASSWORD } }))
    .body

  for (const ask of [{ token: refresh_token }, { headers: { cookie: `refresh_token=${refresh_token}` } }]) {
    const { status, body, headers } = await v1('POST', '/refresh-token', ask)
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body), ['access_token'])
    assert.match(String(headers['set-cookie']), /^access_token=/)
    assert.equal((await v1('GET', '/user', { token: body.access_token })).status, 200)
  }
  for (const ask of [{}, { token: access }, { token: 'x' }])
    refused(await v1('POST', '/refresh-token', ask), 401, NO_REFRESH)
  world.clock.advance(31 * 86_400_000)
  refused(await v1('POST', '/refresh-token', { token: refresh_token }), 401, NO_REFRESH)
})

test('nobody gets in without a good token, and is told how to', async (t) => {
  const { v1 } = await aCron2(t)

  for (const [method, path] of [
    ['GET', '/user'],
    ['POST', '/cron-jobs'],
    ['GET', '/cron-jobs'],
    ['GET', '/cron-jobs/1'],
    ['PUT', '/cron-jobs/1'],
    ['DELETE', '/cron-jobs/1'],
    ['GET', '/response/history/1'],
    ['DELETE', '/response/history/1'],
    ['GET', '/response/1'],
    ['DELETE', '/response/1'],
  ] as const) {
    for (const token of [undefined, 'nonsense']) {
      const reply = await v1(method, path, { token })
      refused(reply, 401, NO_ACCESS)
      assert.equal(reply.headers['www-authenticate'], 'Bearer')
    }
  }
  refused(await v1('GET', '/nothing'), 404, 'Not Found')
  refused(await v1('PATCH', '/user'), 405, 'Method Not Allowed')
})
