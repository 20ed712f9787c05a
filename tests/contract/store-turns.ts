/** Turns between workspaces, and catch-up work in its own line, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { NewExecution } from '../../src/store/store.ts'
import { aClaim, aJob, anExecution, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const turnsContract = (open: OpenStore): void => {
  /** A world, and as many jobs of other workspaces beside it. */
  const shared = async (test: TestContext, others: number) => {
    const store = await open(test)
    const w = await newWorld(store)
    const jobs: Job[] = [await w.job()]
    for (let n = 0; n < others; n++) {
      const { workspaceKey, admin } = await newWorkspace(store)
      jobs.push(await store.jobs.create(aJob({ workspaceKey, ownerId: admin.id })))
    }
    return { w, jobs }
  }

  const pending = async (w: World, job: Job, count: number, more: Partial<NewExecution> = {}): Promise<string[]> => {
    const executions = Array.from({ length: count }, (_, n) =>
      anExecution({ scheduledFor: DUE + n, status: 'pending', ...more }),
    )
    const claim = { jobKey: job.key, workspaceKey: job.workspaceKey, dueAt: DUE, exclusive: false, executions }
    await w.commit({ claims: [aClaim(claim)] })
    return executions.map(({ id }) => id)
  }

  const lease = async (w: World, more: { limit: number; catchUp?: number; except?: readonly number[] }) => {
    const { leased } = await w.ledger.lease({ nodeKey: w.nodeKey, now: DUE + MINUTE, leaseNow: DUE, ...more })
    return leased.map(({ workspaceKey }) => workspaceKey)
  }

  const countsOf = (keys: readonly number[]) =>
    [...Map.groupBy(keys, (key) => key)].map(([key, all]) => [key, all.length]).toSorted()

  describe('where not all that waits fits', () => {
    it('the workspaces take turns, whoever came first and with however much', async (t) => {
      const { w, jobs } = await shared(t, 2)
      const [flood, few, one] = jobs as [Job, Job, Job]
      await pending(w, flood, 500)
      await pending(w, few, 20)
      await pending(w, one, 1)

      assert.deepEqual(
        countsOf(await lease(w, { limit: 12 })),
        [
          [flood.workspaceKey, 6],
          [few.workspaceKey, 5],
          [one.workspaceKey, 1],
        ].toSorted(),
      )
      assert.deepEqual(
        new Set([...(await lease(w, { limit: 1 })), ...(await lease(w, { limit: 1 }))]),
        new Set([flood.workspaceKey, few.workspaceKey]),
      )
    })

    it('those that hold much already can be passed over', async (t) => {
      const { w, jobs } = await shared(t, 1)
      const [flood, few] = jobs as [Job, Job]
      await pending(w, flood, 50)
      await pending(w, few, 2)

      const except = [flood.workspaceKey]
      assert.deepEqual(countsOf(await lease(w, { limit: 10, except })), [[few.workspaceKey, 2]])
      assert.deepEqual(await lease(w, { limit: 10, except }), [])
    })

    it('their due jobs are found behind those of another, a stretch at a time', async (t) => {
      const { w, jobs } = await shared(t, 1)
      const [, few] = jobs as [Job, Job]
      const { workspaceKey, admin } = w
      const flood = Array.from({ length: 6000 }, () => aJob({ workspaceKey, ownerId: admin.id, dueAt: DUE - SECOND }))
      await w.jobs.createMany(flood)
      const found: number[] = []
      let after: Awaited<ReturnType<typeof w.ledger.skim>>['goOn'] = null
      do {
        const { jobs, goOn }: Awaited<ReturnType<typeof w.ledger.skim>> = await w.ledger.skim({
          until: DUE,
          limit: 1,
          after,
          except: [workspaceKey],
        })
        found.push(...jobs.map(({ jobKey }) => jobKey))
        after = goOn
      } while (after !== null)

      assert.deepEqual(found, [few.key])
    })

    it('tells whether there is more than one workspace', async (t) => {
      const alone = await shared(t, 0)
      assert.equal(await alone.w.ledger.isShared(), false)
      await newWorkspace(alone.w)
      assert.equal(await alone.w.ledger.isShared(), true)
    })
  })

  describe('catch-up work', () => {
    it('is leased up to its own bound, after everything else, the oldest first', async (t) => {
      const { w, jobs } = await shared(t, 0)
      const [job] = jobs as [Job]
      const made = await pending(w, job, 5, { trigger: 'catch_up' })
      const other = await w.job()
      const [onTime] = await pending(w, other, 1)
      const query = { nodeKey: w.nodeKey, now: DUE + MINUTE, leaseNow: DUE, limit: 10, catchUp: 2 }

      const { leased } = await w.ledger.lease(query)

      assert.deepEqual(
        leased.map(({ executionId }) => executionId),
        [onTime, made[0], made[1]],
      )
      assert.deepEqual(await lease(w, { limit: 10, catchUp: 0 }), [])
    })

    it('can be paused and resumed for one workspace, and tells how far it is', async (t) => {
      const { w, jobs } = await shared(t, 1)
      const [mine, theirs] = jobs as [Job, Job]
      await pending(w, mine, 4, { trigger: 'catch_up' })
      await pending(w, theirs, 1, { trigger: 'catch_up' })
      assert.equal(await w.limits.pauseCatchUp(w.workspaceKey, NOON), true)
      assert.equal(await w.limits.pauseCatchUp(w.workspaceKey, NOON), false)

      assert.deepEqual(countsOf(await lease(w, { limit: 10 })), [[theirs.workspaceKey, 1]])
      await w.limits.pauseCatchUp(w.workspaceKey, null)
      assert.deepEqual(countsOf(await lease(w, { limit: 3 })), [[w.workspaceKey, 3]])
      const minuteLater = DUE + 2 * MINUTE
      assert.deepEqual(await w.limits.catchUp(w.workspaceKey, minuteLater - SECOND), {
        pausedAt: null,
        pending: 1,
        running: 3,
        oldestScheduledFor: DUE + 3,
        startedLastMinute: 3,
      })
      assert.equal((await w.limits.catchUp(w.workspaceKey, minuteLater)).startedLastMinute, 0)
      assert.deepEqual((await w.ledger.depth()).catchUp, { pending: 1, running: 4 })
    })
  })
}
