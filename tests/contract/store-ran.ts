/** What ran, in pages by number and in sums, as every store must give it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { RanFilter } from '../../src/store/store.ts'
import { anExecution, anIdAt, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const ranContract = (open: OpenStore): void => {
  const ran = (w: World, filter: RanFilter & { offset?: number; limit?: number } = {}) =>
    w.executions.ran(w.workspaceKey, { offset: 0, limit: 10, outputCharacters: 5, ...filter })

  const ids = async (w: World, filter: RanFilter) => (await ran(w, filter)).items.map(({ id }) => id)

  const manual = async (w: World, job: Job, now: number): Promise<string> => {
    const { id } = await w.executions.createManual({
      id: anIdAt(now),
      workspaceKey: w.workspaceKey,
      jobKey: job.key,
      now,
      exclusive: true,
      requestedBy: w.admin.id,
      target: null,
    })
    return id
  }

  /** Run at the job's nth instant; took (n + 1) seconds. */
  const ended = async (w: World, job: Job, n: number, to: 'success' | 'failed' = 'success') => {
    const dueAt = DUE + n * MINUTE
    const id = await w.claim(job, { dueAt })
    await w.finish(job, id, { to, startedAt: dueAt, finishedAt: dueAt + (n + 1) * 1000, output: 'a long answer' })
    return id
  }

  /** Two of one job, one of another, one that waits, and one that was skipped. */
  const busy = async (t: TestContext) => {
    const w = await newWorld(await open(t))
    const job = await w.job()
    const first = await ended(w, job, 0)
    const second = await ended(w, job, 1, 'failed')
    const skipped = anExecution({ scheduledFor: DUE + 2 * MINUTE, status: 'skipped', reason: 'overlap' })
    await w.claim(job, { dueAt: DUE + 2 * MINUTE, executions: [skipped] })
    const other = await w.job({
      target: { kind: 'function', function: 'report', args: [], kwargs: {} },
      dueAt: DUE + 3 * MINUTE,
    })
    const third = await ended(w, other, 3)
    const waits = await manual(w, job, DUE + HOUR)
    return { w, job, other, first, second, third, waits }
  }

  describe('what ran', () => {
    it('comes newest start first, by offset, with the number of all that fit', async (t) => {
      const { w, job, first, second, third, waits } = await busy(t)

      const all = await ran(w)
      assert.deepEqual(
        all.items.map(({ id }) => id),
        [waits, third, second, first],
      )
      assert.deepEqual(all.items[3]?.output, 'a lon')
      assert.deepEqual(all.items[1]?.target, { kind: 'function', function: 'report', args: [], kwargs: {} })
      const page = await ran(w, { offset: 1, limit: 2, jobKey: job.key })
      assert.deepEqual([page.items.map(({ id }) => id), page.total], [[second, first], 3])
      assert.deepEqual(await ran(w, { offset: 99 }), { items: [], total: 4 })
    })

    it('is narrowed by status, trigger, kind of target, and time of start', async (t) => {
      const { w, job, first, second, third, waits } = await busy(t)

      assert.deepEqual(await ids(w, { statuses: ['failed', 'pending'] }), [waits, second])
      assert.deepEqual(await ids(w, { statuses: [] }), [])
      assert.deepEqual(await ids(w, { triggers: ['schedule', 'catch_up'], jobKey: job.key }), [second, first])
      assert.deepEqual(await ids(w, { targetKinds: ['function'] }), [third])
      assert.deepEqual(await ids(w, { from: DUE + MINUTE, until: DUE + 3 * MINUTE }), [second])
      assert.deepEqual(await ids(w, { until: DUE + MINUTE, jobKey: job.key }), [first])
      assert.deepEqual(await ids(w, { from: DUE + HOUR }), [waits])
    })

    it('is summed up by status, with the mean of what it took', async (t) => {
      const { w, job, other } = await busy(t)

      assert.deepEqual(await w.executions.ranTally(w.workspaceKey, {}), {
        counts: { pending: 1, success: 2, failed: 1 },
        meanDurationMs: { success: 2500, all: 7000 / 3 },
      })
      assert.deepEqual(await w.executions.ranTally(w.workspaceKey, { jobKey: job.key, statuses: ['pending'] }), {
        counts: { pending: 1 },
        meanDurationMs: { success: null, all: null },
      })
      assert.deepEqual((await w.executions.ranTally(w.workspaceKey, { jobKey: other.key })).counts, { success: 1 })
    })

    it('leaves out deleted jobs and other workspaces', async (t) => {
      const { w, job, third } = await busy(t)
      assert.ok(await w.jobs.delete(job, { now: DUE + 2 * HOUR, expectedDueAt: null }))

      assert.deepEqual(await ids(w, {}), [third])
      const { workspaceKey } = await newWorkspace(w)
      const elsewhere = await w.executions.ran(workspaceKey, { offset: 0, limit: 10, outputCharacters: 5 })
      assert.deepEqual(elsewhere, { items: [], total: 0 })
    })
  })
}
