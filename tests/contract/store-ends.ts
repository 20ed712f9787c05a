/** End dates, as every store must keep them: who has passed theirs is paused once, and Mondays tell of the others once. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Event } from '../../src/domain/event.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import type { NewJob } from '../../src/store/store.ts'
import { EVERY_MINUTE, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const MONDAY = { monday: '2026-11-23', until: '2026-12-23', now: NOON, limit: 100 }

export const endsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  /** In the state that its schedule leaves it in after its last instant, unless told otherwise. */
  const ending = (w: World, date: string, given: Partial<NewJob> = {}): Promise<Job> =>
    w.job({
      timetable: { ...EVERY_MINUTE, lastDay: { date, zone: 'UTC' } },
      name: `to ${date}`,
      state: 'ended',
      dueAt: null,
      ...given,
    })
  const told = async (w: World, workspaceKey = w.workspaceKey): Promise<readonly Event[]> => {
    const types = ['job.auto_paused', 'job.ends_soon'] as const
    return (await w.events.list(workspaceKey, { types, descending: false, cursor: null, limit: 100 })).items
  }
  const teamOf = async (w: World): Promise<number> => {
    const team = { id: newId(), kind: 'team', slug: 'night', name: 'Night', slackHandle: '@night', now: NOON } as const
    const made = await w.catalog.create(w.workspaceKey, team)
    return made === 'taken' ? assert.fail() : made.key
  }

  describe('a job whose end date has passed', () => {
    const expired = (w: World, today = '2026-11-20', limit = 100) => w.ledger.pauseExpired({ today, now: NOON, limit })

    it('is paused for that reason, told with its date and the handle of its team, and kept as it was', async (t) => {
      const w = await world(t)
      const job = await ending(w, '2026-11-19', { teamKey: await teamOf(w) })

      assert.deepEqual([await expired(w), await expired(w)], [[job.key], []])

      const paused = await w.jobs.byId(w.workspaceKey, job.id)
      assert.deepEqual(
        [paused?.state, paused?.pauseReason, paused?.pausedAt, paused?.missedAfter, paused?.version],
        ['paused', 'end_date', NOON, NOON, job.version + 1],
      )
      const [former, ...older] = await w.history.formerJobs(job.key)
      assert.deepEqual([former?.state, former?.leftBy, former?.changedBy, older.length], ['ended', 'paused', null, 0])
      assert.deepEqual(
        (await told(w)).map(({ type, jobId, actorId, data }) => [type, jobId, actorId, data]),
        [
          [
            'job.auto_paused',
            job.id,
            null,
            { job_name: job.name, reason: 'end_date', ends_on: '2026-11-19', mention: '@night' },
          ],
        ],
      )
    })

    it('is paused the day after, not on the day; without an end date, paused or deleted it is left alone', async (t) => {
      const w = await world(t)
      await ending(w, '2026-11-20')
      await w.job({ state: 'ended', dueAt: null })
      await ending(w, '2026-11-19', { state: 'paused' })
      await w.jobs.delete(await ending(w, '2026-11-19'), { now: NOON, expectedDueAt: null })

      assert.deepEqual(await expired(w), [])
      assert.equal((await expired(w, '2026-11-21')).length, 1)
    })

    it('is paused while active only where no instant waits for its row', async (t) => {
      const w = await world(t)
      const manual = await ending(w, '2026-11-19', { state: 'active' })
      const due = await ending(w, '2026-11-19', { state: 'active', dueAt: NOON - MINUTE })

      assert.deepEqual(await expired(w), [manual.key])

      await w.claim(due, { dueAt: NOON - MINUTE, nextAt: null })
      assert.deepEqual(await expired(w), [due.key])
    })

    it('comes in pages, each of them whole', async (t) => {
      const w = await world(t)
      for (let count = 0; count < 5; count++) await ending(w, '2026-11-19')

      const pages = [await expired(w, '2026-11-20', 2), await expired(w, '2026-11-20', 2), await expired(w)]

      assert.deepEqual(
        pages.map((page) => page.length),
        [2, 2, 1],
      )
      assert.equal((await told(w)).length, 5)
    })
  })

  describe('a job that ends soon', () => {
    it('is told of on a Monday, in whatever state, from that day to the last one, once', async (t) => {
      const w = await world(t)
      const teamKey = await teamOf(w)
      await ending(w, '2026-11-22')
      await ending(w, '2026-11-23', { teamKey })
      await ending(w, '2026-11-30', { state: 'active' })
      await ending(w, '2026-12-23', { state: 'paused' })
      await ending(w, '2026-12-24')
      await w.job({ state: 'ended', dueAt: null })
      await w.jobs.delete(await ending(w, '2026-11-24'), { now: NOON, expectedDueAt: null })

      assert.deepEqual([await w.ledger.remindOfEnds(MONDAY), await w.ledger.remindOfEnds(MONDAY)], [false, false])

      assert.deepEqual(
        (await told(w)).map(({ type, data }) => [type, data]),
        [
          ['job.ends_soon', { job_name: 'to 2026-11-23', ends_on: '2026-11-23', days: 0, mention: '@night' }],
          ['job.ends_soon', { job_name: 'to 2026-11-30', ends_on: '2026-11-30', days: 7 }],
          ['job.ends_soon', { job_name: 'to 2026-12-23', ends_on: '2026-12-23', days: 30 }],
        ],
      )
    })

    it('is told of again on the next Monday, and not when the clock comes by an earlier one once more', async (t) => {
      const w = await world(t)
      await ending(w, '2026-12-23')
      const count = async () => (await told(w)).length

      await w.ledger.remindOfEnds(MONDAY)
      await w.ledger.remindOfEnds({ ...MONDAY, monday: '2026-11-30', until: '2026-12-30' })
      assert.equal(await count(), 2)
      await w.ledger.remindOfEnds(MONDAY)
      assert.equal(await count(), 2)
    })

    it('is told of once where two processes tell in turns, page by page, and one of them is gone half-way', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      for (let count = 0; count < 4; count++) await ending(w, '2026-12-01')
      await ending(w, '2026-12-01', { workspaceKey: other.workspaceKey, ownerId: other.admin.id })

      const query = { ...MONDAY, limit: 2 }
      const answers = []
      for (let asked = 0; asked < 5; asked++) answers.push(await w.ledger.remindOfEnds(query))

      assert.deepEqual(answers, [true, true, false, false, false])
      const ids = (await told(w)).map(({ jobId }) => jobId)
      assert.deepEqual([ids.length, new Set(ids).size], [4, 4])
      assert.equal((await told(w, other.workspaceKey)).length, 1)
    })
  })
}
