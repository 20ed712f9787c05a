/** Preferences of users: kept by kind, gone with their user, and read together by whoever sends mails. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aUser, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore } from './world.ts'

export const preferencesContract = (open: OpenStore): void => {
  describe('preferences', () => {
    it('are nothing before a user says something, and then the last that it said', async (test) => {
      const { preferences, admin } = await newWorld(await open(test))
      assert.equal(await preferences.get(admin.id, 'notices'), null)

      await preferences.set(admin.id, 'notices', { dailyDigest: true }, NOON)
      await preferences.set(admin.id, 'notices', { emailOnSuccess: false }, NOON + MINUTE)

      const kept = { value: { emailOnSuccess: false }, createdAt: NOON, updatedAt: NOON + MINUTE }
      assert.deepEqual(await preferences.get(admin.id, 'notices'), kept)
    })

    it('of one kind or user are none of another', async (test) => {
      const world = await newWorld(await open(test))
      const other = aUser({ role: 'user' })
      await world.people.createUser(world.workspaceKey, other)
      await world.preferences.set(world.admin.id, 'ui', { team: false }, NOON)

      assert.equal(await world.preferences.get(world.admin.id, 'notices'), null)
      assert.equal(await world.preferences.get(other.id, 'ui'), null)
    })

    it('are not kept of a user who is gone', async (test) => {
      const world = await newWorld(await open(test))
      const gone = aUser({ role: 'user' })
      await world.people.createUser(world.workspaceKey, gone)
      await world.preferences.set(gone.id, 'notices', { dailyDigest: true }, NOON)
      const user = await world.people.userById(gone.id)
      await world.people.deleteUser(user!, world.admin.id, NOON + MINUTE)

      await world.preferences.set(gone.id, 'ui', { team: false }, NOON + MINUTE)

      assert.equal(await world.preferences.get(gone.id, 'notices'), null)
      assert.equal(await world.preferences.get(gone.id, 'ui'), null)
    })

    it('come with the users whom an address or an id names, of this workspace alone, each once', async (test) => {
      const world = await newWorld(await open(test))
      const { outbox, workspaceKey, admin } = world
      const other = await newWorkspace(world)
      await world.preferences.set(admin.id, 'notices', { emailOnFailure: false }, NOON)

      const both = { addresses: [admin.email.toUpperCase(), 'nobody@example.com'], ids: [admin.id, other.admin.id] }
      const found = await outbox.addressees(workspaceKey, both)

      const { id, email } = admin
      const expected = { id, email, address: email.toLowerCase(), isEnabled: true, wishes: { emailOnFailure: false } }
      assert.deepEqual(found, [expected])
      assert.deepEqual(
        (await outbox.addressees(other.workspaceKey, { addresses: [], ids: [other.admin.id] }))[0]?.wishes,
        {},
      )
      assert.deepEqual(await outbox.addressees(workspaceKey, { addresses: [], ids: [] }), [])
    })
  })
}
