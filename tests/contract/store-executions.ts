/** What people do with executions and see of them, as every store must do it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import type { ExecutionFilter } from '../../src/store/store.ts'
import { anIdAt, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const ALL: ExecutionFilter = { descending: false, cursor: null, limit: 100 }

export const executionsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const manual = (w: World, job: Job, now = DUE) =>
    w.executions.createManual({
      id: anIdAt(now),
      workspaceKey: w.workspaceKey,
      jobKey: job.key,
      now,
      exclusive: true,
      requestedBy: w.admin.id,
      target: null,
    })

  /** The job's nth occurrence, run and ended in that way. */
  const ended = async (w: World, job: Job, n: number, to: 'success' | 'failed' = 'success') => {
    const dueAt = DUE + n * MINUTE
    const id = await w.claim(job, { dueAt })
    await w.finish(job, id, { to, startedAt: dueAt + 10 * (n + 1), finishedAt: dueAt + 100 * (n + 2) })
    return id
  }

  describe('a manual run', () => {
    it('waits in the queue and knows who asked for it', async (t) => {
      const w = await world(t)
      const job = await w.job()

      const run = await manual(w, job)

      assert.deepEqual(
        [run.status, run.trigger, run.scheduledFor, run.scheduleVersion, run.requestedBy, run.jobName],
        ['pending', 'manual', DUE, null, w.admin.id, job.name],
      )
      assert.deepEqual(await w.executions.byId(w.workspaceKey, run.id), run)
    })

    it('asked for under an id that is there already is that one', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const run = { workspaceKey: w.workspaceKey, jobKey: job.key, exclusive: true, requestedBy: null, target: null }

      const first = await w.executions.createManual({ ...run, id: anIdAt(DUE), now: DUE })
      const again = await w.executions.createManual({ ...run, id: first.id, now: DUE + 5 })

      assert.deepEqual(again, first)
      assert.deepEqual(await w.statuses(job), ['pending'])
    })

    it('asked for a version of its job that is not the present one is refused', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const run = { workspaceKey: w.workspaceKey, jobKey: job.key, exclusive: true, requestedBy: null, target: null }

      await assert.rejects(
        w.executions.createManual({ ...run, id: anIdAt(DUE), now: DUE, ifVersion: job.version + 1 }),
        { code: 'stale' },
      )
      await w.executions.createManual({ ...run, id: anIdAt(DUE), now: DUE, ifVersion: job.version })

      assert.equal((await w.statuses(job)).length, 1)
    })

    it('is cancelled and tried again only where it stands, when a place is named', async (t) => {
      const w = await world(t)
      const { id } = await manual(w, await w.job())
      const cancel = (status: 'pending' | 'running', attempt: number) =>
        w.executions.cancel(w.workspaceKey, id, DUE, { status, attempt })
      const retry = (status: 'cancelled' | 'failed', attempt: number) =>
        w.executions.retry(w.workspaceKey, id, null, DUE, { status, attempt })

      assert.deepEqual([await cancel('running', 0), await cancel('pending', 1)], [null, null])
      assert.equal(await cancel('pending', 0), 'pending')
      assert.deepEqual([await retry('failed', 0), await retry('cancelled', 1)], [false, false])
      assert.equal(await retry('cancelled', 0), true)
    })

    it('may be asked for any number of times at one instant', async (t) => {
      const w = await world(t)
      const job = await w.job()

      await Promise.all([manual(w, job), manual(w, job), manual(w, job)])

      assert.deepEqual(await w.statuses(job), ['pending', 'pending', 'pending'])
    })

    it('of a deleted job is refused', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.jobs.delete(job, { now: NOON, expectedDueAt: null })

      await assert.rejects(manual(w, job), { code: 'not_found' })
    })

    it('of a paused job runs', async (t) => {
      const w = await world(t)
      const job = await w.job({ state: 'paused', dueAt: null })

      const run = await manual(w, job)

      assert.deepEqual(await w.leaseAt(DUE), [run.id])
    })
  })

  describe('an execution', () => {
    it('is not seen from another workspace, nor changed from there', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await ended(w, job, 0, 'failed')
      const waits = await manual(w, job, DUE + 1)
      const { workspaceKey } = await newWorkspace(w)

      assert.equal(await w.executions.byId(workspaceKey, id), null)
      assert.deepEqual(await w.executions.attempts(workspaceKey, id), [])
      assert.equal(await w.executions.cancel(workspaceKey, waits.id, DUE), null)
      assert.equal(await w.executions.retry(workspaceKey, id, null, DUE), false)
      assert.deepEqual(await w.executions.occurrences(workspaceKey, job.key, DUE + HOUR, 10), [])
      assert.deepEqual((await w.executions.list(workspaceKey, { ...ALL, jobKey: job.key })).items, [])
      assert.deepEqual(await w.statuses(job), ['failed', 'pending'])
    })

    it('shows its output alone, not in lists', async (t) => {
      const w = await world(t)
      const id = await ended(w, await w.job(), 0)

      const [listed] = (await w.executions.list(w.workspaceKey, ALL)).items

      assert.deepEqual([listed?.output, (await w.executions.byId(w.workspaceKey, id))?.output], [null, 'done'])
    })

    it('that nobody made is nothing', async (t) => {
      const w = await world(t)

      assert.equal(await w.executions.byId(w.workspaceKey, newId()), null)
      assert.deepEqual(await w.executions.attempts(w.workspaceKey, newId()), [])
    })
  })

  describe('attempts', () => {
    it('of a success at the first try are told by the execution', async (t) => {
      const w = await world(t)
      const id = await ended(w, await w.job(), 0)

      const attempts = await w.executions.attempts(w.workspaceKey, id)

      assert.deepEqual(attempts, [
        {
          number: 1,
          status: 'success',
          startedAt: DUE + 10,
          finishedAt: DUE + 200,
          statusCode: 200,
          error: null,
          output: 'done',
        },
      ])
    })

    it('are listed in order, the last one with them', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)
      await w.finish(job, id, { to: 'pending', notBefore: DUE, keepAttempt: true })
      await w.leaseAt(DUE)
      await w.finish(job, id, { attempt: 2, keepAttempt: true })

      const attempts = await w.executions.attempts(w.workspaceKey, id)

      assert.deepEqual(
        attempts.map(({ number, status }) => [number, status]),
        [
          [1, 'failed'],
          [2, 'success'],
        ],
      )
    })

    it('of what never started are none', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const waits = await manual(w, job)
      await w.executions.cancel(w.workspaceKey, waits.id, DUE)

      assert.deepEqual(await w.executions.attempts(w.workspaceKey, waits.id), [])
    })
  })

  describe('cancelling', () => {
    it('ends what waits or runs, and says which it was', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const runs = await w.claim(job)
      const waits = await manual(w, job)

      const answers = [
        await w.executions.cancel(w.workspaceKey, runs, DUE + 1),
        await w.executions.cancel(w.workspaceKey, waits.id, DUE + 1),
      ]

      assert.deepEqual(answers, ['running', 'pending'])
      const row = await w.executions.byId(w.workspaceKey, runs)
      assert.deepEqual([row?.status, row?.reason, row?.finishedAt], ['cancelled', 'cancelled_by_user', DUE + 1])
      assert.deepEqual(await w.leaseAt(DUE + 1), [])
    })

    it('what has ended does nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await ended(w, job, 0)

      assert.equal(await w.executions.cancel(w.workspaceKey, id, DUE), null)
      assert.deepEqual(await w.statuses(job), ['success'])
    })
  })

  describe('trying again', () => {
    it('queues the execution for its next attempt and keeps the last one', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await ended(w, job, 0, 'failed')

      assert.equal(await w.executions.retry(w.workspaceKey, id, w.admin.id, DUE + HOUR / 2), true)

      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual(
        [row?.status, row?.finishedAt, row?.error, row?.requestedBy],
        ['pending', null, null, w.admin.id],
      )
      assert.deepEqual(
        (await w.executions.attempts(w.workspaceKey, id)).map(({ status }) => status),
        ['failed'],
      )
      const query = { nodeKey: w.nodeKey, now: DUE + HOUR / 2, leaseNow: DUE, limit: 1 }
      assert.equal((await w.ledger.lease(query)).leased[0]?.attempt, 2)
    })

    it('keeps an attempt once that was kept before', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)
      await w.finish(job, id, { to: 'failed', keepAttempt: true })

      await w.executions.retry(w.workspaceKey, id, null, DUE)

      assert.equal((await w.executions.attempts(w.workspaceKey, id)).length, 1)
    })

    it('is for what failed, was cancelled or is uncertain alone', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const success = await ended(w, job, 0)
      const waits = await manual(w, job)
      const cancelled = await manual(w, job)
      await w.executions.cancel(w.workspaceKey, cancelled.id, DUE)

      const retry = (id: string) => w.executions.retry(w.workspaceKey, id, null, DUE)

      assert.deepEqual(
        [await retry(success), await retry(waits.id), await retry(newId()), await retry(cancelled.id)],
        [false, false, false, true],
      )
    })

    it('of a deleted job does nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await ended(w, job, 0, 'failed')
      await w.jobs.delete(job, { now: DUE, expectedDueAt: null })

      assert.equal(await w.executions.retry(w.workspaceKey, id, null, DUE), false)
      assert.equal((await w.executions.byId(w.workspaceKey, id))?.status, 'failed')
    })
  })
}
