/** API keys, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { KeyRow, NewKey } from '../../src/store/store.ts'
import { HOUR, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const BOUNDS = { most: 100, forgetBefore: 0, kept: 300 }

export const keysContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  let made = 0
  const aKey = (w: World, given: Partial<NewKey> = {}): NewKey => ({
    id: newId(),
    publicId: `public${made++}`,
    workspaceKey: w.workspaceKey,
    userId: w.admin.id,
    name: 'a key',
    hash: 'a hash',
    scopes: ['jobs:read', 'jobs:run'],
    expiresAt: NOON + HOUR,
    now: NOON,
    ...given,
  })
  const create = async (w: World, given: Partial<NewKey> = {}): Promise<KeyRow> => {
    const key = await w.keys.create(aKey(w, given), BOUNDS)
    assert(typeof key === 'object')
    return key
  }

  describe('an API key', () => {
    it('is read back as it was written, also by its public id, with its owner’s role', async (t) => {
      const w = await world(t)
      const { now: _, ...given } = aKey(w)

      const key = await w.keys.create({ ...given, now: NOON }, BOUNDS)

      assert.deepEqual(key, {
        ...given,
        version: 1,
        createdAt: NOON,
        updatedAt: NOON,
        lastUsedAt: null,
        lastUsedAddress: null,
        revokedAt: null,
      })
      assert.deepEqual(await w.keys.byId(w.workspaceKey, given.id), key)
      assert.deepEqual(await w.keys.holderOf(given.publicId), { key, role: 'admin', isEnabled: true })
      assert.equal(await w.keys.holderOf('nobody'), null)
    })

    it('of another workspace is not there', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      const { id } = await create(w)

      assert.equal(await w.keys.byId(other.workspaceKey, id), null)
      assert.deepEqual((await w.keys.list(other.workspaceKey, { cursor: null, limit: 10 })).items, [])
    })

    it('whose public id is taken is refused, and so is one more than the owner may have', async (t) => {
      const w = await world(t)
      const { publicId } = await create(w)

      assert.equal(await w.keys.create(aKey(w, { publicId }), BOUNDS), 'taken')
      assert.equal(await w.keys.create(aKey(w), { ...BOUNDS, most: 1 }), 'too_many')
      assert.equal((await w.keys.list(w.workspaceKey, { cursor: null, limit: 10 })).items.length, 1)
    })

    it('that has ended leaves room for a new one, and is forgotten when that was long ago', async (t) => {
      const w = await world(t)
      const old = await create(w, { expiresAt: NOON + MINUTE })
      const at = (forgetBefore: number) =>
        w.keys.create(aKey(w, { now: NOON + MINUTE, expiresAt: NOON + MINUTE }), { most: 1, forgetBefore, kept: 300 })

      assert.equal(typeof (await at(NOON)), 'object')
      assert.notEqual(await w.keys.byId(w.workspaceKey, old.id), null)
      assert.equal(typeof (await at(NOON + HOUR)), 'object')
      assert.equal(await w.keys.byId(w.workspaceKey, old.id), null)
    })

    it('S92: that has ended is forgotten when its owner made many since, and one in force never is', async (t) => {
      const w = await world(t)
      const bounds = { ...BOUNDS, kept: 2 }
      const inForce = await create(w)
      const ended: string[] = []
      for (let n = 0; n < 4; n++) {
        const key = await w.keys.create(aKey(w), bounds)
        assert(typeof key === 'object')
        await w.keys.update(key, { revokedAt: NOON }, NOON)
        ended.push(key.id)
      }

      const left = (await w.keys.list(w.workspaceKey, { cursor: null, limit: 10 })).items.map(({ id }) => id)
      assert.deepEqual(left, [ended[3], ended[2], ended[1], inForce.id])
    })

    it('changes only from its present version', async (t) => {
      const w = await world(t)
      const key = await create(w)

      const changed = await w.keys.update(key, { name: 'b', scopes: ['jobs:read'], expiresAt: NOON + 1 }, NOON + 5)

      assert.deepEqual(changed, {
        ...key,
        name: 'b',
        scopes: ['jobs:read'],
        expiresAt: NOON + 1,
        version: 2,
        updatedAt: NOON + 5,
      })
      assert.equal(await w.keys.update(key, { revokedAt: NOON }, NOON), null)
      assert.equal((await w.keys.byId(w.workspaceKey, key.id))?.revokedAt, null)
    })

    it('remembers when it was last used, at most once in the time that is asked for', async (t) => {
      const w = await world(t)
      const { id } = await create(w)

      await w.keys.touch(id, { now: NOON, address: 'here', ifBefore: NOON - MINUTE })
      await w.keys.touch(id, { now: NOON + 1, address: 'there', ifBefore: NOON + 1 - MINUTE })

      const key = await w.keys.byId(w.workspaceKey, id)
      assert.deepEqual([key?.lastUsedAt, key?.lastUsedAddress, key?.version], [NOON, 'here', 1])
    })

    it('is listed newest first, page by page, of everybody or of one', async (t) => {
      const w = await world(t)
      const ids = [await create(w), await create(w), await create(w)].map(({ id }) => id)

      const first = await w.keys.list(w.workspaceKey, { cursor: null, limit: 2 })
      const second = await w.keys.list(w.workspaceKey, { cursor: first.nextCursor, limit: 2 })
      const others = await w.keys.list(w.workspaceKey, { userId: newId(), cursor: null, limit: 2 })

      assert.deepEqual(
        [...first.items, ...second.items].map(({ id }) => id),
        ids.toReversed(),
      )
      assert.deepEqual([second.nextCursor, others.items], [null, []])
    })

    it('goes with its owner', async (t) => {
      const w = await world(t)
      const { publicId } = await create(w)

      await w.people.deleteUser(w.admin, null, NOON)

      assert.equal(await w.keys.holderOf(publicId), null)
    })
  })
}
