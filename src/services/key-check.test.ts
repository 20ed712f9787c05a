/** API keys at each request: asked for seldom, and out of force soon after they were revoked elsewhere. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, CALLER, refused } from '../../tests/support/services-world.ts'
import type { Store } from '../store/store.ts'

const SECOND = 1000

test('S07: a key that was revoked in another process passes for five seconds at most', async (t) => {
  const { admin, services, again, clock } = await aWorld(t)
  const actor = await admin()
  const { id, text } = await services.keys.create(actor, { name: 'k', scopes: ['jobs:read'] })
  const other = again({}).services
  await other.keys.authenticate(text, CALLER.address)

  await services.keys.revoke(actor, id, null)

  await assert.rejects(services.keys.authenticate(text, CALLER.address), refused('unauthenticated'))
  clock.advance(4 * SECOND)
  await other.keys.authenticate(text, CALLER.address)
  clock.advance(1 * SECOND)
  await assert.rejects(other.keys.authenticate(text, CALLER.address), refused('unauthenticated'))
})

test('the store is asked about a key once in five seconds, however often it is used, and never about what is none', async (t) => {
  const { admin, services, again, store, clock } = await aWorld(t)
  const { text } = await services.keys.create(await admin(), { name: 'k', scopes: ['jobs:read'] })
  let asked = 0
  const counting: Store = {
    ...store,
    keys: {
      ...store.keys,
      holderOf: (publicId) => {
        asked += 1
        return store.keys.holderOf(publicId)
      },
    },
  }
  const { keys } = again({ store: counting }).services

  for (let n = 0; n < 10; n++) await keys.authenticate(text, CALLER.address)
  assert.equal(asked, 1)
  clock.advance(5 * SECOND)
  await keys.authenticate(text, CALLER.address)
  await assert.rejects(keys.authenticate(`${text.slice(0, -1)}_`, CALLER.address), refused('unauthenticated'))
  await assert.rejects(keys.authenticate('crl_', CALLER.address), refused('unauthenticated'))

  assert.equal(asked, 2)
})

test('a change of rights counts at the next request of the same process', async (t) => {
  const { admin, member, services } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  const { id, text } = await services.keys.create(bob, { name: 'k', scopes: ['jobs:read', 'jobs:write'] })
  const present = async () => {
    const { role, scopes } = await services.keys.authenticate(text, CALLER.address)
    return [role, scopes]
  }

  assert.deepEqual(await present(), ['user', ['jobs:read', 'jobs:write']])
  await services.keys.update(bob, id, { scopes: ['jobs:read'] }, null)
  assert.deepEqual(await present(), ['user', ['jobs:read']])
  await services.users.update(ada, bob.userId, { role: 'viewer' }, null)
  assert.deepEqual(await present(), ['viewer', ['jobs:read']])
})

test('a note of use that cannot be written is told to the log, and keeps nobody from working', async (t) => {
  const { admin, services, again, store, logged } = await aWorld(t)
  const { text } = await services.keys.create(await admin(), { name: 'k', scopes: ['jobs:read'] })
  const failing: Store = { ...store, keys: { ...store.keys, touch: () => Promise.reject(new Error('full')) } }

  const actor = await again({ store: failing }).services.keys.authenticate(text, CALLER.address)

  assert.equal(actor.kind, 'key')
  assert.ok(logged.includes('the use of an API key was not noted'))
})
