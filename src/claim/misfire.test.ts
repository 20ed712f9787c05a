/** Every instant between the stored one and now runs, or is in a range with a reason. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_POLICIES, type MisfireMode } from '../domain/policies.ts'
import { compile } from '../schedule/schedule.ts'
import { type DueInstants, planDue } from './misfire.ts'

const HOUR = 3_600_000
const noon = Date.UTC(2026, 5, 1, 12)
const hourly = compile({ schedules: [{ kind: 'interval', everyMs: HOUR, anchor: 0 }], zone: 'UTC' }, 'job')

const due = (more: Partial<DueInstants> & { mode?: MisfireMode; windowMs?: number; cap?: number }): DueInstants => ({
  compiled: hourly,
  dueAt: noon,
  now: noon,
  runsLeft: Number.POSITIVE_INFINITY,
  misfire: {
    mode: more.mode ?? 'latest',
    windowMs: more.windowMs ?? DEFAULT_POLICIES.misfire.windowMs,
    cap: more.cap ?? DEFAULT_POLICIES.misfire.cap,
  },
  ...more,
})

const runTimes = (plan: ReturnType<typeof planDue>) => plan.runs.map((run) => (run.at - noon) / HOUR)

describe('misfire', () => {
  it('after the end date nothing is made up for: what was due on it is missed for that reason', () => {
    const day = compile(
      {
        schedules: [{ kind: 'interval', everyMs: HOUR, anchor: 0 }],
        zone: 'UTC',
        lastDay: { date: '2026-06-01', zone: 'UTC' },
      },
      'job',
    )
    const midnight = noon + 12 * HOUR
    const closesAt = () => midnight - 1
    const from = { compiled: day, closesAt, dueAt: midnight - 2 * HOUR }
    const told = (mode: MisfireMode, now: number, dueAt = from.dueAt) => {
      const plan = planDue(due({ ...from, dueAt, mode, now }))
      return [runTimes(plan), plan.missed.map(({ first, count, reason }) => [(first - noon) / HOUR, count, reason])]
    }

    assert.deepEqual(told('latest', midnight - 1), [[11], [[10, 1, 'misfire']]])
    for (const mode of ['skip', 'latest', 'all'] as const) {
      assert.deepEqual(told(mode, midnight + 1001), [[], [[10, 2, 'end_date']]])
    }
    assert.deepEqual(told('all', midnight + 999), [[10, 11], []])
    assert.deepEqual(told('latest', midnight + 5 * HOUR, midnight - HOUR), [[], [[11, 1, 'end_date']]])
  })

  it('an occurrence of the last second of the end date runs, also when its turn comes a moment after', () => {
    const last = noon + 12 * HOUR - 1
    const compiled = compile({ schedules: [{ kind: 'once', at: last }], zone: 'UTC' }, 'job')
    const planned = (now: number) => planDue(due({ compiled, dueAt: last, now, closesAt: () => last }))

    assert.deepEqual(planned(last + 1000).runs, [{ at: last, trigger: 'schedule' }])
    assert.deepEqual(planned(last + 1001), {
      runs: [],
      missed: [{ first: last, last, count: 1, reason: 'end_date' }],
      nextAt: null,
    })
  })

  it('an occurrence on time runs, and the next one is stored', () => {
    assert.deepEqual(planDue(due({})), {
      runs: [{ at: noon, trigger: 'schedule' }],
      missed: [],
      nextAt: noon + HOUR,
    })
  })

  it('an occurrence claimed 50 ms ahead of its time stores the one after it', () => {
    assert.equal(planDue(due({ now: noon - 50 })).nextAt, noon + HOUR)
  })

  it('latest: three missed runs become one, for the newest, and a row for the other two', () => {
    const plan = planDue(due({ now: noon + 2 * HOUR + 60_001 }))

    assert.deepEqual(plan.runs, [{ at: noon + 2 * HOUR, trigger: 'catch_up' }])
    assert.deepEqual(plan.missed, [{ first: noon, last: noon + HOUR, count: 2, reason: 'misfire' }])
    assert.equal(plan.nextAt, noon + 3 * HOUR)
  })

  it('latest: what is older than the window is missed for that reason', () => {
    const plan = planDue(due({ now: noon + 4 * HOUR, windowMs: 2 * HOUR }))

    assert.deepEqual(runTimes(plan), [4])
    assert.deepEqual(plan.missed, [
      { first: noon, last: noon + HOUR, count: 2, reason: 'window' },
      { first: noon + 2 * HOUR, last: noon + 3 * HOUR, count: 2, reason: 'misfire' },
    ])
  })

  it('latest: with the newest itself outside the window nothing runs', () => {
    const plan = planDue(due({ now: noon + 30 * 60_000, windowMs: 60_000 }))

    assert.deepEqual(plan.runs, [])
    assert.deepEqual(plan.missed, [{ first: noon, last: noon, count: 1, reason: 'window' }])
  })

  it('skip: an occurrence a moment late runs, one more than a minute late is missed', () => {
    assert.deepEqual(runTimes(planDue(due({ mode: 'skip', now: noon + 60_000 }))), [0])
    const late = planDue(due({ mode: 'skip', now: noon + 60_001 }))
    assert.deepEqual(late.runs, [])
    assert.deepEqual(late.missed, [{ first: noon, last: noon, count: 1, reason: 'misfire' }])
  })

  it('all: every missed occurrence inside the window runs, oldest first', () => {
    assert.deepEqual(runTimes(planDue(due({ mode: 'all', now: noon + 3 * HOUR }))), [0, 1, 2, 3])
  })

  it('all: the cap keeps the newest; the rest are rows with the reason', () => {
    const plan = planDue(due({ mode: 'all', now: noon + 9 * HOUR, cap: 3 }))

    assert.deepEqual(runTimes(plan), [7, 8, 9])
    assert.deepEqual(plan.missed, [{ first: noon, last: noon + 6 * HOUR, count: 7, reason: 'cap' }])
  })

  it('all: the edge of the window is inside it, and older ones carry their own reason', () => {
    const plan = planDue(due({ mode: 'all', now: noon + 4 * HOUR, windowMs: 2 * HOUR }))

    assert.deepEqual(runTimes(plan), [2, 3, 4])
    assert.deepEqual(plan.missed, [{ first: noon, last: noon + HOUR, count: 2, reason: 'window' }])
  })

  it('a job with one run left runs once, for the newest', () => {
    assert.deepEqual(runTimes(planDue(due({ mode: 'all', now: noon + 2 * HOUR, runsLeft: 1 }))), [2])
  })

  it('a job without a run left has nothing due and nothing missed', () => {
    assert.deepEqual(planDue(due({ runsLeft: 0 })), { runs: [], missed: [], nextAt: null })
  })

  it('a one-off found late by an hour still runs, and its schedule is over', () => {
    const once = compile({ schedules: [{ kind: 'once', at: noon }], zone: 'UTC' }, 'job')

    assert.deepEqual(planDue(due({ compiled: once, now: noon + HOUR })), {
      runs: [{ at: noon, trigger: 'catch_up' }],
      missed: [],
      nextAt: null,
    })
  })

  it('every instant between the stored one and now is in exactly one run or range', () => {
    for (const mode of ['skip', 'latest', 'all'] as const)
      for (const hours of [0, 1, 2, 5, 23, 24, 25, 200])
        for (const windowMs of [0, HOUR, 24 * HOUR])
          for (const cap of [1, 4, 100]) {
            const plan = planDue(due({ mode, now: noon + hours * HOUR + 7, windowMs, cap }))
            const counted = plan.runs.length + plan.missed.reduce((sum, one) => sum + one.count, 0)
            assert.equal(counted, hours + 1, JSON.stringify({ mode, hours, windowMs, cap, plan }))
            assert.equal(plan.nextAt, noon + (hours + 1) * HOUR)
          }
  })
})
