/** How an occurrence enters under each overlap policy. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Overlap } from '../domain/policies.ts'
import type { DueJob } from '../store/store.ts'
import { decide } from './decide.ts'
import { entryFor } from './overlap.ts'

const at = Date.UTC(2026, 0, 1)
const job = (policies: DueJob['policies'], more: Partial<DueJob> = {}): DueJob => ({
  jobKey: 1,
  jobId: 'job',
  jobName: 'a job',
  workspaceKey: 1,
  dueAt: at,
  scheduleVersion: 1,
  timetable: { schedules: [{ kind: 'interval', everyMs: 60_000, anchor: at }], zone: 'UTC' },
  target: { kind: 'http', url: 'http://example.com/', method: 'GET' },
  policies,
  runs: 0,
  limited: false,
  ...more,
})
const ids = () => {
  let n = 0
  return () => `id-${++n}`
}

describe('overlap', () => {
  it('skip is the default: it runs only if nothing of the job does, else a row says overlap', () => {
    const claim = decide(job({}), { now: at, newId: ids(), queued: 0, busy: false })
    assert.equal(claim.onlyIf, 'idle')
    assert.equal(claim.executions[0]?.status, 'leased')

    const skipped = decide(job({}), { now: at, newId: ids(), queued: 0, busy: true })
    assert.equal(skipped.onlyIf, 'always')
    assert.deepEqual(
      skipped.executions.map((row) => [row.status, row.reason, row.scheduledFor]),
      [['skipped', 'overlap', at]],
    )
    assert.equal(skipped.nextAt, claim.nextAt)
  })

  it('queue_one waits behind what runs, and is skipped when one waits already', () => {
    assert.equal(entryFor('queue_one', { queued: 0, busy: false, limited: false }).runsAs, 'pending')
    const claim = decide(job({ overlap: 'queue_one' }), { now: at, newId: ids(), queued: 1, busy: false })
    assert.deepEqual(
      claim.executions.map((row) => [row.status, row.reason]),
      [['skipped', 'overlap']],
    )
  })

  it('queue_all always waits its turn, so that order is kept', () => {
    assert.equal(entryFor('queue_all', { queued: 7, busy: false, limited: false }).runsAs, 'pending')
  })

  it('cancel_other ends what runs and takes its place', () => {
    const entry = entryFor('cancel_other', { queued: 0, busy: false, limited: false })
    assert.deepEqual([entry.runsAs, entry.cancelOthers, entry.onlyIf], ['leased', true, 'always'])
  })

  it('behind a limit everything waits in the queue, and what waits counts like what runs', () => {
    const entry = (overlap: Overlap, queued: number, busy = false) => entryFor(overlap, { queued, busy, limited: true })
    assert.deepEqual(
      [entry('allow', 5), entry('skip', 0), entry('skip', 1), entry('skip', 0, true), entry('cancel_other', 3)].map(
        ({ runsAs }) => runsAs,
      ),
      ['pending', 'pending', 'skipped', 'skipped', 'pending'],
    )
  })

  it('allow asks nothing', () => {
    const entry = entryFor('allow', { queued: 3, busy: false, limited: false })
    assert.deepEqual([entry.runsAs, entry.onlyIf, entry.exclusive], ['leased', 'always', false])
  })

  it('runs of one claim queue one behind the other, except where overlap is allowed; catch-up work always queues', () => {
    const missed = { misfire: { mode: 'all', windowMs: 3_600_000, cap: 10 } } as const
    const one = decide(job(missed), { now: at + 120_000, newId: ids(), queued: 0, busy: false })
    assert.deepEqual(
      one.executions.map((row) => row.status),
      ['pending', 'leased', 'pending'],
    )
    const all = decide(job({ ...missed, overlap: 'allow' }), {
      now: at + 120_000,
      newId: ids(),
      queued: 0,
      busy: false,
    })
    assert.deepEqual(
      all.executions.map((row) => row.status),
      ['pending', 'leased', 'leased'],
    )
  })

  it('only jobs with a maximum of runs are counted', () => {
    assert.equal(decide(job({}), { now: at, newId: ids(), queued: 0, busy: false }).countRuns, 0)
    const timetable = { ...job({}).timetable, maxRuns: 2 }
    const claim = decide(job({}, { timetable, runs: 1 }), { now: at, newId: ids(), queued: 0, busy: false })
    assert.deepEqual([claim.countRuns, claim.nextAt], [1, null])
  })

  it('a last run that is skipped is not used up: the job goes on', () => {
    const timetable = { ...job({}).timetable, maxRuns: 2 }
    const claim = decide(job({}, { timetable, runs: 1 }), { now: at, newId: ids(), queued: 0, busy: true })
    assert.deepEqual([claim.countRuns, claim.nextAt], [0, at + 60_000])
  })
})
