/** What a stranger's browser, a planted session and a lost role may not do: nothing but a token is authority, and it is asked each time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'
import { PASSWORD } from '../support/services-world.ts'

test('S21: each sign-in begins a session of its own, whatever session it names', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { login, token } = await stranger()
  const [planted] = (await ask('GET', '/sessions', { token })).body.items

  const reply = await ask('POST', '/sessions', {
    body: { login, password: PASSWORD },
    headers: { cookie: `session=${planted.id}`, 'x-session-id': planted.id },
  })

  const { items } = (await ask('GET', '/sessions', { token: reply.body.access_token })).body
  const [current] = items.filter((session: { current: boolean }) => session.current)
  assert.equal(items.length, 2)
  assert.notEqual(current.id, planted.id)
})

test('S21: cookies are no authority, so a page of somebody else has nothing to send along', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const names = ['access_token', 'token', 'authorization', 'session', '__Host-session']
  const cookie = names.map((name) => `${name}=${token}`).join('; ')

  const reply = await ask('POST', '/jobs', { body: aJob(), headers: { cookie, origin: 'https://evil.example' } })

  assert.deepEqual([reply.status, reply.body.code], [401, 'unauthenticated'])
  const { items } = (await ask('GET', '/jobs', { token })).body
  assert.deepEqual(items, [])
})

test('S35: who loses the account between two pages of a list gets no second page', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  const user = await member(admin, 'user')
  for (const name of ['one', 'two']) await ask('POST', '/jobs', { token: admin.token, body: aJob({ name }) })
  const first = await ask('GET', '/jobs?limit=1', { token: user.token })
  await ask('PATCH', `/users/${user.id}`, { token: admin.token, body: { enabled: false } })

  const second = await ask('GET', `/jobs?limit=1&cursor=${first.body.next_cursor}`, { token: user.token })

  assert.equal(first.body.items.length, 1)
  assert.deepEqual([second.status, second.body.code], [401, 'unauthenticated'])
})

test('S35: a lower role counts from the next page on', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const owner = await stranger()
  const second = await member(owner, 'admin')
  await member(owner, 'viewer')
  const first = await ask('GET', '/users?limit=1', { token: second.token })
  await ask('PATCH', `/users/${second.id}`, { token: owner.token, body: { role: 'viewer' } })
  const { body } = await ask('POST', '/sessions', { body: { login: second.login, password: PASSWORD } })

  const next = await ask('GET', `/users?limit=1&cursor=${first.body.next_cursor}`, { token: body.access_token })

  assert.equal(first.status, 200)
  assert.deepEqual([next.status, next.body.code], [403, 'forbidden'])
})
