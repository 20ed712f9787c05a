/** Ids that clients give their jobs themselves: unique in a workspace, held inside the write, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { aJob, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const NOW = { now: NOON, expectedDueAt: null }

export const externalIdsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const found = async (w: World, externalId: string) => {
    const filter = { externalId, sort: 'created_at', descending: false, cursor: null, limit: 100 } as const
    return (await w.jobs.list(w.workspaceKey, filter)).items.map(({ id }) => id)
  }

  describe('an id of the client', () => {
    it('finds its job, and belongs to one job of the workspace', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      const job = await w.job({ externalId: 'nightly/ä' })
      await w.job({})
      await w.jobs.create(aJob({ workspaceKey: other.workspaceKey, ownerId: other.admin.id, externalId: 'nightly/ä' }))

      await assert.rejects(w.job({ externalId: 'nightly/ä' }), { code: 'conflict' })

      assert.equal(job.externalId, 'nightly/ä')
      assert.deepEqual(await found(w, 'nightly/ä'), [job.id])
      assert.deepEqual(await found(w, 'Nightly/ä'), [])
    })

    it('is given to one of many who ask for it at once', async (t) => {
      const w = await world(t)

      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => w.job({ externalId: 'nightly' })))

      assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal((await found(w, 'nightly')).length, 1)
    })

    it('is free again when its job is deleted', async (t) => {
      const w = await world(t)
      await w.jobs.delete(await w.job({ externalId: 'nightly' }), NOW)

      const next = await w.job({ externalId: 'nightly' })

      assert.deepEqual(await found(w, 'nightly'), [next.id])
    })

    it('is held among many new jobs as well: all are made or none', async (t) => {
      const w = await world(t)
      await w.job({ externalId: 'nightly' })
      const called = (externalId: string) => aJob({ workspaceKey: w.workspaceKey, ownerId: w.admin.id, externalId })

      await assert.rejects(w.jobs.createMany([called('a'), called('nightly')]), { code: 'conflict' })
      await assert.rejects(w.jobs.createMany([called('b'), called('b')]), { code: 'conflict' })
      const made = [called('c'), called('d')]
      assert.equal(await w.jobs.createMany(made), true)
      assert.equal(await w.jobs.createMany(made), false, 'the same jobs again are no conflict')

      assert.deepEqual([await found(w, 'a'), await found(w, 'b'), (await found(w, 'c')).length], [[], [], 1])
    })
  })
}
