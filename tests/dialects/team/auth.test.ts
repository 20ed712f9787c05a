/** Signing in, staying signed in and signing out, as clients of either prefix do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR, PASSWORD } from '../../support/services-world.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

const BARE_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/

for (const prefix of PREFIXES) {
  test(`${prefix}: who signs in by name or address has both tokens and the account`, async (t) => {
    const { team, admin, isFirst } = await aTeam(t, prefix)
    const login = (body: object) => team('POST', '/auth/login', { body })

    const byName = await login({ username: ` ${admin.login} `, password: PASSWORD })
    const byAddress = await login({ email: `${admin.login}@example.com`, password: PASSWORD })
    const addressAsName = await login({ username: `${admin.login}@example.com`, password: PASSWORD })

    for (const { status, body } of [byName, byAddress, addressAsName]) {
      assert.equal(status, 200)
      const { access_token, refresh_token, user, ...rest } = body
      assert.deepEqual(
        rest,
        isFirst
          ? { message: 'Login successful' }
          : { success: true, message: 'Login successful', token_type: 'bearer' },
      )
      assert.ok(access_token.length > 20 && refresh_token.length > 20)
      const { id, created_at, updated_at, ...said } = user
      assert.equal(id, admin.id)
      assert.match(created_at, BARE_INSTANT)
      assert.match(updated_at, BARE_INSTANT)
      assert.deepEqual(said, {
        username: admin.login,
        email: `${admin.login}@example.com`,
        role: 'admin',
        is_active: true,
      })
    }
  })

  test(`${prefix}: what is missing, wrong, or no JSON is refused before anybody is looked up`, async (t) => {
    const { team, isFirst } = await aTeam(t, prefix)
    const login = (body: object) => team('POST', '/auth/login', { body })

    for (const body of [{}, { username: 'admin' }, { password: PASSWORD }, { username: 7, password: PASSWORD }]) {
      const reply = await login(body)
      refused(reply, isFirst ? 400 : 422, 'Email/Username and password are required')
      if (!isFirst) assert.ok(reply.body.detail.every(({ type, loc, msg }: never) => type && loc && msg))
    }
    refused(await team('POST', '/auth/login', { raw: '{"username": ' }), 400, 'Invalid JSON')
    const plain = await team('POST', '/auth/login', { raw: 'x', headers: { 'content-type': 'text/plain' } })
    if (isFirst) refused(plain, 400, 'Content-Type must be application/json')
    else refused(plain, 422, 'Email/Username and password are required')
  })

  test(`${prefix}: a wrong password and an unknown name are answered alike; a disabled account is named to its owner alone`, async (t) => {
    const { team, ask, admin, colleague } = await aTeam(t, prefix)
    const off = await colleague('user')
    await ask('PATCH', `/users/${off.id}`, { token: admin.token, body: { enabled: false } })
    const login = (username: string, password: string) => team('POST', '/auth/login', { body: { username, password } })

    const wrong = await login(admin.login, 'not the pass phrase')
    const unknown = await login('nobody', 'not the pass phrase')
    const guessed = await login(off.login, 'not the pass phrase')
    const right = await login(off.login, PASSWORD)

    for (const reply of [wrong, unknown, guessed]) refused(reply, 401, 'Invalid email/username or password')
    assert.deepEqual(wrong.body, unknown.body)
    refused(right, 401, 'Account is inactive. Contact administrator.')
    assert.equal(right.body.detail, right.body.error)
  })

  test(`${prefix}: one refresh token gives access tokens as long as the session lasts`, async (t) => {
    const { team, admin, isFirst, world } = await aTeam(t, prefix)
    const refresh = () => team('POST', '/auth/refresh', { token: admin.refreshToken })

    const first = await refresh()
    world.clock.advance(2 * HOUR)
    const later = await refresh()

    assert.deepEqual([first.status, later.status], [200, 200])
    const { access_token, ...rest } = later.body
    assert.deepEqual(rest, isFirst ? {} : { refresh_token: null, token_type: 'bearer', expires_in: 3600 })
    assert.equal((await team('GET', '/auth/me', { token: access_token })).status, 200)
    assert.equal((await team('GET', '/auth/me', { token: first.body.access_token })).status, 401)
  })

  test(`${prefix}: no other token refreshes, and none of a session that is over`, async (t) => {
    const { team, admin, isFirst, world } = await aTeam(t, prefix)
    const refresh = (token?: string) => team('POST', '/auth/refresh', { token })

    refused(await refresh(), 401, isFirst ? 'Missing Authorization Header' : 'Not authenticated')
    refused(await refresh('garbage'), 401, 'Invalid token')
    refused(await refresh(admin.token), 401, isFirst ? 'Only refresh tokens are allowed' : 'Invalid token type')
    world.clock.advance(31 * 24 * HOUR)
    refused(await refresh(admin.refreshToken), 401, 'Invalid or expired refresh token')
  })

  test(`${prefix}: a refresh token that our own API has exchanged ends its session when it comes back`, async (t) => {
    const { team, ask, admin, world } = await aTeam(t, prefix)
    const exchanged = await ask('POST', '/sessions/refresh', { body: { refresh_token: admin.refreshToken } })
    world.clock.advance(HOUR / 2)

    refused(await team('POST', '/auth/refresh', { token: admin.refreshToken }), 401, 'Invalid or expired refresh token')
    refused(await team('GET', '/auth/me', { token: exchanged.body.access_token }), 401, 'Token has been revoked')
  })

  test(`${prefix}: who signs out is out everywhere, with both tokens`, async (t) => {
    const { team, ask, admin } = await aTeam(t, prefix)

    const verified = await team('GET', '/auth/verify', { token: admin.token })
    const out = await team('POST', '/auth/logout', { token: admin.token })

    assert.deepEqual(verified.body, {
      valid: true,
      user_id: admin.id,
      username: admin.login,
      role: 'admin',
      message: 'Token is valid',
    })
    assert.deepEqual(out.body, {
      success: true,
      message: 'Logout successful',
      detail: 'Please discard your tokens on the client side',
    })
    assert.equal((await team('GET', '/auth/verify', { token: admin.token })).status, 401)
    assert.equal((await team('POST', '/auth/refresh', { token: admin.refreshToken })).status, 401)
    assert.equal((await ask('GET', '/me', { token: admin.token })).status, 401)
  })
}

test('/api/v2: a form signs in too, and its short or malformed names are told one by one', async (t) => {
  const { team, admin } = await aTeam(t, '/api/v2')
  const form = (fields: Record<string, string>) =>
    team('POST', '/auth/login/form', {
      raw: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })

  const right = await form({ grant_type: 'password', username: admin.login, password: PASSWORD })
  const none = await form({ username: admin.login })
  const short = await team('POST', '/auth/login', { body: { username: 'ab', password: 'short' } })
  const address = await team('POST', '/auth/login', { body: { email: 'no address', password: PASSWORD } })

  assert.deepEqual([right.status, right.body.token_type], [200, 'bearer'])
  assert.deepEqual([none.status, none.body.detail[0].loc], [422, ['body', 'password']])
  assert.deepEqual(
    short.body.detail.map(({ loc, type }: { loc: string[]; type: string }) => [loc[1], type]),
    [
      ['username', 'string_too_short'],
      ['password', 'string_too_short'],
    ],
  )
  assert.doesNotMatch(short.text, /"input"/)
  assert.deepEqual([address.status, address.body.detail[0].loc], [422, ['body', 'email']])
})
