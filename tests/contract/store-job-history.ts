/** The past of jobs, as every store must keep it: former states, rows of instants, times when nobody scheduled. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import { anExecution, aUser, HOUR, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { anEntry } from './store-audit.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const HOURLY = { schedules: [{ kind: 'cron' as const, expression: '0 * * * *', zone: 'UTC' }], zone: 'UTC' }

export const jobHistoryContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const at = (now: number) => ({ now, expectedDueAt: null })

  describe('a former state of a job', () => {
    it('is kept with each change: what it was, from when to when, who left it and how', async (t) => {
      const w = await world(t)
      const born = await w.job({ metadata: { team: 'a' }, policies: { overlap: 'allow' } })
      const noted = () => w.noting(anEntry(w.workspaceKey))
      assert.deepEqual(await w.history.formerJobs(born.key), [])

      const edited = (await noted().jobs.update(born, { timetable: HOURLY, dueAt: NOON + HOUR }, at(NOON + 1))) as Job
      const paused = (await noted().jobs.pause(edited, 'by_user', at(NOON + 2))) as Job
      await w.jobs.resume(
        paused,
        { dueAt: null, state: 'active', executions: [], countRuns: 0, exclusive: true },
        { now: NOON + 3 },
      )

      const former = await w.history.formerJobs(born.key)
      assert.deepEqual(
        former.map((one) => [one.version, one.state, one.leftBy, one.changedBy, one.fromAt - NOON, one.untilAt - NOON]),
        [
          [3, 'paused', 'resumed', null, 2, 3],
          [2, 'active', 'paused', 'somebody', 1, 2],
          [1, 'active', 'changed', 'somebody', 0, 1],
        ],
      )
      const { name, timetable, target, policies, metadata, ownerId, scheduleVersion } = former[2] ?? assert.fail()
      assert.deepEqual(
        { name, timetable, target, policies, metadata, ownerId, scheduleVersion },
        {
          name: born.name,
          timetable: born.timetable,
          target: born.target,
          policies: born.policies,
          metadata: born.metadata,
          ownerId: w.admin.id,
          scheduleVersion: 1,
        },
      )
    })

    it('is not kept for a change that was refused', async (t) => {
      const w = await world(t)
      const job = await w.job()

      assert.equal(await w.jobs.update({ ...job, version: 5 }, { name: 'x' }, at(NOON)), null)

      assert.deepEqual(await w.history.formerJobs(job.key), [])
    })

    it('is forgotten when 200 newer ones are kept', async (t) => {
      const w = await world(t)
      let job = await w.job()
      for (let count = 0; count < 205; count++) job = (await w.jobs.update(job, { name: `n${count}` }, at(NOON))) as Job

      const former = await w.history.formerJobs(job.key)

      assert.deepEqual([former.length, former[0]?.version, former.at(-1)?.version], [200, 205, 6])
    })

    it('is forgotten when newer ones take up four million characters, but the newest never', async (t) => {
      const w = await world(t)
      const body = { type: 'text', content: 'x'.repeat(1024 * 1024) } as const
      const target = { kind: 'http', url: 'http://127.0.0.1/', method: 'POST', body } as const
      let job = await w.job({ target })
      for (let count = 0; count < 6; count++) job = (await w.jobs.update(job, { name: `n${count}` }, at(NOON))) as Job

      const former = await w.history.formerJobs(job.key)

      assert.deepEqual(
        former.map(({ version }) => version),
        [6, 5, 4],
      )
    })

    it('is kept for the jobs that pass to an heir', async (t) => {
      const w = await world(t)
      const leaver = aUser({ role: 'user' })
      const row = await w.people.createUser(w.workspaceKey, leaver)
      assert('id' in row)
      const [theirs, other] = [await w.job({ ownerId: leaver.id }), await w.job()]

      await w.people.deleteUser(row, w.admin.id, NOON + 1)

      assert.deepEqual(
        (await w.history.formerJobs(theirs.key)).map(({ leftBy }) => leftBy),
        ['changed'],
      )
      assert.deepEqual(await w.history.formerJobs(other.key), [])
    })
  })

  describe('a deleted job', () => {
    it('is still known, and comes back under a new schedule version', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.jobs.delete(job, at(NOON + 1))
      const known = await w.history.knownJob(w.workspaceKey, job.id)
      assert.deepEqual([known?.deletedAt, known?.job.name], [NOON + 1, job.name])

      const as = { ownerId: w.admin.id, state: 'active' as const, dueAt: DUE + HOUR, now: NOON + HOUR }
      const back = await w.history.restore(known?.job ?? assert.fail(), as)

      assert.deepEqual([back?.state, back?.scheduleVersion, back?.version], ['active', 2, 3])
      assert.deepEqual(await w.dueIds(DUE + HOUR), [job.id])
      assert.deepEqual(
        (await w.history.formerJobs(job.key)).map(({ state }) => state),
        ['deleted', 'active'],
      )
      assert.equal(await w.history.restore(known?.job ?? assert.fail(), as), null)
    })

    it('is among the known ones for those who ask about a time before', async (t) => {
      const w = await world(t)
      const [gone, there] = [await w.job(), await w.job()]
      await w.jobs.delete(gone, at(NOON + MINUTE))
      const ids = async (since: number, afterKey = 0) =>
        (await w.history.knownJobs(w.workspaceKey, { afterKey, since, limit: 10 })).map(({ job }) => job.id)

      assert.deepEqual(await ids(NOON), [gone.id, there.id])
      assert.deepEqual(await ids(NOON + MINUTE), [there.id])
      assert.deepEqual(await ids(NOON, gone.key), [there.id])
    })
  })

  describe('what became of an instant', () => {
    it('is told by its row, alone or in a range', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const range = { status: 'missed', reason: 'window', lastFor: DUE + 5 * MINUTE, occurrences: 6 } as const
      await w.claim(job, { executions: [anExecution({ scheduledFor: DUE, ...range })] })
      const id = await w.claim(job, {
        dueAt: DUE + MINUTE,
        executions: [anExecution({ scheduledFor: DUE + 6 * MINUTE })],
      })
      const rows = async (instant: number) =>
        (await w.history.rowsFor(w.workspaceKey, job.key, instant)).map((row) => row.status)

      assert.deepEqual(await rows(DUE - 1), [])
      assert.deepEqual(await rows(DUE + 3 * MINUTE), ['missed'])
      assert.deepEqual(await rows(DUE + 6 * MINUTE), ['running'])
      const query = { upTo: DUE + HOUR, versions: [0, 1] as const, limit: 1 }
      const [first] = await w.history.ledgerRows(job.key, { ...query, after: { scheduledFor: DUE, id: '' } })
      assert.deepEqual([first?.lastFor, first?.occurrences], [DUE + 5 * MINUTE, 6])
      const [second] = await w.history.ledgerRows(job.key, { ...query, after: first ?? assert.fail() })
      assert.equal(second?.id, id)
      assert.deepEqual(
        await w.history.ledgerRows(job.key, { ...query, versions: [2, 3], after: { scheduledFor: 0, id: '' } }),
        [],
      )
    })

    it('names what was under way, and whether an instant is planned', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)
      await w.finish(job, id, { startedAt: DUE + SECOND, finishedAt: DUE + 90 * SECOND })
      const underWay = async (instant: number) =>
        (await w.history.underWayAt(w.workspaceKey, job.key, { instant, exceptId: newId() }))?.id ?? null

      assert.deepEqual(
        [await underWay(DUE), await underWay(DUE + MINUTE), await underWay(DUE + HOUR)],
        [null, id, null],
      )
      assert.deepEqual(
        [await w.history.isPlanned(job.key, DUE), await w.history.isPlanned(job.key, DUE + MINUTE)],
        [false, true],
      )
    })
  })

  it('the time between a last sign of life and the next node is an outage', async (t) => {
    const store = await open(t)
    const join = (now: number) =>
      store.ledger.join({ id: newId(), host: 'h', pid: 1, startedAt: now }, now, now + MINUTE)
    const first = (await join(NOON)) ?? assert.fail()
    await store.ledger.renew(first, NOON + 5 * SECOND, LEASE_END)
    await store.ledger.leave(first)

    const second = (await join(NOON + 8 * SECOND)) ?? assert.fail()
    await store.ledger.leave(second)
    await join(NOON + HOUR)

    assert.deepEqual(await store.history.outages(NOON, NOON + HOUR), [
      { fromAt: NOON + 8 * SECOND, untilAt: NOON + HOUR },
    ])
    assert.deepEqual(await store.history.outages(NOON, NOON + 7 * SECOND), [])
  })
}
