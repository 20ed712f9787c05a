/** Accounts in the words of the chronos dialect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD, SETTINGS } from '../../support/services-world.ts'
import { aChronos, refused } from './world.ts'

const ADA = { username: 'ada', email: 'ada@example.com', password: PASSWORD }
const UNKNOWN = '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'

test('a user is created with a workspace of its own and a token that is good everywhere; no answer has a password', async (t) => {
  const { chronos, ask } = await aChronos(t)

  const { status, body } = await chronos('POST', '/users/create', { body: ADA })

  assert.equal(status, 201)
  const { _id, userID, createdAt, ...user } = body.user
  assert.equal(_id, userID)
  assert.match(createdAt, /^2026-11-20T09:30:00.000Z$/)
  assert.deepEqual(user, { username: 'ada', name: 'ada', email: 'ada@example.com' })
  assert.equal(body.message, 'User created successfully')
  assert.deepEqual((await chronos('GET', `/users/${userID}`, { token: body.token })).body, { user: body.user })
  assert.equal((await ask('GET', '/me', { token: body.token })).body.user.role, 'admin')
})

test('what is missing, wrong or taken makes no user', async (t) => {
  const { chronos, created } = await aChronos(t)
  await created()
  const create = (body: unknown) => chronos('POST', '/users/create', { body })

  refused(await create({}), 400, 'Bad Request', /email and password/)
  refused(await create({ ...ADA, username: 7 }), 400, 'Bad Request', /username/)
  refused(await create({ ...ADA, username: 'b', email: 'nowhere' }), 400, 'Bad Request')
  refused(await create({ ...ADA, username: 'bob', password: 'short' }), 400, 'Bad Request', /password/)
  refused(await create([]), 400, 'Bad Request')
  refused(await chronos('POST', '/users/create', { raw: '{' }), 400, 'Bad Request')
  refused(await create({ ...ADA, email: 'b@example.com' }), 409, 'Conflict', /username/)
  refused(await create({ ...ADA, username: 'bob' }), 409, 'Conflict', /email/)
  const named = await create({ name: 'Bob Builder', email: 'bob@example.com', password: PASSWORD })
  assert.deepEqual([named.body.user.name, named.body.user.username], ['Bob Builder', 'bob@example.com'])
})

test('where signing up is turned off, nobody is created', async (t) => {
  const { chronos } = await aChronos(t, { deps: { settings: { ...SETTINGS, signUpEnabled: false } } })

  refused(await chronos('POST', '/users/create', { body: ADA }), 403, 'Forbidden', /turned off/)
})

test('users see and change themselves, admins the others of their workspace; strangers are not there', async (t) => {
  const { chronos, ask, created, member } = await aChronos(t)
  const [ada, eve] = [await created('ada'), await created('eve')]
  const bob = await member({ ...ada, login: 'ada', refreshToken: '' }, 'user')
  const update = (id: string, token: string, body: unknown) => chronos('PUT', `/users/${id}/update`, { token, body })

  assert.equal((await chronos('GET', `/users/${bob.id}`, { token: ada.token })).status, 200)
  assert.equal((await chronos('GET', `/users/${bob.id}`, { token: bob.token })).status, 200)
  refused(await chronos('GET', `/users/${ada.id}`, { token: bob.token }), 403, 'Forbidden')
  for (const id of [eve.id, UNKNOWN, 'x']) {
    refused(await chronos('GET', `/users/${id}`, { token: ada.token }), 404, 'Not Found')
    refused(await update(id, ada.token, { username: 'mine' }), 404, 'Not Found')
    refused(await chronos('DELETE', `/users/${id}/delete`, { token: ada.token }), 404, 'Not Found')
  }
  refused(await update(ada.id, bob.token, { username: 'mine' }), 403, 'Forbidden')
  refused(await chronos('DELETE', `/users/${bob.id}/delete`, { token: bob.token }), 403, 'Forbidden')
  const changed = await update(bob.id, bob.token, { username: 'bobby', email: 'Bobby@example.com' })
  assert.deepEqual(
    [changed.status, changed.body.message, changed.body.user.username, changed.body.user.email],
    [200, 'User updated successfully', 'bobby', 'bobby@example.com'],
  )
  refused(await update(bob.id, bob.token, { username: 'eve' }), 409, 'Conflict')
  refused(await update(bob.id, bob.token, {}), 400, 'Bad Request')
  refused(await update(bob.id, bob.token, { email: 'nowhere' }), 400, 'Bad Request')
  assert.equal((await update(bob.id, bob.token, { password: 'another fine pass phrase' })).status, 200)
  refused(await chronos('GET', `/users/${bob.id}`, { token: bob.token }), 401, 'Unauthorized')
  const again = await ask('POST', '/sessions', { body: { login: 'bobby', password: 'another fine pass phrase' } })
  assert.equal(again.status, 201)
})

test('the only member deletes itself, and its jobs end with the workspace; the admin of others does not', async (t) => {
  const { chronos, created, member, world } = await aChronos(t)
  const [ada, eve] = [await created('ada'), await created('eve')]
  const bob = await member({ ...eve, login: 'eve', refreshToken: '' }, 'user')
  const body = { url: 'https://example.com/', recurrence: 'hourly' }
  const { jobID } = (await chronos('POST', '/jobs/submit', { token: ada.token, body })).body.job

  const { status, body: deleted } = await chronos('DELETE', `/users/${ada.id}/delete`, { token: ada.token })

  assert.deepEqual([status, deleted], [200, { message: 'User deleted successfully', userID: ada.id }])
  refused(await chronos('GET', `/jobs/${jobID}`, { token: ada.token }), 401, 'Unauthorized')
  assert.equal((await world.store.jobs.count(null)).active, 0)
  refused(await chronos('DELETE', `/users/${eve.id}/delete`, { token: eve.token }), 409, 'Conflict')
  assert.equal((await chronos('DELETE', `/users/${bob.id}/delete`, { token: eve.token })).status, 200)
})

test('nobody gets in without a good token', async (t) => {
  const { chronos } = await aChronos(t)

  for (const [method, path] of [
    ['GET', '/users/x'],
    ['PUT', '/users/x/update'],
    ['DELETE', '/users/x/delete'],
    ['POST', '/jobs/submit'],
    ['GET', '/jobs/x'],
    ['DELETE', '/jobs/x'],
    ['PUT', '/jobs/x/reschedule'],
  ] as const)
    for (const token of [undefined, 'nonsense']) refused(await chronos(method, path, { token }), 401, 'Unauthorized')
  refused(await chronos('GET', '/users/a/b/c'), 404, 'Not Found')
  refused(await chronos('PATCH', '/jobs/x'), 405, 'Method Not Allowed')
})
