/** The last day of a timetable: all of it, in a zone of its own, and nothing after it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTimetable, closingOf, compile, instantsBetween, nextAfter, ScheduleError } from './schedule.ts'
import type { Timetable } from './timetable.ts'

const HOUR = 3_600_000

const hourly = (date: string, zone: string, more: Partial<Timetable> = {}): Timetable => ({
  schedules: [{ kind: 'interval', everyMs: HOUR, anchor: 0 }],
  zone: 'UTC',
  lastDay: { date, zone },
  ...more,
})

/** The newest instant from noon UTC of the day before on. */
const lastOf = (timetable: Timetable, from: string): string => {
  const found = instantsBetween(compile(timetable, 'job'), Date.parse(from), Number.POSITIVE_INFINITY, 200)
  return new Date(found.at(-1) ?? 0).toISOString()
}

const DAYS: readonly [date: string, zone: string, lastHour: string, why: string][] = [
  ['2026-11-20', 'Asia/Tokyo', '2026-11-20T14:00:00.000Z', 'nine hours before UTC'],
  ['2026-11-20', 'Pacific/Kiritimati', '2026-11-20T09:00:00.000Z', 'fourteen hours before UTC'],
  ['2026-11-20', 'Pacific/Pago_Pago', '2026-11-21T10:00:00.000Z', 'eleven hours behind UTC'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-29T21:00:00.000Z', 'a day of 23 hours'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-25T22:00:00.000Z', 'a day of 25 hours'],
  ['2026-09-05', 'America/Santiago', '2026-09-06T03:00:00.000Z', 'midnight after it is jumped over'],
  ['2026-09-06', 'America/Santiago', '2026-09-07T02:00:00.000Z', 'begins at one'],
  ['2026-04-04', 'America/Santiago', '2026-04-05T03:00:00.000Z', 'its last hour comes twice'],
]

for (const [date, zone, lastHour, why] of DAYS) {
  test(`the last hour of ${date} in ${zone} (${why}) is ${lastHour}`, () => {
    const timetable = hourly(date, zone)

    assert.equal(lastOf(timetable, `${date}T00:00:00Z`), lastHour)
    assert.ok(closingOf(timetable) < Date.parse(lastHour) + HOUR)
    assert.ok(closingOf(timetable) >= Date.parse(lastHour))
  })
}

test('the last millisecond of the day is due, the next one is not', () => {
  const midnight = Date.UTC(2026, 10, 20, 15)
  const once = (at: number) => compile({ ...hourly('2026-11-20', 'Asia/Tokyo'), schedules: [{ kind: 'once', at }] }, '')

  assert.equal(nextAfter(once(midnight - 1), 0), midnight - 1)
  assert.equal(nextAfter(once(midnight), 0), null)
})

test('of an end and a last day, the earlier one holds', () => {
  assert.equal(
    lastOf(hourly('2026-11-20', 'UTC', { end: '2026-11-20T05:30:00Z' }), '2026-11-20T00:00:00Z').slice(11, 13),
    '05',
  )
  assert.equal(lastOf(hourly('2026-11-20', 'UTC', { end: '2026-12-31' }), '2026-11-20T00:00:00Z').slice(8, 13), '20T23')
})

test('no delay carries an instant over the end of the last day', () => {
  for (const more of [{ jitterMs: 6 * HOUR }, { spreadMs: 30 * HOUR }, { jitterMs: HOUR, spreadMs: 5 * HOUR }]) {
    for (const seed of ['a', 'b', 'c', 'd']) {
      const compiled = compile(hourly('2026-11-20', 'UTC', more), seed)
      const found = instantsBetween(compiled, Date.UTC(2026, 10, 19, 23), Number.POSITIVE_INFINITY, 100)
      assert.ok((found.at(-1) ?? 0) < Date.UTC(2026, 10, 21), JSON.stringify([more, seed]))
      assert.equal(compiled.count(Date.UTC(2026, 10, 19, 23), Date.UTC(2026, 10, 25)), found.length)
    }
  }
})

test('a last day before the start, or that is none, is told', () => {
  const faultOf = (timetable: Timetable) => {
    try {
      checkTimetable(timetable)
      return null
    } catch (error) {
      return error instanceof ScheduleError ? error.path : error
    }
  }

  assert.equal(faultOf(hourly('2026-11-19', 'UTC', { start: '2026-11-20' })), 'lastDay')
  assert.equal(faultOf(hourly('2026-02-30', 'UTC')), 'lastDay')
  assert.equal(faultOf(hourly('2026-11-20', 'UTC', { start: '2026-11-20' })), null)
})
