/** Names that are to be unique, and an edit that pauses or resumes on the way: one write each, as every store must make it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { aJob, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const NOW = { now: NOON, expectedDueAt: null }

export const jobNamesContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const namesOf = async (w: World) => {
    const all = { sort: 'name', descending: false, cursor: null, limit: 100 } as const
    return (await w.jobs.list(w.workspaceKey, all)).items.map(({ name }) => name)
  }

  describe('a name that is to be unique', () => {
    it('is refused to a new job where another one of the workspace has it, and only there', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      const first = await w.job({ name: 'report' })

      await assert.rejects(w.job({ name: 'report', uniqueName: true }), { code: 'conflict' })
      await w.job({ name: 'Report', uniqueName: true })
      await w.jobs.create(
        aJob({ workspaceKey: other.workspaceKey, ownerId: other.admin.id, name: 'report', uniqueName: true }),
      )

      assert.deepEqual(await namesOf(w), ['Report', 'report'])
      assert.deepEqual(
        [
          await w.jobs.isNamed(w.workspaceKey, 'report', null),
          await w.jobs.isNamed(w.workspaceKey, 'report', first.id),
          await w.jobs.isNamed(w.workspaceKey, 'rep', null),
        ],
        [true, false, false],
      )
    })

    it('is free again when the job that had it is deleted', async (t) => {
      const w = await world(t)
      const first = await w.job({ name: 'report' })
      await w.jobs.delete(first, NOW)

      await w.job({ name: 'report', uniqueName: true })

      assert.deepEqual(await namesOf(w), ['report'])
    })

    it('is given to one of many who ask for it at once', async (t) => {
      const w = await world(t)

      const asked = await Promise.allSettled(
        Array.from({ length: 8 }, () => w.job({ name: 'report', uniqueName: true })),
      )

      assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.deepEqual(await namesOf(w), ['report'])
    })

    it('is refused to an edit, which then changes nothing', async (t) => {
      const w = await world(t)
      await w.job({ name: 'report' })
      const job = await w.job({ name: 'summary' })

      const refused = await w.jobs.update(job, { name: 'report', description: 'new', uniqueName: true }, NOW)
      const same = await w.jobs.update(job, { name: 'summary', description: 'kept', uniqueName: true }, NOW)

      assert.deepEqual([refused, same?.description, same?.version], [null, 'kept', 2])
    })

    it('is held among many new jobs as well: all are made or none', async (t) => {
      const w = await world(t)
      await w.job({ name: 'report' })
      const named = (name: string) =>
        aJob({ workspaceKey: w.workspaceKey, ownerId: w.admin.id, name, uniqueName: true })

      await assert.rejects(w.jobs.createMany([named('a'), named('report')]), { code: 'conflict' })
      await assert.rejects(w.jobs.createMany([named('b'), named('b')]), { code: 'conflict' })
      assert.equal(await w.jobs.createMany([named('c'), named('d')]), true)

      assert.deepEqual(await namesOf(w), ['c', 'd', 'report'])
    })
  })

  describe('an edit', () => {
    it('pauses a job in the same write, and its instants are gone', async (t) => {
      const w = await world(t)
      const job = await w.job({ name: 'report', dueAt: DUE })

      const after = await w.jobs.update(
        job,
        { name: 'resting', enabled: false, state: 'paused', dueAt: null },
        { now: NOON, expectedDueAt: DUE },
      )

      assert.deepEqual(
        [after?.name, after?.state, after?.pauseReason, after?.pausedAt, after?.missedAfter, after?.version],
        ['resting', 'paused', 'by_user', NOON, NOON, 2],
      )
      assert.deepEqual(await w.dueIds(DUE), [])
      assert.deepEqual(
        (await w.history.formerJobs(job.key)).map(({ name, state, leftBy }) => [name, state, leftBy]),
        [['report', 'active', 'paused']],
      )
    })

    it('resumes a job in the same write, due as it says', async (t) => {
      const w = await world(t)
      const job = await w.job({ name: 'report', state: 'paused', dueAt: null })

      const after = await w.jobs.update(job, { name: 'awake', enabled: true, state: 'active', dueAt: DUE }, NOW)

      assert.deepEqual(
        [after?.name, after?.state, after?.pauseReason, after?.pausedAt, after?.missedAfter],
        ['awake', 'active', null, null, null],
      )
      assert.equal(after?.scheduleVersion, job.scheduleVersion + 1)
      assert.deepEqual(await w.dueIds(DUE), [job.id])
    })

    it('of an old version neither pauses nor resumes', async (t) => {
      const w = await world(t)
      const job = await w.job({ dueAt: DUE })
      await w.jobs.update(job, { name: 'other' }, NOW)

      const late = await w.jobs.update(
        job,
        { enabled: false, state: 'paused', dueAt: null },
        { now: NOON, expectedDueAt: DUE },
      )

      assert.equal(late, null)
      assert.deepEqual(await w.dueIds(DUE), [job.id])
    })
  })
}
