/** What every store forgets, what it keeps, and what stays countable afterwards. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Cutoffs } from '../../src/domain/retention.ts'
import type { OutcomeWrite, Store } from '../../src/store/store.ts'
import { HOUR, MINUTE, NOON } from '../support/builders.ts'
import { newWorld, type OpenStore, type World } from './world.ts'

const FAILED: Partial<OutcomeWrite> = { to: 'failed', statusCode: 500, error: 'status 500', keepAttempt: true }
const NEVER = Number.NEGATIVE_INFINITY

/** Runs the job at noon, one minute past and so on, one run for each ending; answers the ids. */
export const history = async (world: World, job: Job, endings: readonly ('success' | 'failed' | 'running')[]) => {
  const ids: string[] = []
  for (const [index, ending] of endings.entries()) {
    const dueAt = NOON + (index + 1) * MINUTE
    const id = await world.claim(job, { dueAt })
    const ran = { startedAt: dueAt + 20, finishedAt: dueAt + 140 }
    if (ending !== 'running') await world.finish(job, id, { ...ran, ...(ending === 'failed' ? FAILED : {}) })
    ids.push(id)
  }
  return ids
}

/** Sums up all that can be. */
const sumUp = async (
  { rollups }: Pick<Store, 'rollups'>,
  workspaceKey: number,
  until = NOON + 3 * HOUR,
  limit = 500,
) => {
  while (await rollups.discover(workspaceKey, until, limit));
  let hour = await rollups.nextOpen(null)
  const steps: string[] = []
  while (hour !== null) {
    const step = await rollups.sum(hour, limit)
    steps.push(step)
    if (step !== 'more') hour = await rollups.nextOpen(hour)
  }
  return steps
}

const trimAll = (world: World, job: Job, cutoffs: Cutoffs, limit = 100) =>
  world.retention.trim({ jobKey: job.key, workspaceKey: world.workspaceKey }, cutoffs, { from: 0, limit })

const before = (instant: number): Cutoffs => ({ success: instant, other: instant })

