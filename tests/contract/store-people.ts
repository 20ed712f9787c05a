/** Workspaces, users and server values, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { NewUser, UserRow } from '../../src/store/store.ts'
import { anExecution, aUser, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const AT = { now: NOON + 1, revokeSessions: false }

export const peopleContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const member = async (w: World, given: Partial<NewUser> = {}): Promise<UserRow> => {
    const created = await w.people.createUser(w.workspaceKey, aUser({ role: 'user', ...given }))
    assert('id' in created)
    return created
  }

  describe('a workspace', () => {
    it('is made with its first user', async (t) => {
      const store = await open(t)
      const user = aUser({ username: 'Ann', email: 'ann@example.org', fullName: 'Ann Example' })

      const created = await store.people.createWorkspace({ id: newId(), name: 'Acme', now: NOON }, user)

      assert('workspaceKey' in created)
      const { now, ...given } = user
      assert.deepEqual(await store.people.userById(user.id), {
        ...given,
        workspaceKey: created.workspaceKey,
        enabled: true,
        version: 1,
        createdAt: now,
        updatedAt: now,
        lastLoginAt: null,
      })
      const workspace = await store.people.workspaceByKey(created.workspaceKey)
      assert.deepEqual(await store.people.workspaceById(String(workspace?.id)), workspace)
      assert.deepEqual([workspace?.name, workspace?.createdAt], ['Acme', NOON])
      assert.equal(await store.people.countUsers(), 1)
    })

    it('is not made when its user cannot be', async (t) => {
      const w = await world(t)
      const workspace = { id: newId(), name: 'Acme', now: NOON }

      const answer = await w.people.createWorkspace(workspace, aUser({ username: w.admin.username }))

      assert.deepEqual(answer, { taken: 'username' })
      assert.equal(await w.people.workspaceByKey(w.workspaceKey + 1), null)
    })

    it('that nobody made is nothing', async (t) => {
      const store = await open(t)

      assert.equal(await store.people.workspaceByKey(99), null)
      assert.equal(await store.people.workspaceById('nowhere'), null)
    })
  })

  describe('user names and addresses', () => {
    for (const change of [{ username: 'ANN' }, { email: 'Ann@Example.org' }] as const) {
      const what = 'username' in change ? 'username' : 'email'

      it(`are unique on the whole server, whatever their case: ${what}`, async (t) => {
        const w = await world(t)
        await member(w, { username: 'ann', email: 'ann@example.org' })
        const { workspaceKey } = await newWorkspace(w)
        const other = await member(w)

        assert.deepEqual(await w.people.createUser(workspaceKey, aUser(change)), { taken: what })
        assert.deepEqual(await w.people.updateUser(other, change, AT), { taken: what })
      })
    }

    it('may change their case', async (t) => {
      const w = await world(t)
      const user = await member(w, { username: 'ann' })

      const changed = await w.people.updateUser(user, { username: 'Ann' }, AT)

      assert(changed !== null && typeof changed === 'object' && 'username' in changed)
      assert.equal(changed.username, 'Ann')
    })

    it('both find the user, in any case', async (t) => {
      const w = await world(t)
      const user = await member(w, { username: 'Jörg', email: 'Joerg@Example.org' })

      assert.deepEqual(await w.people.userByLogin('JÖRG'), user)
      assert.deepEqual(await w.people.userByLogin('joerg@example.ORG'), user)
      assert.equal(await w.people.userByLogin(`' or '1'='1`), null)
    })
  })

  describe('users', () => {
    it('are listed per workspace in pages', async (t) => {
      const w = await world(t)
      const members = [w.admin.id]
      for (let n = 0; n < 3; n++) members.push((await member(w)).id)
      await newWorkspace(w)

      const first = await w.people.listUsers(w.workspaceKey, { cursor: null, limit: 3 })
      const second = await w.people.listUsers(w.workspaceKey, { cursor: first.nextCursor, limit: 3 })

      assert.deepEqual(
        [...first.items, ...second.items].map(({ id }) => id),
        members,
      )
      assert.equal(second.nextCursor, null)
    })

    it('change what is named, and the version', async (t) => {
      const w = await world(t)
      const user = await member(w)

      const changed = await w.people.updateUser(user, { fullName: 'New Name', role: 'viewer', enabled: false }, AT)

      const expected = { ...user, fullName: 'New Name', role: 'viewer', enabled: false, version: 2, updatedAt: AT.now }
      assert.deepEqual(changed, expected)
    })

    it('of an old version change nothing', async (t) => {
      const w = await world(t)
      const user = await member(w)
      await w.people.updateUser(user, { fullName: 'first' }, AT)

      assert.equal(await w.people.updateUser(user, { fullName: 'second' }, AT), null)
      assert.equal((await w.people.userById(user.id))?.fullName, 'first')
    })

    it('remember when they last signed in', async (t) => {
      const w = await world(t)

      await w.people.touchLogin(w.admin.id, NOON + 5)

      assert.deepEqual(await w.people.userById(w.admin.id), { ...w.admin, lastLoginAt: NOON + 5 })
    })
  })

  describe('the last enabled admin', () => {
    for (const change of [{ role: 'user' }, { enabled: false }] as const) {
      it(`of a workspace with members stays one: ${JSON.stringify(change)}`, async (t) => {
        const w = await world(t)
        await member(w)
        await member(w, { role: 'admin' }).then((other) => w.people.updateUser(other, { enabled: false }, AT))
        await newWorkspace(w)

        assert.equal(await w.people.updateUser(w.admin, change, AT), 'last_admin')
        assert.deepEqual(await w.people.userById(w.admin.id), w.admin)
      })
    }

    it('may go when another one is there', async (t) => {
      const w = await world(t)
      await member(w, { role: 'admin' })

      const changed = await w.people.updateUser(w.admin, { role: 'user' }, AT)

      assert(changed !== null && typeof changed === 'object' && 'role' in changed)
      assert.equal(changed.role, 'user')
    })

    it('may not be deleted while others are members', async (t) => {
      const w = await world(t)
      const heir = await member(w)

      assert.equal(await w.people.deleteUser(w.admin, heir.id, NOON), 'last_admin')
      assert.notEqual(await w.people.userById(w.admin.id), null)
    })
  })

  describe('deleting a user', () => {
    it('passes the jobs to the heir, and they keep running', async (t) => {
      const w = await world(t)
      const [leaver, heir] = [await member(w), await member(w)]
      const job = await w.job({ ownerId: leaver.id })

      assert.equal(await w.people.deleteUser(leaver, heir.id, NOON), 'deleted')

      assert.equal(await w.people.userById(leaver.id), null)
      const passed = await w.jobs.byId(w.workspaceKey, job.id)
      assert.deepEqual([passed?.ownerId, passed?.state], [heir.id, 'active'])
      assert.deepEqual(await w.dueIds(NOON + MINUTE), [job.id])
    })

    it('without an heir passes the jobs to an admin', async (t) => {
      const w = await world(t)
      const leaver = await member(w)
      const job = await w.job({ ownerId: leaver.id })

      await w.people.deleteUser(leaver, null, NOON)

      assert.equal((await w.jobs.byId(w.workspaceKey, job.id))?.ownerId, w.admin.id)
    })

    it('who is the only member takes the jobs of the workspace along, and of no other', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const waits = anExecution({ scheduledFor: NOON + MINUTE, status: 'pending' })
      await w.claim(job, { executions: [waits] })
      const other = await newWorkspace(w)
      const stays = await w.job({ workspaceKey: other.workspaceKey, ownerId: other.admin.id })

      assert.equal(await w.people.deleteUser(w.admin, null, NOON), 'deleted')

      assert.equal(await w.jobs.byId(w.workspaceKey, job.id), null)
      assert.equal((await w.executions.byId(w.workspaceKey, waits.id))?.status, 'cancelled')
      assert.deepEqual(await w.dueIds(NOON + 9 * MINUTE), [stays.id])
    })

    it('ends the sessions', async (t) => {
      const w = await world(t)
      const leaver = await member(w)
      const session = { id: newId(), userId: leaver.id, createdAt: NOON, expiresAt: NOON + MINUTE, refreshHash: 'h' }
      await w.people.createSession({ ...session, address: null, userAgent: null })

      await w.people.deleteUser(leaver, null, NOON)

      assert.equal(await w.people.sessionById(session.id), null)
    })

    it('who is gone already says so', async (t) => {
      const w = await world(t)
      const leaver = await member(w)
      await w.people.deleteUser(leaver, null, NOON)

      assert.equal(await w.people.deleteUser(leaver, null, NOON), 'gone')
    })
  })

  it('a value of the server is written once and then stays', async (t) => {
    const store = await open(t)

    assert.equal(await store.people.serverValue('key check'), null)
    assert.equal(await store.people.putServerValue('key check', 'first'), 'first')
    assert.equal(await store.people.putServerValue('key check', 'second'), 'first')
    assert.equal(await store.people.serverValue('key check'), 'first')
  })
}
