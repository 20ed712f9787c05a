/** What becomes of planned instants when a job is edited, paused, resumed or deleted, as every store must do it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { anExecution, EVERY_MINUTE, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const PLAN = { dueAt: DUE, state: 'active', executions: [], exclusive: true, countRuns: 0 } as const

export const scheduleChangesContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  for (const expectedDueAt of [DUE, DUE + 7, null]) {
    const belief = expectedDueAt === DUE ? 'rightly' : expectedDueAt === null ? 'not' : 'wrongly'

    it(`a new timetable replaces the stored instant, which the caller ${belief} knew`, async (t) => {
      const w = await world(t)
      const job = await w.job()

      const change = { timetable: { ...EVERY_MINUTE, zone: 'Asia/Tokyo' }, dueAt: DUE + SECOND }
      const changed = await w.jobs.update(job, change, { now: NOON, expectedDueAt })

      assert.deepEqual([changed?.scheduleVersion, changed?.version], [2, 2])
      const { jobs } = await w.ledger.due({ until: DUE + MINUTE, limit: 10, after: null })
      assert.deepEqual(
        jobs.map(({ dueAt, scheduleVersion }) => [dueAt, scheduleVersion]),
        [[DUE + SECOND, 2]],
      )
    })

    it(`a paused job is not due, also when the caller ${belief} knew its instant`, async (t) => {
      const w = await world(t)
      const job = await w.job()

      const paused = await w.jobs.pause(job, 'by_user', { now: NOON, expectedDueAt })

      assert.deepEqual([paused?.state, paused?.pauseReason, paused?.pausedAt], ['paused', 'by_user', NOON])
      assert.deepEqual(await w.dueIds(DUE), [])
    })

    it(`a deleted job is not due, also when the caller ${belief} knew its instant`, async (t) => {
      const w = await world(t)
      const job = await w.job()

      assert.equal(await w.jobs.delete(job, { now: NOON, expectedDueAt }), true)

      assert.deepEqual(await w.dueIds(DUE), [])
      assert.equal(await w.jobs.byId(w.workspaceKey, job.id), null)
    })
  }

  it('a new timetable may bring the very instant of the old one', async (t) => {
    const w = await world(t)
    const job = await w.job()

    const at = { now: NOON, expectedDueAt: null }
    const changed = await w.jobs.update(job, { timetable: EVERY_MINUTE, dueAt: DUE }, at)

    assert(changed !== null)
    await w.claim(changed)
    assert.deepEqual(await w.statuses(job), ['running'])
  })

  it('a new timetable without a coming instant leaves nothing due', async (t) => {
    const w = await world(t)
    const job = await w.job()

    const change = { timetable: EVERY_MINUTE, dueAt: null, state: 'ended' } as const
    const changed = await w.jobs.update(job, change, { now: NOON, expectedDueAt: DUE })

    assert.equal(changed?.state, 'ended')
    assert.deepEqual(await w.dueIds(DUE + MINUTE), [])
  })

  it('a new timetable wakes an ended job', async (t) => {
    const w = await world(t)
    const job = await w.job({ state: 'ended', dueAt: null })

    await w.jobs.update(
      job,
      { timetable: EVERY_MINUTE, dueAt: DUE, state: 'active' },
      { now: NOON, expectedDueAt: null },
    )

    assert.deepEqual(await w.dueIds(DUE), [job.id])
  })

  it('an edit that leaves the timetable alone leaves the instant and its claim alone', async (t) => {
    const w = await world(t)
    const job = await w.job()
    await w.claim(job)

    await w.jobs.update(job, { name: 'other' }, { now: DUE - SECOND, expectedDueAt: DUE + MINUTE })

    assert.deepEqual(await w.statuses(job), ['running'])
    assert.deepEqual(await w.dueIds(DUE + MINUTE), [job.id])
  })

  describe('a claim ahead of its time', () => {
    const claimedAhead = async (w: World) => {
      const job = await w.job()
      const id = await w.claim(job, { countRuns: 1 })
      return { job: (await w.jobs.byId(w.workspaceKey, job.id)) ?? assert.fail(), id }
    }
    const before = { now: DUE - SECOND, expectedDueAt: DUE + MINUTE }

    // Its holder may be sending it at this very moment, also from another process.
    it('that holds a lease is recorded whatever becomes of its job, and counts', async (t) => {
      const w = await world(t)
      const [edited, paused, deleted] = [await claimedAhead(w), await claimedAhead(w), await claimedAhead(w)]

      const changed = await w.jobs.update(edited.job, { timetable: EVERY_MINUTE, dueAt: DUE + SECOND }, before)
      await w.jobs.pause(paused.job, 'by_user', before)
      await w.jobs.delete(deleted.job, before)

      assert.equal(changed?.runs, 1)
      for (const { job, id } of [edited, paused, deleted]) {
        assert.deepEqual((await w.finish(job, id)).recorded, [true])
        assert.equal((await w.executions.byId(w.workspaceKey, id))?.status, 'success')
      }
    })

    it('is told to who edits the timetable, while it holds its lease', async (t) => {
      const w = await world(t)
      const { job, id } = await claimedAhead(w)
      const taken = (after: number, upTo: number) => w.jobs.takenUpTo(job.key, { after, upTo })

      assert.deepEqual(
        [await taken(DUE - 1, DUE), await taken(DUE, DUE + 1), await taken(0, DUE - 1)],
        [DUE, null, null],
      )
      await w.finish(job, id)
      assert.equal(await taken(DUE - 1, DUE), null)
    })

    it('is not sent again under a new timetable that names the same instant', async (t) => {
      const w = await world(t)
      const { job, id } = await claimedAhead(w)
      const change = { timetable: EVERY_MINUTE, dueAt: DUE }

      assert.equal(await w.jobs.update(job, change, before), null)
      await w.finish(job, id)

      assert.notEqual(await w.jobs.update(job, change, before), null)
    })
  })

  describe('resuming', () => {
    const pausedJob = async (w: World) => {
      const job = await w.job()
      return (await w.jobs.pause(job, 'by_user', { now: NOON, expectedDueAt: null })) ?? assert.fail()
    }

    it('makes the job due again, under a new version of its schedule', async (t) => {
      const w = await world(t)
      const job = await pausedJob(w)

      const resumed = await w.jobs.resume(job, PLAN, { now: NOON + SECOND })

      assert.deepEqual(
        [resumed?.state, resumed?.pauseReason, resumed?.pausedAt, resumed?.scheduleVersion],
        ['active', null, null, 2],
      )
      const { jobs } = await w.ledger.due({ until: DUE, limit: 10, after: null })
      assert.deepEqual(
        jobs.map(({ scheduleVersion }) => scheduleVersion),
        [2],
      )
    })

    it('writes what was missed, queues what is made up for, and counts it', async (t) => {
      const w = await world(t)
      const job = await pausedJob(w)
      const now = DUE + 10 * MINUTE
      const missed = anExecution({
        scheduledFor: DUE,
        status: 'missed',
        reason: 'paused',
        lastFor: now,
        occurrences: 10,
      })
      const made = anExecution({ scheduledFor: now, status: 'pending', trigger: 'catch_up' })

      const plan = { ...PLAN, dueAt: now + MINUTE, executions: [missed, made], countRuns: 1 }
      const resumed = await w.jobs.resume(job, plan, { now })

      assert.deepEqual(await w.statuses(job), ['missed', 'pending'])
      assert.deepEqual(await w.leaseAt(now), [made.id])
      assert.equal((await w.executions.byId(w.workspaceKey, missed.id))?.occurrences, 10)
      assert.equal(resumed?.runs, 1)
    })

    it('a job whose schedule is over ends it', async (t) => {
      const w = await world(t)
      const job = await pausedJob(w)

      const resumed = await w.jobs.resume(job, { ...PLAN, dueAt: null, state: 'ended' }, { now: NOON })

      assert.equal(resumed?.state, 'ended')
    })

    it('an old version of the job does nothing', async (t) => {
      const w = await world(t)
      const job = await pausedJob(w)
      await w.jobs.resume(job, PLAN, { now: NOON })
      const late = anExecution({ scheduledFor: DUE, status: 'missed', reason: 'paused' })

      assert.equal(await w.jobs.resume(job, { ...PLAN, executions: [late] }, { now: NOON }), null)
      assert.deepEqual(await w.statuses(job), [])
    })
  })

  describe('deleting', () => {
    it('cancels what waits and keeps the history', async (t) => {
      const w = await world(t)
      const job = await w.job({ name: 'gone soon' })
      const waits = anExecution({ scheduledFor: DUE - SECOND, status: 'pending' })
      const ran = await w.claim(job, { executions: [anExecution({ scheduledFor: DUE }), waits] })
      await w.finish(job, ran)

      await w.jobs.delete((await w.jobs.byId(w.workspaceKey, job.id)) ?? assert.fail(), {
        now: DUE,
        expectedDueAt: null,
      })

      const [past, cancelled] = await Promise.all([
        w.executions.byId(w.workspaceKey, ran),
        w.executions.byId(w.workspaceKey, waits.id),
      ])
      assert.deepEqual([past?.status, past?.jobName], ['success', 'gone soon'])
      assert.deepEqual([cancelled?.status, cancelled?.reason], ['cancelled', 'job_deleted'])
      assert.deepEqual(await w.leaseAt(DUE + MINUTE), [])
    })

    it('an old version of the job does nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.jobs.update(job, { name: 'changed' }, { now: NOON, expectedDueAt: null })

      assert.equal(await w.jobs.delete(job, { now: NOON, expectedDueAt: null }), false)
      assert.notEqual(await w.jobs.byId(w.workspaceKey, job.id), null)
    })

    it('a second time does nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.jobs.delete(job, { now: NOON, expectedDueAt: null })

      assert.equal(await w.jobs.delete({ ...job, version: 2 }, { now: NOON, expectedDueAt: null }), false)
    })
  })
}
