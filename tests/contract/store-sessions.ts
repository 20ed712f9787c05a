/** Sessions, and the store as a whole, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { NewSession } from '../../src/store/store.ts'
import { HOUR, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

export const sessionsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const signIn = async (w: World, given: Partial<NewSession> = {}): Promise<NewSession> => {
    const session: NewSession = {
      id: newId(),
      userId: w.admin.id,
      createdAt: NOON,
      expiresAt: NOON + HOUR,
      refreshHash: 'hash 1',
      address: '192.0.2.7',
      userAgent: 'a browser',
      ...given,
    }
    await w.people.createSession(session)
    return session
  }
  const SECOND_TOKEN = { refreshHash: 'hash 2', sealedSuccessor: 'sealed 2', now: NOON + 5 }

  describe('a session', () => {
    it('is read back as it was written', async (t) => {
      const w = await world(t)

      const session = await signIn(w)

      assert.deepEqual(await w.people.sessionById(session.id), {
        ...session,
        revokedAt: null,
        previousHash: null,
        rotatedAt: null,
        sealedSuccessor: null,
      })
      assert.equal(await w.people.sessionById(newId()), null)
    })

    it('exchanges its refresh token once, and remembers the one before', async (t) => {
      const w = await world(t)
      const { id } = await signIn(w)

      const both = await Promise.all([
        w.people.rotateSession(id, 'hash 1', SECOND_TOKEN),
        w.people.rotateSession(id, 'hash 1', { ...SECOND_TOKEN, refreshHash: 'hash 3' }),
      ])

      assert.deepEqual(both.toSorted(), [false, true])
      const session = await w.people.sessionById(id)
      assert.deepEqual([session?.previousHash, session?.rotatedAt], ['hash 1', NOON + 5])
      assert.equal(session?.sealedSuccessor, 'sealed 2')
    })

    it('that was revoked exchanges nothing', async (t) => {
      const w = await world(t)
      const { id } = await signIn(w)

      assert.equal(await w.people.revokeSession(id, NOON), true)

      assert.equal(await w.people.rotateSession(id, 'hash 1', SECOND_TOKEN), false)
      assert.equal(await w.people.revokeSession(id, NOON), false)
    })

    it('that is over exchanges nothing', async (t) => {
      const w = await world(t)
      const { id } = await signIn(w, { expiresAt: NOON + 5 })

      assert.equal(await w.people.rotateSession(id, 'hash 1', SECOND_TOKEN), false)
    })

    it('takes the place of those of its user that are over', async (t) => {
      const w = await world(t)
      const other = (await newWorkspace(w)).admin.id
      const [lives, over, revoked] = [await signIn(w), await signIn(w, { expiresAt: NOON + 1 }), await signIn(w)]
      const ofOther = await signIn(w, { userId: other, expiresAt: NOON + 1 })
      await w.people.revokeSession(revoked.id, NOON)

      await signIn(w, { createdAt: NOON + 1 })

      const left = await Promise.all([lives, over, revoked, ofOther].map(({ id }) => w.people.sessionById(id)))
      assert.deepEqual(
        left.map((session) => session?.id),
        [lives.id, undefined, undefined, ofOther.id],
      )
    })

    it('is listed, newest first, while it may be used', async (t) => {
      const w = await world(t)
      const old = await signIn(w)
      const young = await signIn(w, { createdAt: NOON + 1 })
      await signIn(w, { expiresAt: NOON })
      await w.people.revokeSession((await signIn(w)).id, NOON)

      const sessions = await w.people.listSessions(w.admin.id, NOON)

      assert.deepEqual(
        sessions.map(({ id }) => id),
        [young.id, old.id],
      )
    })
  })

  it('all sessions of a user but one are revoked at once', async (t) => {
    const w = await world(t)
    const [kept] = [await signIn(w), await signIn(w), await signIn(w)]

    assert.equal(await w.people.revokeSessionsOf(w.admin.id, NOON, kept.id), 2)
    assert.deepEqual(
      (await w.people.listSessions(w.admin.id, NOON)).map(({ id }) => id),
      [kept.id],
    )
    assert.equal(await w.people.revokeSessionsOf(w.admin.id, NOON, null), 1)
  })

  it('a change of password may revoke every session with it', async (t) => {
    const w = await world(t)
    await signIn(w)

    await w.people.updateUser(w.admin, { passwordHash: 'new' }, { now: NOON, revokeSessions: true })

    assert.deepEqual(await w.people.listSessions(w.admin.id, NOON), [])
  })

  it('a change refused for its version revokes no session', async (t) => {
    const w = await world(t)
    await signIn(w)

    const stale = { ...w.admin, version: 9 }
    const answer = await w.people.updateUser(stale, { passwordHash: 'new' }, { now: NOON, revokeSessions: true })

    assert.equal(answer, null)
    assert.equal((await w.people.listSessions(w.admin.id, NOON)).length, 1)
  })

  describe('the store', () => {
    it('answers when it can read and write', async (t) => {
      const store = await open(t)

      await store.check()
    })

    it('finishes what is under way when it is closed, and refuses all after it', async (t) => {
      const w = await world(t)
      const under = [w.job(), w.job(), w.people.countUsers()]

      await w.close()

      assert.equal((await Promise.all(under)).length, 3)
      await assert.rejects(w.people.countUsers(), { code: 'unavailable' })
      await assert.rejects(w.people.touchLogin(w.admin.id, NOON), { code: 'unavailable' })
      await assert.rejects(w.check(), { code: 'unavailable' })
      await w.close()
    })
  })
}
