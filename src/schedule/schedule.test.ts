import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  canonicalZone,
  checkTimetable,
  compile,
  countBetween,
  instantsBetween,
  latestUpTo,
  neverFires,
  nextAfter,
  type Schedule,
  ScheduleError,
  type Timetable,
} from './schedule.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

const at = (text: string): number => Date.parse(text)
const timetable = (schedules: readonly Schedule[], rest: Partial<Timetable> = {}): Timetable => ({
  zone: 'UTC',
  ...rest,
  schedules,
})
const cron = (expression: string, zone = 'UTC'): Schedule => ({ kind: 'cron', expression, zone })
const texts = (instants: readonly number[]): string[] =>
  instants.map((t) => new Date(t).toISOString().replace('.000Z', 'Z'))
const nextOf = (table: Timetable, after: string, count: number, seed = 'job'): string[] =>
  texts(instantsBetween(compile(table, seed), at(after), Number.POSITIVE_INFINITY, count))

describe('an interval', () => {
  const hourly: Schedule = { kind: 'interval', everyMs: 2 * HOUR, anchor: at('2010-10-10T09:30Z') }

  it('keeps to the grid of its anchor, however old the anchor is', () => {
    assert.deepEqual(nextOf(timetable([hourly]), '2026-11-18T10:00:30Z', 2), [
      '2026-11-18T11:30:00Z',
      '2026-11-18T13:30:00Z',
    ])
  })

  it('never fires before the start, and fires at the start itself', () => {
    const later = timetable([hourly], { start: '2026-11-20T11:30:00Z' })

    assert.deepEqual(nextOf(later, '2026-11-18T10:00:30Z', 1), ['2026-11-20T11:30:00Z'])
  })

  it('ends with the end, inclusive', () => {
    const ending = timetable([hourly], { end: '2026-11-18T13:30:00Z' })

    assert.deepEqual(nextOf(ending, '2026-11-18T10:00:30Z', 5), ['2026-11-18T11:30:00Z', '2026-11-18T13:30:00Z'])
  })

  it('is deaf to clock changes', () => {
    const daily: Schedule = { kind: 'interval', everyMs: DAY, anchor: at('2026-03-07T07:30Z') }

    assert.deepEqual(nextOf(timetable([daily], { zone: 'America/New_York' }), '2026-03-07T12:00Z', 2), [
      '2026-03-08T07:30:00Z',
      '2026-03-09T07:30:00Z',
    ])
  })

  it('is refused when it would not advance', () => {
    assert.throws(() => checkTimetable(timetable([{ ...hourly, everyMs: 0 } as Schedule])), {
      path: 'schedules[0].everyMs',
      value: 0,
    })
  })
})

