/** The queue, nodes and their leases, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import { A_TARGET, anExecution, anIdAt, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const leasesContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  /** Pending executions of one job at the given seconds after it is due. */
  const queued = async (w: World, job: Job, seconds: readonly number[], exclusive = true): Promise<string[]> => {
    const executions = seconds.map((second) =>
      anExecution({ scheduledFor: DUE + second * SECOND, status: 'pending', trigger: 'catch_up' }),
    )
    await w.claim(job, { executions, exclusive })
    return executions.map(({ id }) => id)
  }

  const manual = async (w: World, job: Job, given: { now?: number; exclusive?: boolean } = {}): Promise<string> => {
    const { now = DUE, exclusive = true } = given
    const run = { id: anIdAt(now), workspaceKey: w.workspaceKey, jobKey: job.key, now, exclusive }
    return (await w.executions.createManual({ ...run, requestedBy: null, target: null })).id
  }

  describe('a lease', () => {
    it('brings all that is needed to run, under the next attempt number', async (t) => {
      const w = await world(t)
      const job = await w.job({ name: 'send bills', policies: { timeoutMs: 5000 } })
      const [id] = await queued(w, job, [0])

      const { leased } = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE, leaseNow: DUE, limit: 1 })

      assert.deepEqual(leased, [
        {
          executionId: id,
          workspaceKey: w.workspaceKey,
          jobKey: job.key,
          jobId: job.id,
          jobName: 'send bills',
          attempt: 1,
          scheduledFor: DUE,
          trigger: 'catch_up',
          target: A_TARGET,
          policies: { timeoutMs: 5000 },
        },
      ])
      assert.deepEqual(await w.statuses(job), ['running'])
    })

    it('is given once', async (t) => {
      const w = await world(t)
      const [id] = await queued(w, await w.job(), [0])

      assert.deepEqual([await w.leaseAt(DUE), await w.leaseAt(DUE)], [[id], []])
    })

    it('goes to manual runs first, then to what is on time, then to what is made up for, the oldest first', async (t) => {
      const w = await world(t)
      const [old, older] = await queued(w, await w.job(), [1, 0], false)
      const onTime = anExecution({ scheduledFor: DUE, status: 'pending' })
      await w.claim(await w.job(), { executions: [onTime] })
      const asked = await manual(w, await w.job(), { now: DUE + SECOND })

      assert.deepEqual(await w.leaseAt(DUE + MINUTE), [asked, onTime.id, older, old])
    })

    it('is given up to the limit', async (t) => {
      const w = await world(t)
      const [first, second, third] = await queued(w, await w.job(), [0, 1, 2], false)

      assert.deepEqual(await w.leaseAt(DUE + MINUTE, 2), [first, second])
      assert.deepEqual(await w.leaseAt(DUE + MINUTE, 2), [third])
    })

    it('of an exclusive execution waits until no other of its job holds one', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const [first, second, third] = await queued(w, job, [0, 1, 2])
      const now = DUE + MINUTE

      assert.deepEqual(await w.leaseAt(now), [first])
      assert.deepEqual(await w.leaseAt(now), [])
      await w.finish(job, first ?? '')
      assert.deepEqual(await w.leaseAt(now), [second])
      await w.executions.cancel(w.workspaceKey, second ?? '', now)
      assert.deepEqual(await w.leaseAt(now), [third])
    })

    it('of an exclusive execution does not keep other jobs waiting', async (t) => {
      const w = await world(t)
      const busy = await w.job()
      const [first] = await queued(w, busy, [0, 1, 2, 3, 4])
      const [other] = await queued(w, await w.job(), [5])

      assert.deepEqual(await w.leaseAt(DUE + MINUTE, 2), [first, other])
    })

    it('is found again when the first in line is cancelled while it waits', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const running = await w.claim(job, { nextAt: DUE + MINUTE })
      const [first, second] = [await manual(w, job, { now: DUE }), await manual(w, job, { now: DUE + 1 })]
      assert.deepEqual(await w.leaseAt(DUE + SECOND), [])
      await w.finish(job, running)

      await w.executions.cancel(w.workspaceKey, first, DUE + SECOND)

      assert.deepEqual(await w.leaseAt(DUE + SECOND), [second])
    })

    it('runs beside others of its job where the job allows overlap', async (t) => {
      const w = await world(t)
      const ids = await queued(w, await w.job(), [0, 1], false)

      assert.deepEqual(await w.leaseAt(DUE + MINUTE), ids)
    })

    it('tells when the next waiting execution comes due', async (t) => {
      const w = await world(t)
      await queued(w, await w.job(), [30, 50])

      const { leased, nextAt } = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE, leaseNow: DUE, limit: 10 })

      assert.deepEqual([leased, nextAt], [[], DUE + 30 * SECOND])
    })

    it('is not given to a node whose own lease is over', async (t) => {
      const w = await world(t)
      await queued(w, await w.job(), [0])

      assert.deepEqual(await w.leaseAt(LEASE_END + 1), [])
    })

    it('of a manual run calls the target given for this run alone', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const target = { ...A_TARGET, url: 'http://127.0.0.1/once' }
      const run = { id: anIdAt(DUE), workspaceKey: w.workspaceKey, jobKey: job.key, now: DUE, exclusive: false }
      await w.executions.createManual({ ...run, requestedBy: w.admin.id, target })

      const { leased } = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE, leaseNow: DUE, limit: 1 })
      await w.finish(job, run.id)
      await w.executions.createManual({ ...run, id: anIdAt(DUE), requestedBy: null, target: null })
      const next = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE, leaseNow: DUE, limit: 1 })

      assert.deepEqual([leased[0]?.target, next.leased[0]?.target], [target, A_TARGET])
    })
  })

  describe('the load of a job', () => {
    it('counts what holds a lease, and what waits without ever having been tried, catch-up work apart', async (t) => {
      const w = await world(t)
      const [busy, idle] = [await w.job(), await w.job()]
      await queued(w, busy, [0, 1, 2])
      await w.leaseAt(DUE + MINUTE)
      await manual(w, busy)

      assert.deepEqual(await w.ledger.load([busy.key, idle.key]), [
        { jobKey: busy.key, leased: 1, queued: 1 },
        { jobKey: idle.key, leased: 0, queued: 0 },
      ])
    })

    it('does not count a retry as queued', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.finish(job, await w.claim(job), { to: 'pending', notBefore: DUE })

      assert.deepEqual(await w.ledger.load([job.key]), [{ jobKey: job.key, leased: 0, queued: 0 }])
    })
  })
}
