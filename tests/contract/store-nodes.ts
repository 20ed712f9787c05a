/** Nodes, what they lose and what waits, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, anExecution, anIdAt, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

/** A moment after the lease ended. */
const AFTER = { now: LEASE_END + 1, leaseNow: LEASE_END + 1, isCrash: false }

export const nodesContract = (open: OpenStore): void => {
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

  describe('a node', () => {
    const joins = (store: Store, id: string, now = NOON) =>
      store.ledger.join({ id, host: 'here', pid: 7, startedAt: now }, now, now + MINUTE)

    it('is listed while its lease lives', async (t) => {
      const store = await open(t)
      await joins(store, 'first')

      assert.deepEqual(await store.ledger.nodes(), [
        { id: 'first', host: 'here', pid: 7, startedAt: NOON, leaseUntil: NOON + MINUTE },
      ])
    })

    it('extends its lease in time', async (t) => {
      const store = await open(t)
      const key = (await joins(store, 'first')) ?? assert.fail()

      assert.equal(await store.ledger.renew(key, NOON + MINUTE, NOON + 2 * MINUTE), true)
      assert.equal(await store.ledger.renew(key, NOON + 2 * MINUTE, NOON + 3 * MINUTE), true)
    })

    it('that comes late to extend its lease has lost it', async (t) => {
      const store = await open(t)
      const key = (await joins(store, 'first')) ?? assert.fail()

      assert.equal(await store.ledger.renew(key, NOON + MINUTE + 1, NOON + 2 * MINUTE), false)
    })

    it('that left cannot extend its lease', async (t) => {
      const store = await open(t)
      const key = (await joins(store, 'first')) ?? assert.fail()
      await store.ledger.leave(key)

      assert.equal(await store.ledger.renew(key, NOON, NOON + MINUTE), false)
    })
  })

  describe('a lost execution', () => {
    const lostOne = async (w: World) => {
      const job = await w.job({ policies: { delivery: 'at_most_once' } })
      const id = await w.claim(job)
      const [lost] = await w.ledger.lost(LEASE_END + 1, 10)
      return { job, id, lost: lost ?? assert.fail('Nothing was lost.') }
    }

    it('is one that runs on a node whose lease is over', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)

      const [before, after] = [await w.ledger.lost(LEASE_END, 10), await w.ledger.lost(LEASE_END + 1, 10)]

      assert.deepEqual(before, [])
      assert.deepEqual(after, [
        {
          executionId: id,
          workspaceKey: w.workspaceKey,
          jobKey: job.key,
          attempt: 1,
          nodeKey: w.nodeKey,
          startedAt: DUE,
          target: job.target,
          policies: {},
        },
      ])
    })

    it('is found again as long as nobody recovers it', async (t) => {
      const w = await world(t)
      const { lost } = await lostOne(w)

      assert.deepEqual(await w.ledger.lost(LEASE_END + MINUTE, 10), [lost])
    })

    it('returns to the queue with its attempt kept as uncertain', async (t) => {
      const w = await world(t)
      const { id, lost } = await lostOne(w)

      const recovered = await w.ledger.recover(lost, 'pending', AFTER)

      assert.deepEqual(recovered, { to: 'pending', isPaused: false })

      const [attempt] = await w.executions.attempts(w.workspaceKey, id)
      assert.deepEqual([attempt?.number, attempt?.status, attempt?.finishedAt], [1, 'uncertain', LEASE_END + 1])
      const nodeKey = await w.ledger.join(
        { id: 'next', host: 'here', pid: 2, startedAt: NOON },
        LEASE_END,
        LEASE_END * 2,
      )
      const { leased } = await w.ledger.lease({
        nodeKey: nodeKey ?? 0,
        now: LEASE_END + 1,
        leaseNow: LEASE_END + 1,
        limit: 1,
      })
      assert.deepEqual(
        leased.map(({ executionId, attempt: number }) => [executionId, number]),
        [[id, 2]],
      )
    })

    it('ends as uncertain where it may not be tried again', async (t) => {
      const w = await world(t)
      const { id, lost } = await lostOne(w)

      await w.ledger.recover(lost, 'uncertain', AFTER)

      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual([row?.status, row?.reason, row?.finishedAt], ['uncertain', 'node_lost', LEASE_END + 1])
    })

    it('is recovered once', async (t) => {
      const w = await world(t)
      const { lost } = await lostOne(w)
      await w.ledger.recover(lost, 'pending', AFTER)

      assert.deepEqual(await w.ledger.recover(lost, 'uncertain', AFTER), { to: 'gone', isPaused: false })
      assert.deepEqual(await w.ledger.lost(LEASE_END + 1, 10), [])
    })

    it('of a deleted job is not tried again', async (t) => {
      const w = await world(t)
      const { job, id, lost } = await lostOne(w)
      await w.jobs.delete(job, { now: DUE, expectedDueAt: null })

      await w.ledger.recover(lost, 'pending', AFTER)

      assert.equal((await w.executions.byId(w.workspaceKey, id))?.status, 'cancelled')
    })

    it('is what a node leaves that left without recording', async (t) => {
      const w = await world(t)
      const id = await w.claim(await w.job())
      await w.ledger.leave(w.nodeKey)

      const lost = await w.ledger.lost(DUE, 10)

      assert.deepEqual(
        lost.map(({ executionId }) => executionId),
        [id],
      )
    })

    it('lets the next of its job run once it is recovered', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)
      const asked = await manual(w, job)
      await w.leaseAt(DUE)
      const after = LEASE_END + 1
      const next = await w.ledger.join({ id: 'next', host: 'here', pid: 2, startedAt: after }, after, after + MINUTE)
      const nodeKey = next ?? assert.fail('The node could not join.')

      const [lost] = await w.ledger.lost(after, 10)
      await w.ledger.recover(lost ?? assert.fail('Nothing was lost.'), 'uncertain', AFTER)

      const { leased } = await w.ledger.lease({ nodeKey, now: after, leaseNow: after, limit: 5 })
      assert.deepEqual(
        leased.map(({ executionId }) => executionId),
        [asked],
      )
    })
  })

  describe('the depth', () => {
    it('tells how much waits and runs, and since when', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await queued(w, job, [3, 1])
      await w.leaseAt(DUE + SECOND)
      await w.job({ dueAt: DUE - SECOND })

      assert.deepEqual(await w.ledger.depth(), {
        pending: 1,
        running: 1,
        oldestDueAt: DUE - SECOND,
        oldestPendingAt: DUE + 3 * SECOND,
      })
    })

    it('of an empty store is nothing', async (t) => {
      const store = await open(t)

      assert.deepEqual(await store.ledger.depth(), { pending: 0, running: 0, oldestDueAt: null, oldestPendingAt: null })
    })
  })

  it('a batch of hundreds is recorded whole', async (t) => {
    const w = await world(t)
    const jobs = []
    for (let n = 0; n < 300; n++) jobs.push(w.job())
    const claims = (await Promise.all(jobs)).map(({ key }) =>
      aClaim({ jobKey: key, workspaceKey: w.workspaceKey, dueAt: DUE }),
    )

    const { claimed } = await w.commit({ claims })

    assert.deepEqual(new Set(claimed), new Set(['claimed']))
    assert.equal((await w.ledger.depth()).running, 300)
  })
}