export const retentionContract = (open: OpenStore): void => {
  describe('retention', () => {
    it('lets go of what ended before the cutoff of its kind, with its attempts, and nothing else', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      const ids = await history(world, job, ['success', 'failed', 'success', 'success'])
      await sumUp(world, world.workspaceKey)

      const { removed } = await trimAll(world, job, { success: NOON + 4 * MINUTE, other: NEVER })

      assert.equal(removed, 2)
      assert.deepEqual(await world.statuses(job), ['failed', 'success'])
      assert.equal((await world.executions.attempts(world.workspaceKey, ids[1] as string)).length, 1)
      await trimAll(world, job, before(NOON + HOUR))
      assert.deepEqual(await world.executions.attempts(world.workspaceKey, ids[1] as string), [])
    })

    it('keeps the last success and the first failure since, however old they are', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      const ids = await history(world, job, ['failed', 'success', 'success', 'failed', 'failed', 'failed'])
      await sumUp(world, world.workspaceKey)

      const { removed } = await trimAll(world, job, before(NOON + HOUR))

      assert.equal(removed, 4)
      const { items } = await world.executions.list(world.workspaceKey, {
        jobKey: job.key,
        descending: false,
        cursor: null,
        limit: 10,
      })
      assert.deepEqual(
        items.map(({ id }) => id),
        [ids[2], ids[3]],
      )
    })

    it('keeps what runs or waits, and a range whose newest occurrence is young', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      const dueAt = NOON + MINUTE
      const range = {
        id: newId(),
        scheduledFor: dueAt,
        trigger: 'schedule',
        status: 'missed',
        reason: 'misfire',
        lastFor: dueAt + 2 * HOUR,
        occurrences: 121,
      } as const
      await world.claim(job, { dueAt, executions: [range] })
      await world.claim(job, { dueAt: dueAt + MINUTE })
      await sumUp(world, world.workspaceKey)

      const { removed } = await trimAll(world, job, before(NOON + HOUR))

      assert.equal(removed, 0)
      assert.deepEqual(await world.statuses(job), ['missed', 'running'])
    })

    it('keeps what is not in the sums of its hour yet', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'success'])

      assert.equal((await trimAll(world, job, before(NOON + HOUR))).removed, 0)
    })

    it('goes through a long history in pages, and is done when there is no next one', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'success', 'success', 'success', 'success'])
      await sumUp(world, world.workspaceKey)
      const of = { jobKey: job.key, workspaceKey: world.workspaceKey }
      let removed = 0

      for (let from: number | null = 0; from !== null; ) {
        const page: { removed: number; next: number | null } = await world.retention.trim(of, before(NOON + HOUR), {
          from,
          limit: 2,
        })
        removed += page.removed
        from = page.next
      }

      assert.equal(removed, 4)
    })

    it('tells since when a job, and a workspace, has a row for every occurrence', async (test) => {
      const world = await newWorld(await open(test))
      const [job, other] = [await world.job(), await world.job()]
      await history(world, job, ['success', 'success', 'success'])
      await history(world, other, ['success'])
      await sumUp(world, world.workspaceKey)
      const since = (jobKey: number | null) => world.retention.completeSince(world.workspaceKey, jobKey)
      assert.deepEqual([await since(job.key), await since(null)], [null, null])

      await trimAll(world, job, { success: NOON + 3 * MINUTE, other: NEVER })
      await trimAll(world, other, { success: NOON + 3 * MINUTE, other: NEVER })

      assert.deepEqual(
        [await since(job.key), await since(other.key), await since(null)],
        [NOON + 3 * MINUTE, null, NOON + 3 * MINUTE],
      )
    })

    it('lists every history with what its workspace chose, also those of deleted jobs', async (test) => {
      const world = await newWorld(await open(test))
      const [job, deleted] = [await world.job(), await world.job()]
      await history(world, job, ['success'])
      await world.jobs.delete(deleted, { now: NOON + HOUR, expectedDueAt: null })
      const choice = { successDays: 7, otherDays: null, runsPerJob: null }
      await world.retention.choose(world.workspaceKey, choice, { version: 0, now: NOON })

      const [one, two, ...rest] = await world.retention.histories(0, 10)

      const place = { workspaceKey: world.workspaceKey, choice }
      assert.deepEqual(one, { ...place, jobKey: job.key, oldest: NOON + MINUTE, deletedAt: null })
      assert.deepEqual(two, { ...place, jobKey: deleted.key, oldest: null, deletedAt: NOON + HOUR })
      assert.deepEqual(rest, [])
      assert.deepEqual(await world.retention.histories(deleted.key, 10), [])
      assert.equal(await world.retention.nthNewest(job.key, 1), NOON + MINUTE)
      assert.equal(await world.retention.nthNewest(job.key, 2), null)
    })

    it('forgets a deleted job only when none of its executions is left', async (test) => {
      const world = await newWorld(await open(test))
      const [alive, deleted] = [await world.job(), await world.job()]
      await history(world, deleted, ['success'])
      await world.jobs.delete(deleted, { now: NOON + HOUR, expectedDueAt: null })
      const forget = ({ key: jobKey }: Job) => world.retention.forgetJob({ jobKey, workspaceKey: world.workspaceKey })

      assert.equal(await forget(alive), false)
      assert.equal(await forget(deleted), false)
      assert.equal((await world.retention.histories(0, 10)).length, 2)
    })

    it('a choice is changed from the version that was read, or not at all', async (test) => {
      const world = await newWorld(await open(test))
      const choice = { successDays: 7, otherDays: null, runsPerJob: null }
      const choose = (version: number) => world.retention.choose(world.workspaceKey, choice, { version, now: NOON })

      assert.equal(await world.retention.choice(world.workspaceKey), null)
      assert.equal((await choose(0))?.version, 1)
      assert.equal(await choose(0), null)
      assert.equal((await choose(1))?.version, 2)
      assert.deepEqual(await world.retention.choice(world.workspaceKey), { ...choice, version: 2, updatedAt: NOON })
    })
  })

  describe('sums by the hour', () => {
    const statistics = (world: World, job?: Job, from = NOON, until = NOON + 2 * HOUR) =>
      world.executions.statistics(world.workspaceKey, {
        from,
        until,
        ...(job === undefined ? {} : { jobKey: job.key }),
      })

    it('while every row is there, they are not needed: statistics are exact', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'failed'])
      const exact = await statistics(world, job)
      await sumUp(world, world.workspaceKey)

      assert.deepEqual(await statistics(world, job), exact)
      assert.equal(exact.approximate, false)
    })

    it('counts stay exact when the rows are gone, of the job and of the workspace, and percentiles within 5 %', async (test) => {
      const world = await newWorld(await open(test))
      const [job, other] = [await world.job(), await world.job()]
      await history(world, job, ['success', 'success', 'failed', 'failed', 'success'])
      await history(world, other, ['failed', 'success'])
      const [ofJob, ofAll] = [await statistics(world, job), await statistics(world)]
      await sumUp(world, world.workspaceKey)
      await trimAll(world, job, before(NOON + HOUR))
      await trimAll(world, other, before(NOON + HOUR))
      assert.equal((await world.statuses(job)).length, 1)

      const after = await statistics(world, job)

      assert.equal(after.approximate, true)
      assert.deepEqual(after.counts, ofJob.counts)
      assert.deepEqual((await statistics(world)).counts, ofAll.counts)
      assert.ok(Math.abs((after.durationMs?.p95 ?? 0) - 120) <= 6, String(after.durationMs?.p95))
      assert.deepEqual(after.latenessMs?.max, 20)
      assert.ok((after.latenessMs?.p99 ?? 0) >= 19 && (after.latenessMs?.p99 ?? 0) <= 20)
    })

    it('what came later is added from its rows, also what still waits', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'success'])
      await sumUp(world, world.workspaceKey)
      await trimAll(world, job, before(NOON + HOUR))
      const dueAt = NOON + HOUR
      await world.claim(await world.job({ dueAt }), { dueAt })

      const { counts } = await statistics(world)

      assert.deepEqual([counts.success, counts.running], [2, 1])
    })

    it('an hour waits for its last execution, and goes on where it stopped', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      const ids = await history(world, job, ['success', 'running', 'success'])

      assert.equal((await sumUp(world, world.workspaceKey)).at(-1), 'waits')
      await world.finish(job, ids[1] as string, FAILED)

      assert.equal((await sumUp(world, world.workspaceKey)).at(-1), 'done')
      await trimAll(world, job, before(NOON + HOUR))
      const { counts } = await statistics(world, job)
      assert.deepEqual([counts.success, counts.failed], [2, 1])
    })

    it('pages of any size come to the same sums', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'failed', 'success', 'failed', 'success'])
      const exact = await statistics(world, job)

      assert.ok((await sumUp(world, world.workspaceKey, NOON + 3 * HOUR, 2)).length >= 3)
      await trimAll(world, job, before(NOON + HOUR))

      assert.deepEqual((await statistics(world, job)).counts, exact.counts)
    })

    it('another try by hand has the hour summed up anew', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      const ids = await history(world, job, ['success', 'failed', 'success'])
      await sumUp(world, world.workspaceKey)
      await world.executions.retry(world.workspaceKey, ids[1] as string, null, NOON + HOUR)
      assert.deepEqual(await world.leaseAt(NOON + HOUR), [ids[1]])
      await world.finish(job, ids[1] as string, { attempt: 2 })

      assert.equal((await sumUp(world, world.workspaceKey)).at(-1), 'done')

      await trimAll(world, job, before(NOON + HOUR))
      const { counts } = await statistics(world, job)
      assert.deepEqual([counts.success, counts.failed], [3, 0])
    })

    it('after the clock went back, what lies ahead is summed up again in its time', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success'])
      await sumUp(world, world.workspaceKey)

      await world.rollups.forgetAhead(NOON - HOUR)

      assert.equal(await world.rollups.nextOpen(null), null)
      assert.deepEqual(await sumUp(world, world.workspaceKey), ['done'])
    })

    it('an hour of which rows are gone counts whole where a range cuts it', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success', 'success', 'success'])
      await sumUp(world, world.workspaceKey)
      await trimAll(world, job, before(NOON + HOUR))

      const { counts } = await statistics(world, job, NOON + 2 * MINUTE, NOON + 3 * MINUTE)

      assert.equal(counts.success, 3)
    })
  })

  describe('what else is forgotten by age', () => {
    it('sessions that are over for a day', async (test) => {
      const { people, admin, maintenance } = await newWorld(await open(test))
      const session = { userId: admin.id, createdAt: NOON, address: null, userAgent: null }
      const [over, alive] = [newId(), newId()]
      await people.createSession({ ...session, id: over, expiresAt: NOON + MINUTE, refreshHash: 'a' })
      await people.createSession({ ...session, id: alive, expiresAt: NOON + 90 * 24 * HOUR, refreshHash: 'b' })
      const sessions = maintenance.forgetters.find(({ name }) => name === 'sessions')

      assert.equal(await sessions?.forget(NOON + HOUR), 0)
      assert.equal(await sessions?.forget(NOON + 25 * HOUR), 1)
      assert.equal(await people.sessionById(over), null)
      assert.notEqual(await people.sessionById(alive), null)
    })

    it('sums after 400 days, hour by hour', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      await history(world, job, ['success'])
      await sumUp(world, world.workspaceKey)
      const sums = world.maintenance.forgetters.find(({ name }) => name === 'hourly sums')

      assert.equal(await sums?.forget(NOON + 399 * 24 * HOUR), 0)
      assert.deepEqual([await sums?.forget(NOON + 401 * 24 * HOUR), await sums?.forget(NOON + 401 * 24 * HOUR)], [2, 1])
      assert.equal(await sums?.forget(NOON + 401 * 24 * HOUR), 0)
    })
  })
}
