/** The door of the room: intervals, unions, bounds, zones and costs. */
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

  it('is refused when it is shorter than a second', () => {
    assert.throws(() => checkTimetable(timetable([{ ...hourly, everyMs: 999 } as Schedule])), {
      path: 'schedules[0].everyMs',
      value: 999,
    })
  })
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
