/** Attempts that a target took over: running without a node, ended by a report or by its deadline. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { OutcomeWrite, ReportNote } from '../../src/store/store.ts'
import { anOutcome, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + 10 * MINUTE

const takenOver = async (world: World, job: Job): Promise<string> => {
  const id = await world.claim(job)
  const { recorded } = await world.finish(job, id, { to: 'running', notBefore: DUE, statusCode: 202, output: 'soon' })
  assert.deepEqual(recorded, [true])
  return id
}

const noteOf = (world: World, executionId: string, more: Partial<ReportNote> = {}): ReportNote => ({
  workspaceKey: world.workspaceKey,
  executionId,
  attempt: 1,
  percent: null,
  message: null,
  lines: [],
  finalDigest: null,
  now: NOON + 2 * MINUTE,
  ...more,
})

const writeOf = (world: World, job: Job, executionId: string, more: Partial<OutcomeWrite> = {}): OutcomeWrite =>
  anOutcome({ jobKey: job.key, workspaceKey: world.workspaceKey, executionId, ...more })

export const reportsContract = (open: OpenStore): void => {
  describe('an attempt that its target took over', () => {
    const begin = async (test: Parameters<OpenStore>[0]) => {
      const world = await newWorld(await open(test))
      const job = await world.job()
      return { world, job }
    }
    const now = NOON + 3 * MINUTE

    it('runs on without a node: nobody recovers it, and it keeps its place before others of its job', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)

      const execution = await world.executions.byId(world.workspaceKey, id)
      const lost = await world.ledger.lost(LEASE_END + 1, 10)
      const [load] = await world.ledger.load([job.key])

      assert.deepEqual(
        [execution?.status, execution?.reportDueAt, execution?.statusCode, execution?.output, execution?.notBefore],
        ['running', DUE, 202, 'soon', null],
      )
      assert.deepEqual([lost, load?.leased], [[], 1])
    })

    it('is ended by its report, whatever became of the node', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)
      await world.ledger.leave(world.nodeKey)

      const ended = await world.reports.end(writeOf(world, job, id, { output: 'done' }), {
        now,
        evenLeased: true,
        note: noteOf(world, id, { percent: 100, finalDigest: 'digest' }),
      })

      const execution = await world.executions.byId(world.workspaceKey, id)
      const attempt = await world.reports.attempt(world.workspaceKey, id)
      assert.equal(ended.recorded, true)
      assert.deepEqual([execution?.status, execution?.output, execution?.reportDueAt], ['success', 'done', null])
      assert.deepEqual(execution?.progress, { percent: 100, message: null, reportedAt: NOON + 2 * MINUTE })
      assert.deepEqual(attempt?.lastFinal, { attempt: 1, digest: 'digest' })
    })

    it('is ended once: a second report, another attempt and a report after a cancel change nothing', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)
      const end = (more: Partial<OutcomeWrite>) =>
        world.reports.end(writeOf(world, job, id, more), {
          now,
          evenLeased: true,
          note: noteOf(world, id, { lines: ['never kept'] }),
        })

      assert.equal((await end({ attempt: 2 })).recorded, false)
      assert.equal((await end({ to: 'failed', error: 'no' })).recorded, true)
      assert.equal((await end({})).recorded, false)
      assert.equal(await world.reports.note(noteOf(world, id, { lines: ['too late'] })), false)

      const execution = await world.executions.byId(world.workspaceKey, id)
      assert.deepEqual([execution?.status, execution?.error, execution?.log?.lines], ['failed', 'no', ['never kept']])
    })

    it('cancelled by somebody is over for its target', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)

      assert.equal(await world.executions.cancel(world.workspaceKey, id, now), 'running')
      const late = await world.reports.end(writeOf(world, job, id), { now, evenLeased: true, note: null })

      assert.equal(late.recorded, false)
      assert.deepEqual((await world.reports.overdue(DUE, 10)).attempts, [])
    })

    it('whose report comes before its own 202 is recorded loses nothing: the report counts, the 202 is too late', async (t) => {
      const { world, job } = await begin(t)
      const id = await world.claim(job)

      const early = await world.reports.end(writeOf(world, job, id), { now, evenLeased: true, note: null })
      const { recorded } = await world.finish(job, id, { to: 'running', notBefore: DUE, statusCode: 202 })

      assert.equal(early.recorded, true)
      assert.deepEqual(recorded, [false])
      assert.deepEqual(await world.statuses(job), ['success'])
    })

    it('that failed with tries left goes back to the queue, and its attempt is kept', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)

      await world.reports.end(
        writeOf(world, job, id, { to: 'pending', notBefore: now, error: 'no', keepAttempt: true }),
        { now, evenLeased: true, note: null },
      )

      assert.deepEqual(await world.leaseAt(now), [id])
      const attempts = await world.executions.attempts(world.workspaceKey, id)
      assert.deepEqual(
        attempts.map(({ number, status, error }) => [number, status, error]),
        [[1, 'failed', 'no']],
      )
      assert.equal((await world.reports.attempt(world.workspaceKey, id))?.attempt, 2)
    })

    it('lets the next of its job in when it ends', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)
      const waiting = await world.executions.createManual({
        id: id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        workspaceKey: world.workspaceKey,
        jobKey: job.key,
        now,
        exclusive: true,
        requestedBy: null,
        target: null,
      })
      assert.deepEqual(await world.leaseAt(now), [])

      const { released } = await world.reports.end(writeOf(world, job, id), { now, evenLeased: true, note: null })

      assert.equal(released, true)
      assert.deepEqual(await world.leaseAt(now), [waiting.id])
    })

    it('pauses its job after failures in a row like any other', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)

      const { pausedJobKeys } = await world.reports.end(
        writeOf(world, job, id, { to: 'failed', finishedAt: now, pauseAfterFailures: 1 }),
        { now, evenLeased: true, note: null },
      )

      assert.deepEqual(pausedJobKeys, [job.key])
    })

    it('is overdue at its deadline, not before, and only while the target has it', async (t) => {
      const { world, job } = await begin(t)
      const other = await world.job()
      const id = await takenOver(world, job)
      const leased = await world.claim(other)

      const before = await world.reports.overdue(DUE - 1, 10)
      const at = await world.reports.overdue(DUE, 10)
      const ofLeased = await world.reports.end(writeOf(world, other, leased), { now, evenLeased: false, note: null })

      assert.deepEqual([before.attempts, before.nextAt], [[], DUE])
      assert.deepEqual([at.attempts.map(({ executionId }) => executionId), at.nextAt], [[id], null])
      assert.deepEqual([at.attempts[0]?.jobName, at.attempts[0]?.attempt], [job.name, 1])
      assert.equal(ofLeased.recorded, false, 'a node still has it')
    })

    it('is known to its own workspace alone', async (t) => {
      const { world, job } = await begin(t)
      const id = await takenOver(world, job)

      assert.equal(await world.reports.attempt(world.workspaceKey + 1, id), null)
      assert.equal(await world.reports.note({ ...noteOf(world, id), workspaceKey: world.workspaceKey + 1 }), false)
    })
  })

  describe('progress and log', () => {
    it('add up: what a report leaves out stays, lines follow one another', async (t) => {
      const world = await newWorld(await open(t))
      const job = await world.job()
      const id = await takenOver(world, job)

      await world.reports.note(noteOf(world, id, { percent: 10, message: 'begun', lines: ['a'] }))
      await world.reports.note(noteOf(world, id, { percent: 20, lines: ['b', 'c'], now: NOON + HOUR }))

      const execution = await world.executions.byId(world.workspaceKey, id)
      assert.deepEqual(execution?.progress, { percent: 20, message: 'begun', reportedAt: NOON + HOUR })
      assert.deepEqual(execution?.log, { lines: ['a', 'b', 'c'], dropped: 0 })
    })

    it('of a new attempt begin anew, but the log of the execution goes on', async (t) => {
      const world = await newWorld(await open(t))
      const job = await world.job()
      const id = await takenOver(world, job)
      await world.reports.note(noteOf(world, id, { percent: 90, message: 'nearly', lines: ['a'] }))
      const back = writeOf(world, job, id, { to: 'pending', notBefore: NOON, keepAttempt: true })
      await world.reports.end(back, { now: NOON, evenLeased: true, note: null })
      await world.leaseAt(NOON + HOUR / 2)
      assert.equal((await world.executions.byId(world.workspaceKey, id))?.progress, null)

      await world.reports.note(noteOf(world, id, { attempt: 2, percent: 5, lines: ['b'] }))

      const execution = await world.executions.byId(world.workspaceKey, id)
      assert.deepEqual([execution?.progress?.percent, execution?.progress?.message], [5, null])
      assert.deepEqual(execution?.log?.lines, ['a', 'b'])
    })

    it('stand in lists too, but for the log', async (t) => {
      const world = await newWorld(await open(t))
      const job = await world.job()
      const id = await takenOver(world, job)
      await world.reports.note(noteOf(world, id, { percent: 10, lines: ['a'] }))

      const { items } = await world.executions.list(world.workspaceKey, { descending: true, cursor: null, limit: 10 })

      assert.deepEqual([items[0]?.progress?.percent, items[0]?.log, items[0]?.reportDueAt], [10, null, DUE])
    })
  })
}