describe('a calendar schedule', () => {
  const calendar = (rest: Partial<Extract<Schedule, { kind: 'calendar' }>>): Schedule => ({
    kind: 'calendar',
    every: 1,
    unit: 'month',
    start: '2026-01-31',
    at: '09:00',
    zone: 'UTC',
    ...rest,
  })

  it('runs on the last day of a month that lacks its day, and returns to its day after', () => {
    assert.deepEqual(nextOf(timetable([calendar({})]), '2026-01-01T00:00Z', 5), [
      '2026-01-31T09:00:00Z',
      '2026-02-28T09:00:00Z',
      '2026-03-31T09:00:00Z',
      '2026-04-30T09:00:00Z',
      '2026-05-31T09:00:00Z',
    ])
  })

  it('counts quarters and leap years from its first date', () => {
    assert.deepEqual(nextOf(timetable([calendar({ unit: 'quarter', every: 2 })]), '2026-02-01T00:00Z', 2), [
      '2026-07-31T09:00:00Z',
      '2027-01-31T09:00:00Z',
    ])
    assert.deepEqual(nextOf(timetable([calendar({ unit: 'year', start: '2024-02-29' })]), '2026-01-01T00:00Z', 3), [
      '2026-02-28T09:00:00Z',
      '2027-02-28T09:00:00Z',
      '2028-02-29T09:00:00Z',
    ])
  })

  it('keeps every third day and every second week across months', () => {
    assert.deepEqual(nextOf(timetable([calendar({ unit: 'day', every: 3 })]), '2026-01-31T09:00Z', 2), [
      '2026-02-03T09:00:00Z',
      '2026-02-06T09:00:00Z',
    ])
    assert.deepEqual(nextOf(timetable([calendar({ unit: 'week', every: 2 })]), '2026-02-01T00:00Z', 2), [
      '2026-02-14T09:00:00Z',
      '2026-02-28T09:00:00Z',
    ])
  })

  it('runs right after a gap and once in an overlap (Europe/Berlin, 2026-03-29 and 2026-10-25)', () => {
    const nightly = timetable([calendar({ unit: 'day', start: '2026-01-01', at: '02:30', zone: 'Europe/Berlin' })])

    assert.deepEqual(nextOf(nightly, '2026-03-28T12:00Z', 2), ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'])
    assert.deepEqual(nextOf(nightly, '2026-10-24T12:00Z', 2), ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'])
  })

  it('skips or repeats when it is told to (Europe/Berlin, 2026-03-29 and 2026-10-25)', () => {
    const nightly = timetable([
      calendar({
        unit: 'day',
        start: '2026-01-01',
        at: '02:30',
        zone: 'Europe/Berlin',
        dstGap: 'skip',
        dstOverlap: 'both',
      }),
    ])

    assert.deepEqual(nextOf(nightly, '2026-03-28T12:00Z', 1), ['2026-03-30T00:30:00Z'])
    assert.deepEqual(nextOf(nightly, '2026-10-24T12:00Z', 2), ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'])
  })

  it('takes a time with seconds', () => {
    assert.deepEqual(nextOf(timetable([calendar({ at: '23:59:30' })]), '2026-01-01T00:00Z', 1), [
      '2026-01-31T23:59:30Z',
    ])
  })

  for (const [rest, path, problem] of [
    [{ start: '2026-02-30' }, 'start', 'has no day 30; this month has 28 days'],
    [{ start: '2026-13-01' }, 'start', 'has no month 13; write 01 to 12'],
    [{ start: '1 May' }, 'start', 'must be a date such as 2026-03-31'],
    [{ at: '24:00' }, 'at', 'hour 24 is above 23'],
    [{ at: '9:00' }, 'at', 'must be a time such as 02:30 or 02:30:15'],
    [{ every: 0 }, 'every', 'must be a whole number from 1 to 10000'],
    [{ unit: 'hour' as 'day' }, 'unit', 'must be one of day, week, month, quarter, year'],
    [{ dstGap: 'never' as 'auto' }, 'dstGap', 'must be one of auto, run_after, skip'],
  ] as const) {
    it(`${JSON.stringify(rest)} is refused: ${problem}`, () => {
      assert.throws(() => checkTimetable(timetable([calendar(rest)])), { path: `schedules[0].${path}`, problem })
    })
  }
})

describe('once and manual', () => {
  it('once is due at its instant and never again', () => {
    const once = timetable([{ kind: 'once', at: at('2026-05-01T00:00Z') }])

    assert.deepEqual(nextOf(once, '2026-01-01T00:00Z', 5), ['2026-05-01T00:00:00Z'])
    assert.equal(neverFires(once, at('2026-04-30T00:00Z')), false)
    assert.equal(neverFires(once, at('2026-05-01T00:00Z')), true)
  })

  it('a manual job is never due, which is not a fault', () => {
    const manual = timetable([{ kind: 'manual' }])

    assert.equal(nextAfter(compile(manual, ''), 0), null)
    assert.equal(neverFires(manual, 0), false)
  })
})

describe('several schedules', () => {
  const both = timetable([cron('0 9 * * *'), cron('0 9,17 * * 1-5'), { kind: 'once', at: at('2026-06-01T10:00Z') }])

  it('fire once where they meet', () => {
    assert.deepEqual(nextOf(both, '2026-05-31T12:00Z', 4), [
      '2026-06-01T09:00:00Z',
      '2026-06-01T10:00:00Z',
      '2026-06-01T17:00:00Z',
      '2026-06-02T09:00:00Z',
    ])
  })

  it('are counted and searched backwards as one', () => {
    const compiled = compile(both, '')
    const from = at('2026-05-01T00:00Z')
    const upTo = at('2026-07-01T00:00Z')
    const all = instantsBetween(compiled, from, upTo, 1000)

    assert.equal(countBetween(compiled, from, upTo), all.length)
    assert.equal(latestUpTo(compiled, from, upTo), all.at(-1))
  })

  it('never fire only when none of them does', () => {
    assert.equal(neverFires(timetable([cron('0 0 31 2 *')]), 0), true)
    assert.equal(neverFires(timetable([cron('0 0 31 2 *'), cron('0 0 1 1 *')]), 0), false)
    assert.equal(neverFires(timetable([cron('0 0 31 2 *'), { kind: 'manual' }]), 0), true)
  })
})

describe('start and end', () => {
  it('a date starts at its first instant and ends with its last, in the zone of the timetable', () => {
    const hourly = timetable([cron('0 * * * *')], { zone: 'Asia/Tokyo', start: '2026-05-02', end: '2026-05-02' })

    const all = nextOf(hourly, '2026-01-01T00:00Z', 100)

    assert.equal(all.length, 24)
    assert.equal(all[0], '2026-05-01T15:00:00Z')
    assert.equal(all[23], '2026-05-02T14:00:00Z')
  })

  it('a date without a midnight starts right after the gap (Africa/Cairo, 2026-04-24)', () => {
    const minutely = timetable([cron('* * * * *')], { zone: 'Africa/Cairo', start: '2026-04-24' })

    assert.deepEqual(nextOf(minutely, '2026-01-01T00:00Z', 1), ['2026-04-23T22:00:00Z'])
  })

  it('an instant may carry any offset', () => {
    const daily = timetable([cron('0 0 * * *')], { start: '2026-05-02T09:00:00+09:00', end: '2026-05-03 00:00:00Z' })

    assert.deepEqual(nextOf(daily, '2026-01-01T00:00Z', 9), ['2026-05-02T00:00:00Z', '2026-05-03T00:00:00Z'])
  })

  it('bound counting and searching backwards too', () => {
    const compiled = compile(timetable([cron('0 0 * * *')], { start: '2026-05-02', end: '2026-05-04' }), '')

    assert.equal(countBetween(compiled, 0, at('2030-01-01T00:00Z')), 3)
    assert.equal(latestUpTo(compiled, 0, at('2030-01-01T00:00Z')), at('2026-05-04T00:00Z'))
    assert.equal(latestUpTo(compiled, 0, at('2026-05-01T00:00Z')), null)
  })

  for (const [rest, path, problem] of [
    [{ start: '2026-05-02T09:00:00' }, 'start', 'has no offset; end it with Z or with an offset such as +09:00'],
    [{ end: 'tomorrow' }, 'end', 'must be an instant such as 2026-03-31T09:00:00Z, or a date such as 2026-03-31'],
    [{ end: '2026-02-29' }, 'end', 'has no day 29; this month has 28 days'],
    [{ end: '2026-02-29T00:00:00Z' }, 'end', 'does not exist in the calendar or on the clock'],
    [{ start: '2026-05-02', end: '2026-05-01' }, 'end', 'is before the start 2026-05-02'],
    [{ zone: 'Mars/Olympus' }, 'zone', 'is not a known time zone; an example is Europe/Berlin'],
    [{ maxRuns: 0 }, 'maxRuns', 'must be a whole number from 1 to 1000000000'],
    [{ jitterMs: -1 }, 'jitterMs', 'must be a whole number from 0 to 2678400000'],
    [{ spreadMs: 0.5 }, 'spreadMs', 'must be a whole number from 0 to 2678400000'],
  ] as const) {
    it(`${JSON.stringify(rest)} is refused: ${problem}`, () => {
      assert.throws(() => checkTimetable(timetable([cron('* * * * *')], rest)), { path, problem })
    })
  }
})

describe('zones', () => {
  it('are known in any case and by their old names, and stored as the runtime spells them', () => {
    assert.equal(canonicalZone('us/eastern'), 'US/Eastern')
    assert.equal(canonicalZone('EUROPE/BERLIN'), 'Europe/Berlin')
    assert.deepEqual(nextOf(timetable([cron('30 2 * * *', 'US/Eastern')]), '2026-03-07T12:00Z', 1), [
      '2026-03-08T07:00:00Z',
    ])
  })

  for (const zone of ['', '+05:30', '-03:00', 'Berlin', 'UTC+3', 'x'.repeat(65), 'Europe/Berlin\n']) {
    it(`${JSON.stringify(zone).slice(0, 20)} is refused`, () => {
      assert.throws(() => checkTimetable(timetable([cron('* * * * *', zone)])), {
        path: 'schedules[0].zone',
        value: zone,
      })
    })
  }
})

describe('input that no type checker saw', () => {
  for (const [schedule, path] of [
    [{ kind: 'weekly' }, 'schedules[0].kind'],
    [{ kind: 'cron', zone: 'UTC' }, 'schedules[0].expression'],
    [{ kind: 'cron', expression: '* * * * *' }, 'schedules[0].zone'],
    [{ kind: 'fields', zone: 'UTC', hour: 9 }, 'schedules[0].hour'],
    [{ kind: 'once', at: '2026-01-01' }, 'schedules[0].at'],
    [{ kind: 'interval', everyMs: 1000, anchor: Number.NaN }, 'schedules[0].anchor'],
  ] as const) {
    it(`${JSON.stringify(schedule)} is refused at ${path}`, () => {
      assert.throws(() => checkTimetable(timetable([schedule as unknown as Schedule])), { name: 'ScheduleError', path })
    })
  }

  it('a timetable has a list of at most 100 schedules', () => {
    assert.throws(() => checkTimetable({ zone: 'UTC', schedules: 'daily' as unknown as Schedule[] }), ScheduleError)
    assert.throws(() => checkTimetable(timetable(Array(101).fill({ kind: 'manual' }))), { path: 'schedules' })
  })
})

describe('jitter', () => {
  const minutely = timetable([cron('* * * * *')], { jitterMs: 10 * MINUTE })
  const from = at('2026-03-08T00:00Z')

  it('keeps number and order, and never reaches the next occurrence', () => {
    const delayed = instantsBetween(compile(minutely, 'job'), from, from + DAY, 10_000)
    const nominal = instantsBetween(compile({ ...minutely, jitterMs: 0 }, 'job'), from, from + DAY, 10_000)
    const offset = (delayed[0] ?? 0) < from + MINUTE ? 1 : 0

    for (let i = 0; i < nominal.length - 1; i++) {
      const late = (delayed[i + offset] ?? 0) - (nominal[i] ?? 0)
      assert.ok(late >= 0 && late < MINUTE, `occurrence ${i} is ${late} ms late`)
    }
  })

  it('is the same whenever it is asked, and another for another job', () => {
    assert.deepEqual(nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'), nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'))
    assert.notDeepEqual(nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'), nextOf(minutely, '2026-03-08T00:00Z', 20, 'b'))
  })

  it('fills its whole range', () => {
    const hourly = compile(timetable([cron('0 * * * *')], { jitterMs: 999 }), 'job')
    const shares = instantsBetween(hourly, from, from + 100 * DAY, 2400).map((t) => t % HOUR)

    assert.ok(Math.min(...shares) < 10 && Math.max(...shares) > 989 && Math.max(...shares) <= 999)
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) / shares.length - 500) < 30)
  })

  it('counts and searches backwards what it shows forwards', () => {
    for (const rest of [
      { jitterMs: 50_000 },
      { jitterMs: 600_000 },
      { spreadMs: 3_600_000 },
      { jitterMs: 90_000, spreadMs: 90_000 },
    ]) {
      const compiled = compile(
        timetable([cron('*/5 8-17 * * *'), cron('0 3 * * *')], { ...rest, end: '2026-03-10' }),
        'job-7',
      )
      const all = instantsBetween(compiled, from, from + 10 * DAY, 10_000)
      for (let i = 0; i < 300; i++) {
        const after = from + i * 977_777
        const upTo = after + (i % 40) * 411_111
        const between = all.filter((t) => t > after && t <= upTo)

        assert.equal(countBetween(compiled, after, upTo), between.length)
        assert.equal(latestUpTo(compiled, after, upTo), between.at(-1) ?? null)
        assert.equal(nextAfter(compiled, after), all.find((t) => t > after) ?? null)
      }
    }
  })

  it('may carry the last occurrence past the end, because the end judges the instant before the delay', () => {
    const last = compile(timetable([cron('0 0 * * *')], { end: '2026-05-01T00:00:00Z', jitterMs: HOUR }), 'job')
    const [only] = instantsBetween(last, at('2026-04-30T12:00Z'), Number.POSITIVE_INFINITY, 5)

    assert.ok(only !== undefined && only > at('2026-05-01T00:00Z') && only <= at('2026-05-01T01:00Z'))
  })
})

