/** What people see of what ran: lists and statistics, as every store must give them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { Claim, ExecutionFilter } from '../../src/store/store.ts'
import { anExecution, anIdAt, HOUR, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const ALL: ExecutionFilter = { descending: false, cursor: null, limit: 100 }

export const historyContract = (open: OpenStore): void => {
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

  const ids = async (w: World, filter: Partial<ExecutionFilter>): Promise<readonly string[]> =>
    (await w.executions.list(w.workspaceKey, { ...ALL, ...filter })).items.map(({ id }) => id)

  /** The job's nth occurrence, run and ended in that way. */
  const ended = async (w: World, job: Job, n: number, to: 'success' | 'failed' = 'success') => {
    const dueAt = DUE + n * MINUTE
    const id = await w.claim(job, { dueAt })
    await w.finish(job, id, { to, startedAt: dueAt + 10 * (n + 1), finishedAt: dueAt + 100 * (n + 2) })
    return id
  }

  describe('the list of executions', () => {
    for (const ofJob of [false, true]) {
      for (const descending of [false, true]) {
        const title = `${ofJob ? 'of one job' : 'of all'} ${descending ? 'downwards' : 'upwards'}`
        it(`${title} comes in pages that neither repeat nor skip`, async (t) => {
          const w = await world(t)
          const job = await w.job()
          const made: string[] = []
          for (let n = 0; n < 5; n++) made.push((await manual(w, job, DUE + (n >> 1))).id)
          if (!ofJob) made.push((await manual(w, await w.job(), DUE + SECOND)).id)

          const found: string[] = []
          let cursor: string | null = null
          do {
            const page: Awaited<ReturnType<World['executions']['list']>> = await w.executions.list(w.workspaceKey, {
              ...ALL,
              ...(ofJob && { jobKey: job.key }),
              descending,
              cursor,
              limit: 2,
            })
            found.push(...page.items.map(({ id }) => id))
            cursor = page.nextCursor
          } while (cursor !== null)

          const upwards = made.toSorted()
          assert.deepEqual(found, descending ? upwards.toReversed() : upwards)
        })
      }
    }

    it('is narrowed by status, alone and together', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const success = await ended(w, job, 0)
      const failed = await ended(w, job, 1, 'failed')
      const skipped = anExecution({ scheduledFor: DUE + 2 * MINUTE, status: 'skipped', reason: 'overlap' })
      await w.claim(job, { dueAt: DUE + 2 * MINUTE, executions: [skipped] })
      const waits = (await manual(w, job, DUE + 3 * MINUTE)).id

      assert.deepEqual(await ids(w, { statuses: ['failed'] }), [failed])
      assert.deepEqual(await ids(w, { statuses: ['failed', 'skipped'] }), [failed, skipped.id])
      assert.deepEqual(await ids(w, { statuses: ['pending', 'running'] }), [waits])
      assert.deepEqual(await ids(w, { statuses: ['success', 'failed'] }), [success, failed])
      assert.deepEqual(await ids(w, { statuses: ['failed'], jobKey: job.key }), [failed])
    })

    it('is narrowed by trigger and by time of creation', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const scheduled = await ended(w, job, 0)
      const later = (await manual(w, job, DUE + HOUR / 2)).id

      assert.deepEqual(await ids(w, { trigger: 'manual' }), [later])
      assert.deepEqual(await ids(w, { until: DUE + HOUR / 2 }), [scheduled])
      assert.deepEqual(await ids(w, { from: DUE + HOUR / 2 }), [later])
      assert.deepEqual(await ids(w, { from: DUE, until: DUE + HOUR, jobKey: job.key }), [scheduled, later])
    })
  })

  it('occurrences are the scheduled rows of a job, newest first, before an instant', async (t) => {
    const w = await world(t)
    const job = await w.job()
    await ended(w, job, 0)
    await ended(w, job, 1, 'failed')
    await manual(w, job, DUE + 2 * MINUTE)
    const missed = { status: 'missed', reason: 'misfire', lastFor: DUE + 9 * MINUTE, occurrences: 8 } as const
    const executions = [anExecution({ scheduledFor: DUE + 2 * MINUTE, ...missed })]
    await w.claim(job, { dueAt: DUE + 2 * MINUTE, executions } satisfies Partial<Claim>)

    const shown = async (before: number, limit = 10) =>
      (await w.executions.occurrences(w.workspaceKey, job.key, before, limit)).map((row) => [
        row.scheduledFor - DUE,
        row.status,
        row.occurrences,
      ])

    assert.deepEqual(await shown(DUE + HOUR), [
      [2 * MINUTE, 'missed', 8],
      [MINUTE, 'failed', 1],
      [0, 'success', 1],
    ])
    assert.deepEqual(await shown(DUE + MINUTE), [[0, 'success', 1]])
    assert.deepEqual(await shown(DUE + HOUR, 1), [[2 * MINUTE, 'missed', 8]])
  })

  describe('statistics', () => {
    const range = { from: NOON, until: NOON + HOUR }

    it('count every occurrence, and measure durations and lateness', async (t) => {
      const w = await world(t)
      const job = await w.job()
      for (let n = 0; n < 3; n++) await ended(w, job, n, n === 2 ? 'failed' : 'success')
      const missed = { status: 'missed', reason: 'misfire', lastFor: DUE + 9 * MINUTE, occurrences: 7 } as const
      const executions = [anExecution({ scheduledFor: DUE + 3 * MINUTE, ...missed })]
      await w.claim(job, { dueAt: DUE + 3 * MINUTE, executions })

      const { counts, durationMs, latenessMs } = await w.executions.statistics(w.workspaceKey, range)

      assert.deepEqual(counts, {
        pending: 0,
        running: 0,
        success: 2,
        failed: 1,
        cancelled: 0,
        uncertain: 0,
        skipped: 0,
        missed: 7,
      })
      // Durations 190, 280, 370; lateness 10, 20, 30.
      assert.equal(durationMs?.p50, 280)
      assert.deepEqual([latenessMs?.p50, latenessMs?.max], [20, 30])
      assert(durationMs.p95 > 280 && durationMs.p95 <= durationMs.p99 && durationMs.p99 <= 370)
    })

    it('leave manual runs and repeated tries out of the lateness', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const run = await manual(w, job)
      await w.leaseAt(DUE)
      await w.finish(job, run.id)

      const { durationMs, latenessMs } = await w.executions.statistics(w.workspaceKey, range)

      assert.notEqual(durationMs, null)
      assert.equal(latenessMs, null)
    })

    it('keep to the range, the job and the workspace', async (t) => {
      const w = await world(t)
      const [one, two] = [await w.job(), await w.job()]
      await ended(w, one, 0)
      await ended(w, two, 0)
      const other = await newWorkspace(w)
      const success = async (workspaceKey: number, given: Parameters<World['executions']['statistics']>[1]) =>
        (await w.executions.statistics(workspaceKey, given)).counts.success

      assert.equal(await success(w.workspaceKey, range), 2)
      assert.equal(await success(w.workspaceKey, { ...range, jobKey: one.key }), 1)
      assert.equal(await success(w.workspaceKey, { from: DUE + 1, until: NOON + HOUR }), 0)
      assert.equal(await success(w.workspaceKey, { from: NOON, until: DUE }), 0)
      assert.equal(await success(other.workspaceKey, range), 0)
    })

    it('of nothing are nothing', async (t) => {
      const w = await world(t)

      const { durationMs, latenessMs } = await w.executions.statistics(w.workspaceKey, range)

      assert.deepEqual([durationMs, latenessMs], [null, null])
    })
  })
}
