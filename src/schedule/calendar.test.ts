/** Every n days, weeks, months, quarters and years. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkTimetable, compile, instantsBetween, type Schedule, type Timetable } from './schedule.ts'

const at = (text: string): number => Date.parse(text)
const timetable = (schedules: readonly Schedule[], rest: Partial<Timetable> = {}): Timetable => ({
  zone: 'UTC',
  ...rest,
  schedules,
})
const nextOf = (table: Timetable, after: string, count: number): string[] =>
  instantsBetween(compile(table, ''), at(after), Number.POSITIVE_INFINITY, count).map((t) =>
    new Date(t).toISOString().replace('.000Z', 'Z'),
  )

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