describe('spread', () => {
  it('moves all occurrences of a job by the same share, so that 10,000 jobs of one minute do not start together', () => {
    const daily = timetable([cron('0 0 * * *')], { spreadMs: 60_000 })
    const starts = new Set<number>()
    for (let job = 0; job < 10_000; job++) {
      const [first = 0, second = 0] = instantsBetween(
        compile(daily, `job-${job}`),
        at('2026-05-01T00:00Z') - 1,
        at('2026-05-03T00:00Z') - 1,
        2,
      )
      assert.equal(second - first, DAY)
      starts.add(Math.floor((first - at('2026-05-01T00:00Z')) / 1000))
    }

    assert.ok(starts.size >= 60, `${starts.size} different seconds`)
  })
})

describe('cost', () => {
  it('compiled schedules are shared by all jobs that have the same', () => {
    const one = compile(timetable([cron('*/7 3 * * *', 'Europe/Paris')]), 'a')
    const other = compile(timetable([cron('*/7 3 * * *', 'Europe/Paris')]), 'b')

    assert.equal(one, other)
  })

  it('counting a year of every second takes milliseconds', () => {
    const secondly = compile(timetable([cron('* * * * * 1-5', 'America/New_York')]), '')
    const times = [2020, 2021, 2022, 2023, 2024].map((year) => {
      const start = performance.now()
      assert.ok(countBetween(secondly, at(`${year}-01-01T00:00Z`), at(`${year + 1}-01-01T00:00Z`)) > 22_000_000)
      return performance.now() - start
    })

    assert.ok(Math.min(...times) < 5, `${Math.min(...times)} ms`)
  })

  it('a count equals the enumeration, over ranges that begin and end anywhere', () => {
    for (const expression of ['*/7 * * * *', '0 0 29 2 *', '30 1-3 */2 * *', '0 0 L * *', '15 2 * * 1#2']) {
      const compiled = compile(timetable([cron(expression, 'America/New_York')]), '')
      for (let i = 0; i < 40; i++) {
        const from = at('2026-02-01T00:00Z') + i * 33_333_333
        const upTo = from + i * 211_111_111

        assert.equal(countBetween(compiled, from, upTo), instantsBetween(compiled, from, upTo, 1e6).length, expression)
      }
    }
  })
})

describe('the edges of time', () => {
  const yearly = compile(timetable([cron('0 0 1 1 *')]), '')

  it('nothing is due before 1970', () => {
    assert.equal(nextAfter(yearly, Number.NEGATIVE_INFINITY), 0)
    assert.equal(nextAfter(yearly, -1), 0)
  })

  it('the last instant is in 2599, then comes nothing', () => {
    assert.equal(nextAfter(yearly, at('2598-06-01T00:00Z')), at('2599-01-01T00:00Z'))
    assert.equal(nextAfter(yearly, at('2599-01-01T00:00Z')), null)
    assert.equal(nextAfter(yearly, Number.POSITIVE_INFINITY), null)
    assert.equal(latestUpTo(yearly, 0, Number.POSITIVE_INFINITY), at('2599-01-01T00:00Z'))
    assert.equal(countBetween(yearly, -1, at('2700-01-01T00:00Z')), 630)
  })
})
