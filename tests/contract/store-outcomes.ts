/** Outcomes and what follows from them, as every store must do it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import { aClaim, anOutcome, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const outcomesContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const running = async (w: World): Promise<{ readonly job: Job; readonly id: string }> => {
    const job = await w.job()
    return { job, id: await w.claim(job) }
  }

  describe('an outcome', () => {
    it('ends the execution with all that is known of it', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)

      const { recorded } = await w.finish(job, id, {
        to: 'failed',
        reason: 'attempts_used_up',
        startedAt: DUE + 7,
        finishedAt: DUE + 90,
        statusCode: 503,
        error: 'The target answered 503.',
        output: 'sorry',
      })

      assert.deepEqual(recorded, [true])
      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual(
        [row?.status, row?.reason, row?.startedAt, row?.finishedAt, row?.statusCode, row?.error, row?.output],
        ['failed', 'attempts_used_up', DUE + 7, DUE + 90, 503, 'The target answered 503.', 'sorry'],
      )
    })

    it('is dropped when it comes a second time', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      await w.finish(job, id)

      const { recorded } = await w.finish(job, id, { to: 'failed' })

      assert.deepEqual(recorded, [false])
      assert.deepEqual(await w.statuses(job), ['success'])
    })

    it('of an attempt before the present one is dropped', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      await w.finish(job, id, { to: 'pending', notBefore: DUE })
      await w.leaseAt(DUE)

      const { recorded } = await w.finish(job, id, { attempt: 1 })

      assert.deepEqual(recorded, [false])
      assert.deepEqual(await w.statuses(job), ['running'])
    })

    it('of a node that no longer holds the lease is dropped', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      const other = await w.ledger.join({ id: 'other', host: 'here', pid: 2, startedAt: DUE }, DUE, LEASE_END)
      assert(other !== null)

      const outcomes = [anOutcome({ jobKey: job.key, workspaceKey: w.workspaceKey, executionId: id })]
      const { recorded } = await w.ledger.commit({ nodeKey: other, now: DUE, leaseNow: DUE, outcomes, claims: [] })

      assert.deepEqual(recorded, [false])
      assert.deepEqual(await w.statuses(job), ['running'])
    })

    it('that comes after the lease of its node ended is dropped, and so are its claims', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      const other = await w.job()

      const outcomes = [anOutcome({ jobKey: job.key, workspaceKey: w.workspaceKey, executionId: id })]
      const claims = [aClaim({ jobKey: other.key, workspaceKey: w.workspaceKey, dueAt: DUE })]
      const late = await w.commit({ now: LEASE_END + 1, outcomes, claims })

      assert.deepEqual([late.recorded, late.claimed], [[false], ['gone']])
      assert.deepEqual([await w.statuses(job), await w.statuses(other)], [['running'], []])
      assert.deepEqual(await w.dueIds(DUE), [other.id])
    })

    it('of a cancelled execution is dropped', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      await w.executions.cancel(w.workspaceKey, id, DUE)

      const { recorded } = await w.finish(job, id)

      assert.deepEqual(recorded, [false])
      assert.deepEqual(await w.statuses(job), ['cancelled'])
    })

    it('dropped leaves the others of its batch alone', async (t) => {
      const w = await world(t)
      const [one, two] = [await running(w), await running(w)]
      await w.finish(one.job, one.id)

      const outcomeOf = ({ job, id }: typeof one) =>
        anOutcome({ jobKey: job.key, workspaceKey: w.workspaceKey, executionId: id })
      const { recorded } = await w.commit({ outcomes: [outcomeOf(one), outcomeOf(two)] })

      assert.deepEqual(recorded, [false, true])
    })

    it('for another try returns the execution to the queue until its time, with the attempt kept', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)

      await w.finish(job, id, {
        to: 'pending',
        notBefore: DUE + 30 * SECOND,
        keepAttempt: true,
        statusCode: 500,
        error: 'The target answered 500.',
      })

      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual([row?.status, row?.notBefore, row?.attempt], ['pending', DUE + 30 * SECOND, 1])
      const [attempt] = await w.executions.attempts(w.workspaceKey, id)
      assert.deepEqual(
        [attempt?.number, attempt?.status, attempt?.statusCode, attempt?.error],
        [1, 'failed', 500, 'The target answered 500.'],
      )
      assert.deepEqual(await w.leaseAt(DUE + 30 * SECOND - 1), [])
      assert.deepEqual(await w.leaseAt(DUE + 30 * SECOND), [id])
    })

    it('handed back unsent gives its number back', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)

      await w.finish(job, id, { to: 'pending', handedBack: true, startedAt: null, finishedAt: null, output: null })

      const { leased } = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE, leaseNow: DUE, limit: 1 })
      assert.deepEqual(
        leased.map(({ executionId, attempt }) => [executionId, attempt]),
        [[id, 1]],
      )
      assert.deepEqual(await w.executions.attempts(w.workspaceKey, id), [])
    })

    it('for another try of a deleted job ends it, as deleted', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)
      await w.jobs.delete(job, { now: DUE, expectedDueAt: null })

      await w.finish(job, id, { to: 'pending', notBefore: DUE })

      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual([row?.status, row?.reason], ['cancelled', 'job_deleted'])
      assert.deepEqual(await w.leaseAt(DUE), [])
    })

    it('keeps text with any characters', async (t) => {
      const w = await world(t)
      const { job, id } = await running(w)

      await w.finish(job, id, { output: `'"; drop table job; -- 語 🙂 \u0001`, error: '%_\\' })

      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual([row?.output, row?.error], [`'"; drop table job; -- 語 🙂 \u0001`, '%_\\'])
    })
  })

  describe('failures in a row', () => {
    const failNext = async (w: World, job: Job, n: number, to: 'failed' | 'success' = 'failed') => {
      const dueAt = DUE + n * MINUTE
      const id = await w.claim(job, { dueAt, nextAt: dueAt + MINUTE })
      return w.finish(job, id, { to, finishedAt: dueAt + SECOND, pauseAfterFailures: 2 })
    }

    it('pause the job when they reach its limit', async (t) => {
      const w = await world(t)
      const job = await w.job()

      const first = await failNext(w, job, 0)
      const second = await failNext(w, job, 1)

      assert.deepEqual([first.pausedJobKeys, second.pausedJobKeys], [[], [job.key]])
      const paused = await w.jobs.byId(w.workspaceKey, job.id)
      assert.deepEqual([paused?.state, paused?.pauseReason, paused?.version], ['paused', 'failures', job.version + 1])
      assert.deepEqual(await w.dueIds(DUE + MINUTE * 5), [])
    })

    it('begin anew after a success', async (t) => {
      const w = await world(t)
      const job = await w.job()

      await failNext(w, job, 0)
      await failNext(w, job, 1, 'success')
      const third = await failNext(w, job, 2)

      assert.deepEqual(third.pausedJobKeys, [])
    })

    it('begin anew after the job was resumed', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await failNext(w, job, 0)
      await failNext(w, job, 1)
      const paused = await w.jobs.byId(w.workspaceKey, job.id)
      assert(paused !== null)
      const dueAt = DUE + 10 * MINUTE
      const plan = { dueAt, state: 'active', executions: [], exclusive: true, countRuns: 0 } as const
      const resumed = await w.jobs.resume(paused, plan, { now: DUE + 5 * MINUTE })
      assert(resumed !== null)

      const id = await w.claim(resumed, { dueAt })
      const { pausedJobKeys } = await w.finish(resumed, id, {
        to: 'failed',
        finishedAt: dueAt + SECOND,
        pauseAfterFailures: 2,
      })

      assert.deepEqual(pausedJobKeys, [])
    })
  })
}
