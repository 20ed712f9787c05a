/** The instants of a pause: each is either run or counted in the range that is told as missed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, countBetween, instantsBetween } from '../schedule/schedule.ts'
import { missedAfter } from './missed.ts'
import { catchUpOf, type Paused, wouldRun } from './resume-plan.ts'

const MINUTE = 60_000
const everyMinute = compile({ schedules: [{ kind: 'interval', everyMs: MINUTE, anchor: 0 }], zone: 'UTC' }, 'job')
/** Ten minutes long, unless told otherwise. */
const paused = (more: Partial<Paused> & { readonly after?: number; readonly now?: number } = {}): Paused => {
  const { after = 0, now = 10 * MINUTE, ...rest } = more
  return {
    compiled: everyMinute,
    missed: missedAfter(everyMinute, after, now),
    cap: 100,
    runsLeft: Number.POSITIVE_INFINITY,
    ...rest,
  }
}

test('the last accounted instant is not missed, that of the resume is', () => {
  assert.deepEqual(missedAfter(everyMinute, 0, 10 * MINUTE), { first: MINUTE, last: 10 * MINUTE, count: 10 })
  assert.equal(missedAfter(everyMinute, 0, 59_999), null)
})

test('skip tells of all in one range', () => {
  assert.deepEqual(catchUpOf(paused(), 'skip'), {
    runs: [],
    missed: { first: MINUTE, last: 10 * MINUTE, count: 10, reason: 'paused' },
  })
})

test('latest runs the newest and tells of the others', () => {
  assert.deepEqual(catchUpOf(paused(), 'latest'), {
    runs: [10 * MINUTE],
    missed: { first: MINUTE, last: 9 * MINUTE, count: 9, reason: 'paused' },
  })
})

test('all runs each, oldest first', () => {
  assert.deepEqual(catchUpOf(paused({ now: 3 * MINUTE }), 'all'), {
    runs: [MINUTE, 2 * MINUTE, 3 * MINUTE],
    missed: null,
  })
})

test('all keeps the newest up to the cap, or up to the job’s maximum, and tells of the older ones', () => {
  const expected = {
    runs: [9 * MINUTE, 10 * MINUTE],
    missed: { first: MINUTE, last: 8 * MINUTE, count: 8, reason: 'cap' },
  }

  assert.deepEqual(catchUpOf(paused({ cap: 2 }), 'all'), expected)
  assert.deepEqual(catchUpOf(paused({ runsLeft: 2 }), 'all'), expected)
})

test('a pause without an instant leaves nothing to run or to tell', () => {
  for (const mode of ['skip', 'latest', 'all'] as const) {
    assert.deepEqual(catchUpOf(paused({ now: 1 }), mode), { runs: [], missed: null })
  }
})

test('whatever the mode, cap and maximum: every instant of the pause is accounted for once', () => {
  for (const mode of ['skip', 'latest', 'all'] as const) {
    for (const cap of [1, 3, 10, 11]) {
      for (const runsLeft of [1, 5, Number.POSITIVE_INFINITY]) {
        const [after, now] = [30_000, 10 * MINUTE + 1]
        const of = paused({ cap, runsLeft, after, now })
        const { runs, missed } = catchUpOf(of, mode)
        const all = instantsBetween(everyMinute, after, now, 1000)
        const told = missed === null ? [] : instantsBetween(everyMinute, missed.first - 1, missed.last, 1000)

        assert.deepEqual([...told, ...runs], all)
        assert.equal(told.length, missed?.count ?? 0)
        assert.equal(runs.length, wouldRun(of)[mode])
      }
    }
  }
})

test('a year of every second is counted, not walked', () => {
  const everySecond = compile({ schedules: [{ kind: 'interval', everyMs: 1000, anchor: 0 }], zone: 'UTC' }, 'job')
  const year = 365 * 86_400_000
  const missedInAYear = missedAfter(everySecond, 0, year)

  const { runs, missed } = catchUpOf(paused({ compiled: everySecond, missed: missedInAYear, cap: 10_000 }), 'all')

  assert.equal(runs.length, 10_000)
  assert.equal((missed?.count ?? 0) + runs.length, countBetween(everySecond, 0, year))
})
