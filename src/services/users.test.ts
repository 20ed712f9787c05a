/** Accounts: who may see and change whom, and what no change may lead to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, PASSWORD, refused } from '../../tests/support/services-world.ts'
import { newId } from '../domain/ids.ts'

const PAGE = { cursor: null, limit: 100 }
const SYSTEM = { kind: 'system', workspaceKey: 1 } as const

test('an admin adds members, who see themselves and nobody else', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin('ada')
  const bob = await member(ada, 'user', 'bob')
  const vera = await member(ada, 'viewer', 'vera')

  assert.deepEqual((await services.users.list(ada, PAGE)).items.map(({ username }) => username).toSorted(), [
    'ada',
    'bob',
    'vera',
  ])
  for (const actor of [bob, vera]) {
    assert.equal((await services.users.get(actor, actor.userId)).id, actor.userId)
    assert.equal((await services.users.me(actor)).workspace.name, 'ada')
    await assert.rejects(services.users.get(actor, ada.userId), refused('forbidden'))
    await assert.rejects(services.users.get(actor, newId()), refused('forbidden'))
    await assert.rejects(services.users.list(actor, PAGE), refused('forbidden'))
    await assert.rejects(services.users.create(actor, { ...NEW, role: 'viewer' }), refused('forbidden'))
    await assert.rejects(services.users.delete(actor, actor.userId), refused('forbidden'))
  }
  await assert.rejects(services.users.me(SYSTEM), refused('forbidden'))
})

const NEW = { username: 'dan', email: 'dan@example.com', password: PASSWORD }

test('S26: nobody raises the own role, adds an admin, or changes somebody else', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  const before = await services.users.get(ada, bob.userId)

  await assert.rejects(services.users.update(bob, bob.userId, { role: 'admin' }, null), refused('forbidden'))
  await assert.rejects(
    services.users.update(bob, bob.userId, { email: 'new@example.com', role: 'admin' }, null),
    refused('forbidden'),
  )
  await assert.rejects(services.users.update(bob, bob.userId, { enabled: true }, null), refused('forbidden'))
  await assert.rejects(services.users.update(bob, ada.userId, { email: 'x@example.com' }, null), refused('forbidden'))

  assert.deepEqual(await services.users.get(ada, bob.userId), before)
})

test('S23: a user of another workspace is unknown', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const eve = await admin()

  for (const id of [ada.userId, newId(), 'x']) {
    await assert.rejects(services.users.get(eve, id), refused('not_found'))
    await assert.rejects(services.users.update(eve, id, { fullName: 'x' }, null), refused('not_found'))
    await assert.rejects(services.users.delete(eve, id), refused('not_found'))
  }
  assert.equal((await services.users.list(eve, PAGE)).items.length, 1)
})

test('names and addresses are unique on the server, whatever their case', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin('ada')
  const eve = await admin('eve')

  await assert.rejects(
    services.users.create(eve, { ...NEW, username: 'ADA', role: 'user' }),
    refused('conflict', 'username'),
  )
  await assert.rejects(
    services.users.create(eve, { ...NEW, email: 'Ada@Example.com', role: 'user' }),
    refused('conflict', 'email'),
  )
  await assert.rejects(
    services.users.update(eve, eve.userId, { username: 'ada' }, null),
    refused('conflict', 'username'),
  )
  await assert.rejects(
    services.users.update(ada, ada.userId, { email: 'eve@example.com' }, null),
    refused('conflict', 'email'),
  )
})

test('a user name must not read like somebody else’s address, and an address used as a name moves with it', async (t) => {
  const world = await aWorld(t)
  const { services } = world
  const ada = await world.admin('ada')
  await assert.rejects(
    services.users.update(ada, ada.userId, { username: 'bob@example.com' }, null),
    refused('invalid', 'username'),
  )
  const named = await services.users.create(ada, { ...NEW, username: 'Dan@example.com', role: 'user' })

  const moved = await services.users.update(ada, named.id, { email: 'daniel@example.com' }, null)

  assert.deepEqual([moved.username, moved.email], ['daniel@example.com', 'daniel@example.com'])
})

test('S74: names and addresses that could break a mail header or a page are refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const email of [
    'a@b\r\nBcc: x@y',
    'a b@c',
    '"a b"@x',
    'a@[127.0.0.1]',
    'a@b@c',
    '@b',
    'a@',
    'a@.b',
    'a@b..c',
    'a@b,c@d',
  ]) {
    await assert.rejects(services.users.update(ada, ada.userId, { email }, null), refused('invalid', 'email'), email)
  }
  for (const fullName of ['a\u0000b', 'a\nb', 'a\u202eb', 'x'.repeat(201)]) {
    await assert.rejects(services.users.update(ada, ada.userId, { fullName }, null), refused('invalid', 'fullName'))
  }
  for (const username of ['ab', 'a b', '-ab', '<b>x', 'x'.repeat(81), '\u202eada']) {
    await assert.rejects(services.users.update(ada, ada.userId, { username }, null), refused('invalid', 'username'))
  }
  assert.equal(
    (await services.users.update(ada, ada.userId, { fullName: 'Zoë 木村 👩‍🚀' }, null)).fullName,
    'Zoë 木村 👩‍🚀',
  )
})

test('who sets a new own password gives the present one; an admin sets those of others', async (t) => {
  const world = await aWorld(t)
  const { users } = world.services
  const ada = await world.admin('ada')
  const bob = await world.member(ada, 'user', 'bob')
  const password = 'another long pass phrase'

  await assert.rejects(users.update(bob, bob.userId, { password }, null), refused('invalid', 'currentPassword'))
  await assert.rejects(
    users.update(bob, bob.userId, { password, currentPassword: 'wrong' }, null),
    refused('invalid', 'currentPassword'),
  )
  await users.update(bob, bob.userId, { password, currentPassword: PASSWORD }, null)
  await assert.rejects(world.signIn('bob'), refused('credentials.wrong'))
  await users.update(ada, bob.userId, { password: PASSWORD }, null)
  assert.equal((await world.signIn('bob')).user.id, bob.userId)
})

test('S11: the present password is guessed ten times at most, and that does not keep its owner from signing in', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const ada = await world.services.sessions.authenticate((await world.signIn('ada')).accessToken)
  const guess = () =>
    world.services.users.update(ada, ada.userId, { password: 'another long phrase', currentPassword: 'wrong' }, null)

  for (let n = 0; n < 10; n++) await assert.rejects(guess(), refused('invalid'))
  await assert.rejects(guess(), refused('rate_limited'))

  assert.equal((await world.signIn('ada')).user.id, ada.userId)
})

test('a password that is weak or the own name is refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const password of ['short', 'qwerty123456', 'daniel-jones', 'daniel-jones@example.com', 'x'.repeat(257)]) {
    const input = { username: 'daniel-jones', email: 'daniel-jones@example.com', password, role: 'user' } as const
    await assert.rejects(services.users.create(ada, input), refused('invalid', 'password'), password)
  }
})

test('of two who change a user at once, the one who named the version hears of the other', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  const { version } = await services.users.get(ada, bob.userId)

  const first = await services.users.update(ada, bob.userId, { fullName: 'Bob' }, version)
  await assert.rejects(services.users.update(ada, bob.userId, { fullName: 'Rob' }, version), refused('stale'))
  const both = await Promise.all([
    services.users.update(ada, bob.userId, { fullName: 'Robert' }, null),
    services.users.update(ada, bob.userId, { email: 'robert@example.com' }, null),
  ])

  assert.ok(first.version > version)
  assert.equal(both.length, 2)
  const after = await services.users.get(ada, bob.userId)
  assert.deepEqual([after.fullName, after.email], ['Robert', 'robert@example.com'])
})

test('S27: the last enabled admin of a workspace with members is neither demoted, disabled nor deleted', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')

  await assert.rejects(services.users.update(ada, ada.userId, { role: 'user' }, null), refused('conflict'))
  await assert.rejects(services.users.update(ada, ada.userId, { enabled: false }, null), refused('conflict'))
  await assert.rejects(services.users.delete(ada, ada.userId), refused('conflict'))
  await services.users.update(ada, bob.userId, { role: 'admin' }, null)
  assert.equal((await services.users.update(ada, ada.userId, { role: 'user' }, null)).role, 'user')
})

test('the jobs of a deleted user go on under the admin who deleted it', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  const job = await services.jobs.create(bob, anInput())

  await services.users.delete(ada, bob.userId)

  const after = await services.jobs.get(ada, job.id)
  assert.deepEqual([after.ownerId, after.state], [ada.userId, 'active'])
  await assert.rejects(services.users.get(ada, bob.userId), refused('not_found'))
})

test('the only member of a workspace may delete itself: its jobs end, and nothing claimed ahead for them fires', async (t) => {
  const { services, admin, store, told } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput())
  const job = await store.jobs.byId(ada.workspaceKey, id)
  told.length = 0

  await services.users.delete(ada, ada.userId)

  assert.deepEqual(told, [`changed ${job?.key}`])
  assert.equal(await store.jobs.byId(ada.workspaceKey, id), null)
  assert.equal((await store.jobs.count(ada.workspaceKey)).active, 0)
})

test('S30: members are listed in pages, whose cursors are good for this workspace alone', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const eve = await admin()
  for (let n = 0; n < 4; n++) await member(ada, 'viewer')

  const first = await services.users.list(ada, { cursor: null, limit: 3 })
  const second = await services.users.list(ada, { cursor: first.nextCursor, limit: 3 })

  assert.deepEqual([first.items.length, second.items.length, second.nextCursor], [3, 2, null])
  assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 5)
  await assert.rejects(services.users.list(eve, { cursor: first.nextCursor, limit: 3 }), refused('invalid', 'cursor'))
  for (const limit of [0, -1, 101, 1e9, 1.5, Number.NaN]) {
    await assert.rejects(services.users.list(ada, { cursor: null, limit }), refused('invalid', 'limit'))
  }
})
