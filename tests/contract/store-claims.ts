/** Due jobs and their claims, as every store must do them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { aClaim, anExecution, anOutcome, EVERY_MINUTE, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const claimsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  describe('due jobs', () => {
    it('are those whose instant has come, oldest first', async (t) => {
      const w = await world(t)
      const late = await w.job({ dueAt: DUE })
      const early = await w.job({ dueAt: DUE - SECOND })
      await w.job({ dueAt: DUE + 1 })

      assert.deepEqual(await w.dueIds(DUE), [early.id, late.id])
    })

    it('come with all that a claim needs to know', async (t) => {
      const w = await world(t)
      const job = await w.job({ name: 'send bills', policies: { overlap: 'allow' } })

      const { jobs } = await w.ledger.due({ until: DUE, limit: 1, after: null })

      assert.deepEqual(jobs, [
        {
          jobKey: job.key,
          jobId: job.id,
          jobName: 'send bills',
          workspaceKey: w.workspaceKey,
          dueAt: DUE,
          scheduleVersion: 1,
          timetable: job.timetable,
          target: job.target,
          policies: { overlap: 'allow' },
          runs: 0,
          limited: false,
        },
      ])
    })

    it('share one object for equal timetables, targets and policies', async (t) => {
      const w = await world(t)
      await w.job({ timetable: { ...EVERY_MINUTE }, policies: { timeoutMs: 5000 } })
      await w.job({ timetable: { ...EVERY_MINUTE }, policies: { timeoutMs: 5000 } })

      const { jobs } = await w.ledger.due({ until: DUE, limit: 2, after: null })

      assert.equal(jobs[0]?.timetable, jobs[1]?.timetable)
      assert.equal(jobs[0]?.target, jobs[1]?.target)
      assert.equal(jobs[0]?.policies, jobs[1]?.policies)
    })

    it('come in pages that neither repeat nor skip a job, also at one instant', async (t) => {
      const w = await world(t)
      const ids = []
      for (let n = 0; n < 5; n++) ids.push((await w.job()).id)

      const first = await w.ledger.due({ until: DUE, limit: 3, after: null })
      const last = first.jobs.at(-1)
      const second = await w.ledger.due({ until: DUE, limit: 3, after: last ?? null })

      assert.deepEqual(
        [...first.jobs, ...second.jobs].map(({ jobId }) => jobId),
        ids,
      )
    })

    it('tell the next stored instant beyond those given', async (t) => {
      const w = await world(t)
      await w.job({ dueAt: DUE })
      await w.job({ dueAt: DUE + 5 * SECOND })

      const one = await w.ledger.due({ until: DUE, limit: 10, after: null })
      const both = await w.ledger.due({ until: DUE + MINUTE, limit: 10, after: null })

      assert.equal(one.nextDueAt, DUE + 5 * SECOND)
      assert.equal(both.nextDueAt, null)
    })

    it('tell of an instant left behind the place where the caller goes on', async (t) => {
      const w = await world(t)
      const [behind, at, ahead] = [
        await w.job({ dueAt: DUE }),
        await w.job({ dueAt: DUE + 1 }),
        await w.job({ dueAt: DUE + 1 }),
      ]
      await w.claim(at, { dueAt: DUE + 1 })
      const after = { dueAt: DUE + 1, jobKey: at.key }

      const first = await w.ledger.due({ until: DUE + 1, limit: 10, after })
      await w.claim(behind)
      const second = await w.ledger.due({ until: DUE + 1, limit: 10, after })

      assert.deepEqual([first.nextDueAt, second.nextDueAt], [DUE, DUE + MINUTE])
      assert.deepEqual(
        second.jobs.map(({ jobId }) => jobId),
        [ahead.id],
      )
    })

    it('leave out paused, ended and manual ones', async (t) => {
      const w = await world(t)
      await w.job({ state: 'paused', dueAt: null })
      await w.job({ state: 'ended', dueAt: null })
      await w.job({ timetable: { schedules: [{ kind: 'manual' }], zone: 'UTC' }, dueAt: null })

      assert.deepEqual(await w.dueIds(DUE), [])
    })

    it('are found behind more dead rows than a page holds', async (t) => {
      const w = await world(t)
      for (let n = 0; n < 5; n++) {
        await w.jobs.pause(await w.job({ dueAt: DUE - SECOND }), 'by_user', { now: NOON, expectedDueAt: null })
      }
      const live = await w.job()

      const { jobs } = await w.ledger.due({ until: DUE, limit: 2, after: null })

      assert.deepEqual(
        jobs.map(({ jobId }) => jobId),
        [live.id],
      )
    })
  })

  describe('a claim', () => {
    it('writes the running execution and moves the instant on, in one step', async (t) => {
      const w = await world(t)
      const job = await w.job()

      const id = await w.claim(job)

      const execution = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual(
        [execution?.status, execution?.attempt, execution?.scheduledFor, execution?.scheduleVersion],
        ['running', 1, DUE, 1],
      )
      assert.deepEqual(await w.dueIds(DUE), [])
      assert.deepEqual(await w.dueIds(DUE + MINUTE), [job.id])
    })

    it('of an instant that another claim dealt with is gone, and writes nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE })
      const { claimed } = await w.commit({ claims: [claim] })

      assert.deepEqual(claimed, ['gone'])
      assert.deepEqual(await w.statuses(job), ['running'])
    })

    for (const change of ['pause', 'delete', 'update'] as const) {
      it(`planned before the job's ${change} is gone after it`, async (t) => {
        const w = await world(t)
        const job = await w.job()
        const at = { now: NOON, expectedDueAt: null }
        if (change === 'pause') await w.jobs.pause(job, 'by_user', at)
        if (change === 'delete') await w.jobs.delete(job, at)
        if (change === 'update') await w.jobs.update(job, { timetable: EVERY_MINUTE, dueAt: DUE + MINUTE }, at)

        const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE })
        const { claimed } = await w.commit({ claims: [claim] })

        assert.deepEqual(claimed, ['gone'])
        assert.deepEqual(await w.statuses(job), [])
      })
    }

    it('of the last instant ends the job', async (t) => {
      const w = await world(t)
      const job = await w.job()

      await w.claim(job, { nextAt: null })

      assert.equal((await w.jobs.byId(w.workspaceKey, job.id))?.state, 'ended')
      assert.deepEqual(await w.dueIds(DUE + MINUTE), [])
    })

    it('for an idle job is busy while an execution of the job runs, and leaves the instant stored', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE + MINUTE, onlyIf: 'idle' })
      const { claimed } = await w.commit({ claims: [claim] })

      assert.deepEqual(claimed, ['busy'])
      assert.deepEqual(await w.statuses(job), ['running'])
      assert.deepEqual(await w.dueIds(DUE + MINUTE), [job.id])
    })

    it('for an idle job is taken when the outcome that frees it comes in the same batch', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const first = await w.claim(job)

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE + MINUTE, onlyIf: 'idle' })
      const outcome = { jobKey: job.key, workspaceKey: w.workspaceKey, executionId: first }
      const { recorded, claimed } = await w.commit({ outcomes: [anOutcome(outcome)], claims: [claim] })

      assert.deepEqual([recorded, claimed], [[true], ['claimed']])
      assert.deepEqual(await w.statuses(job), ['success', 'running'])
    })

    it('that cancels others ends what runs, as replaced, and says which', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const first = await w.claim(job)

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE + MINUTE, cancelOthers: true })
      const { claimed, cancelledIds } = await w.commit({ claims: [claim] })

      assert.deepEqual([claimed, cancelledIds], [['claimed'], [first]])
      const replaced = await w.executions.byId(w.workspaceKey, first)
      assert.deepEqual([replaced?.status, replaced?.reason], ['cancelled', 'replaced'])
      assert.deepEqual(await w.statuses(job), ['cancelled', 'running'])
    })

    it('that comes too late cancels nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE, cancelOthers: true })
      const { cancelledIds } = await w.commit({ claims: [claim] })

      assert.deepEqual(cancelledIds, [])
      assert.deepEqual(await w.statuses(job), ['running'])
    })

    it('writes what did not run as rows that say why, a range of occurrences as one', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const missed = anExecution({
        scheduledFor: DUE,
        status: 'missed',
        reason: 'misfire',
        lastFor: DUE + 4 * MINUTE,
        occurrences: 5,
      })

      await w.claim(job, { nextAt: DUE + 6 * MINUTE, executions: [missed] })

      const row = await w.executions.byId(w.workspaceKey, missed.id)
      assert.deepEqual(
        [row?.status, row?.reason, row?.lastFor, row?.occurrences, row?.finishedAt, row?.startedAt],
        ['missed', 'misfire', DUE + 4 * MINUTE, 5, DUE, null],
      )
    })

    it('may raise the schedule version, so that instants that have their row may come again', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job, { nextAt: DUE + 10 * MINUTE })
      const again = { dueAt: DUE + 10 * MINUTE, nextAt: DUE, raiseVersion: true, executions: [] }
      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, ...again })
      await w.commit({ claims: [claim] })
      const raised = (await w.jobs.byId(w.workspaceKey, job.id)) ?? assert.fail()

      await w.claim(raised)

      assert.deepEqual([raised.scheduleVersion, raised.version], [2, 2])
      assert.deepEqual(await w.statuses(job), ['running', 'running'])
    })

    it('counts runs for jobs that have a maximum', async (t) => {
      const w = await world(t)
      const job = await w.job()

      await w.claim(job, { countRuns: 1 })

      assert.equal((await w.jobs.byId(w.workspaceKey, job.id))?.runs, 1)
    })

    it('of an occurrence that has its row already runs nothing a second time, and still moves on', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const first = await w.claim(job, { nextAt: DUE + MINUTE })
      await w.finish(job, first)
      const again = anExecution({ scheduledFor: DUE })
      const other = anExecution({ scheduledFor: DUE + MINUTE })

      const claim = aClaim({
        jobKey: job.key,
        workspaceKey: w.workspaceKey,
        dueAt: DUE + MINUTE,
        countRuns: 2,
        executions: [again, other],
      })
      const { claimed } = await w.commit({ claims: [claim] })

      assert.deepEqual(claimed, ['duplicate'])
      assert.equal(await w.executions.byId(w.workspaceKey, again.id), null)
      assert.equal((await w.jobs.byId(w.workspaceKey, job.id))?.runs, 1)
      // What was born beside it waits in the queue, since the caller sends nothing of a duplicate.
      assert.deepEqual(await w.statuses(job), ['success', 'pending'])
      assert.deepEqual(await w.leaseAt(DUE + MINUTE), [other.id])
      assert.deepEqual(await w.dueIds(DUE + 2 * MINUTE), [job.id])
    })

    it('does not disturb the other claims of its batch when it fails', async (t) => {
      const w = await world(t)
      const [taken, free] = [await w.job(), await w.job()]
      await w.claim(taken)

      const claimOf = (jobKey: number) => aClaim({ jobKey, workspaceKey: w.workspaceKey, dueAt: DUE })
      const { claimed } = await w.commit({ claims: [claimOf(taken.key), claimOf(free.key)] })

      assert.deepEqual(claimed, ['gone', 'claimed'])
      assert.deepEqual(await w.statuses(free), ['running'])
    })

    it('moves to an instant where a dead row of an older schedule lies', async (t) => {
      const w = await world(t)
      const job = await w.job({ dueAt: DUE + MINUTE })
      const at = { now: NOON, expectedDueAt: null }
      const changed = await w.jobs.update(job, { timetable: EVERY_MINUTE, dueAt: DUE }, at)
      assert(changed !== null)

      await w.claim(changed, { nextAt: DUE + MINUTE })

      assert.deepEqual(await w.dueIds(DUE + MINUTE), [job.id])
    })

    it('answers the earliest stored instant of all jobs', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.job({ dueAt: DUE + 3 * SECOND })

      const claim = aClaim({ jobKey: job.key, workspaceKey: w.workspaceKey, dueAt: DUE })
      const { nextDueAt } = await w.commit({ claims: [claim] })

      assert.equal(nextDueAt, DUE + 3 * SECOND)
    })
  })
}
