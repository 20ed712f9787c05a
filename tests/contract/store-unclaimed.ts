/** What becomes of instants that had come, but that nobody took before their job was paused, edited or deleted. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { Leaving, NewExecution } from '../../src/store/store.ts'
import { aClaim, anExecution, anOutcome, EVERY_MINUTE, HOUR, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const NOW = DUE + 2 * MINUTE

export const unclaimedContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const present = async (w: World, { id }: Job): Promise<Job> =>
    (await w.jobs.byId(w.workspaceKey, id)) ?? assert.fail('The job is gone.')

  const missedRow = (given: Partial<NewExecution> = {}) =>
    anExecution({ scheduledFor: DUE, status: 'missed', reason: 'paused', lastFor: NOW, occurrences: 3, ...given })
  const leaving = (given: Partial<Leaving> = {}): Leaving => ({
    now: NOW,
    expectedDueAt: DUE,
    missed: [missedRow()],
    ...given,
  })

  describe('the overdue instant', () => {
    it('is the stored one of an active job, from its very time on', async (t) => {
      const w = await world(t)
      const [job] = [await w.job(), await w.job({ dueAt: DUE - SECOND })]

      assert.equal(await w.jobs.overdueAt(job.key, DUE - 1), null)
      assert.equal(await w.jobs.overdueAt(job.key, DUE), DUE)
      assert.equal(await w.jobs.overdueAt(job.key, DUE + HOUR), DUE)
    })

    it('moves on with a claim', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)

      assert.equal(await w.jobs.overdueAt(job.key, DUE), null)
      assert.equal(await w.jobs.overdueAt(job.key, DUE + MINUTE), DUE + MINUTE)
    })

    it('is none for a paused, an ended or a deleted job, nor one of an older timetable', async (t) => {
      const w = await world(t)
      const paused = await w.job()
      await w.jobs.pause(paused, 'by_user', { now: NOON, expectedDueAt: null })
      const deleted = await w.job()
      await w.jobs.delete(deleted, { now: NOON, expectedDueAt: null })
      const edited = await w.job()
      const change = { timetable: EVERY_MINUTE, dueAt: DUE + SECOND }
      await w.jobs.update(edited, change, { now: NOON, expectedDueAt: null })
      const ended = await w.job({ state: 'ended', dueAt: null })

      const found = await Promise.all([paused, deleted, ended].map(({ key }) => w.jobs.overdueAt(key, NOW)))
      assert.deepEqual(found, [null, null, null])
      assert.equal(await w.jobs.overdueAt(edited.key, NOW), DUE + SECOND)
    })
  })

  describe('missed rows', () => {
    const ways: readonly (readonly [string, (w: World, job: Job, at: Leaving) => Promise<unknown>])[] = [
      ['pause', (w, job, at) => w.jobs.pause(job, 'by_user', at)],
      ['edit', (w, job, at) => w.jobs.update(job, { timetable: EVERY_MINUTE, dueAt: NOW + MINUTE }, at)],
      ['delete', async (w, job, at) => (await w.jobs.delete(job, at)) || null],
    ]

    for (const [way, leave] of ways) {
      it(`are written with the ${way}, under the schedule version they belong to`, async (t) => {
        const w = await world(t)
        const job = await w.job()
        const row = missedRow({ reason: 'edited' })

        assert.notEqual(await leave(w, job, leaving({ missed: [row] })), null)

        const told = await w.executions.byId(w.workspaceKey, row.id)
        assert.deepEqual(
          [told?.status, told?.reason, told?.scheduleVersion, told?.scheduledFor, told?.lastFor, told?.occurrences],
          ['missed', 'edited', job.scheduleVersion, DUE, NOW, 3],
        )
        assert.equal(told?.finishedAt, NOW)
        assert.deepEqual(await w.statuses(job), ['missed'])
      })

      it(`and the ${way} are not written when a claim was quicker`, async (t) => {
        const w = await world(t)
        const job = await w.job()
        await w.claim(job)

        assert.equal(await leave(w, job, leaving()), null)

        assert.deepEqual(await w.statuses(job), ['running'])
        assert.deepEqual(await present(w, job), job)
      })
    }

    it('do not stand beside a row that the occurrence has already', async (t) => {
      const w = await world(t)
      const job = await w.job()
      // Back to an instant that was taken: the stored one repeats.
      await w.claim(job, { nextAt: DUE + MINUTE })
      const back = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE + MINUTE })
      await w.commit({ claims: [{ ...back, nextAt: DUE, executions: [] }] })

      assert.notEqual(await w.jobs.pause(job, 'by_user', leaving()), null)

      assert.deepEqual(await w.statuses(job), ['running'])
    })

    it('of a paused job need no stored instant', async (t) => {
      const w = await world(t)
      const job = await w.job({ state: 'paused', dueAt: null })

      const change = { timetable: EVERY_MINUTE, dueAt: null }
      const changed = await w.jobs.update(job, change, leaving({ expectedDueAt: null }))

      assert.deepEqual([changed?.pausedAt, changed?.missedAfter], [NOON, NOW])
      assert.deepEqual(await w.statuses(job), ['missed'])
    })
  })

  describe('a paused job remembers after which instant it has no rows', () => {
    it('the pause itself', async (t) => {
      const w = await world(t)

      const paused = await w.jobs.pause(await w.job(), 'by_user', { now: NOON, expectedDueAt: DUE })

      assert.equal(paused?.missedAfter, NOON)
      assert.equal((await w.job({ state: 'paused', dueAt: null })).missedAfter, NOON)
    })

    it('a later instant that has its row already, since the clock went back', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.finish(job, await w.claim(job))

      const paused = await w.jobs.pause(job, 'by_user', { now: DUE - SECOND, expectedDueAt: null })

      assert.equal(paused?.missedAfter, DUE)
    })

    it('until it is resumed', async (t) => {
      const w = await world(t)
      const paused = await w.jobs.pause(await w.job(), 'by_user', { now: NOON, expectedDueAt: DUE })
      const plan = { dueAt: DUE, state: 'active', executions: [], exclusive: true, countRuns: 0 } as const

      assert.equal((await w.jobs.resume(paused ?? assert.fail(), plan, { now: NOON }))?.missedAfter, null)
    })

    const failing = async (w: World, given: Partial<Parameters<typeof aClaim>[0]>, now: number): Promise<Job> => {
      const job = await w.job()
      const id = await w.claim(job, given)
      const outcome = anOutcome({ jobKey: job.key, workspaceKey: w.workspaceKey, executionId: id, to: 'failed' })
      const { pausedJobKeys } = await w.commit({ now, outcomes: [{ ...outcome, pauseAfterFailures: 1 }] })
      assert.deepEqual(pausedJobKeys, [job.key])
      return present(w, job)
    }

    it('also when failures paused it', async (t) => {
      const w = await world(t)
      assert.equal((await failing(w, {}, DUE + SECOND)).missedAfter, DUE + SECOND)
    })

    it('also when failures paused it while an instant had come that nobody took', async (t) => {
      const w = await world(t)
      const job = await failing(w, {}, DUE + MINUTE)

      assert.equal(job.missedAfter, DUE + MINUTE - 1)
      // The look that clears the dead instant must not lose it.
      assert.deepEqual(await w.dueIds(NOW), [])
      assert.equal((await present(w, job)).missedAfter, DUE + MINUTE - 1)
    })

    it('also when failures paused it while a run was taken ahead of its time, which stays', async (t) => {
      const w = await world(t)
      const ahead = [anExecution({ scheduledFor: DUE }), anExecution({ scheduledFor: DUE + MINUTE })]
      const job = await failing(w, { nextAt: DUE + 2 * MINUTE, executions: ahead }, DUE + MINUTE - 10)

      assert.equal(job.missedAfter, DUE + MINUTE)
      assert.deepEqual(await w.statuses(job), ['failed', 'running'])
    })
  })

  describe('what was taken ahead of its time is undone with the pause', () => {
    const before = { now: DUE - 10, expectedDueAt: DUE + MINUTE }
    for (const status of ['pending', 'skipped'] as const) {
      it(`when it is ${status}`, async (t) => {
        const w = await world(t)
        const job = await w.job()
        const row = anExecution({ scheduledFor: DUE, status, reason: status === 'skipped' ? 'overlap' : null })
        const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE, executions: [row] })
        const countRuns = status === 'pending' ? 1 : 0
        await w.commit({ now: DUE - 40, claims: [{ ...claim, countRuns }] })

        const paused = await w.jobs.pause(await present(w, job), 'by_user', before)

        assert.deepEqual(await w.statuses(job), [])
        assert.deepEqual([paused?.runs, paused?.missedAfter], [0, before.now])
      })
    }

    it('but not what was skipped on time before the clock went back', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const row = anExecution({ scheduledFor: DUE, status: 'skipped', reason: 'overlap' })
      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE, executions: [row] })
      await w.commit({ now: DUE, claims: [claim] })

      await w.jobs.pause(job, 'by_user', before)

      assert.deepEqual(await w.statuses(job), ['skipped'])
    })
  })
}
