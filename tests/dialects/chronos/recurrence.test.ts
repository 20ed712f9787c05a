/** Recurrence of the chronos dialect: anchored at the first run, and read back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantIn, type Recurrence, recurrenceOf, timetableOf } from '../../../src/api/dialects/chronos/recurrence.ts'
import { compile, nextAfter } from '../../../src/schedule/schedule.ts'

const ZONE = 'America/New_York'

const firing = (first: string, recurrence: Recurrence | null, count: number): string[] => {
  const firstAt = instantIn(first, ZONE)
  assert.ok(firstAt !== null)
  const compiled = compile(timetableOf(firstAt, recurrence, ZONE), 'job')
  const found: string[] = []
  // From long before it on: nothing comes ahead of the first run.
  for (let next = nextAfter(compiled, 0); next !== null && found.length < count; next = nextAfter(compiled, next))
    found.push(
      Temporal.Instant.fromEpochMilliseconds(next)
        .toZonedDateTimeISO(ZONE)
        .toString({ smallestUnit: 'second', timeZoneName: 'never' }),
    )
  return found
}

test('once is once', () => {
  assert.deepEqual(firing('2026-11-20T08:30:15Z', null, 9), ['2026-11-20T03:30:15-05:00'])
})

test('hourly is every elapsed hour, also where the clock goes back', () => {
  assert.deepEqual(firing('2026-11-01T00:30:00', 'hourly', 4), [
    '2026-11-01T00:30:00-04:00',
    '2026-11-01T01:30:00-04:00',
    '2026-11-01T01:30:00-05:00',
    '2026-11-01T02:30:00-05:00',
  ])
})

test('daily and weekly keep the local time across a change of the clock', () => {
  assert.deepEqual(firing('2026-10-31T09:00:05', 'daily', 3), [
    '2026-10-31T09:00:05-04:00',
    '2026-11-01T09:00:05-05:00',
    '2026-11-02T09:00:05-05:00',
  ])
  assert.deepEqual(firing('2026-10-28T09:00:00', 'weekly', 2), [
    '2026-10-28T09:00:00-04:00',
    '2026-11-04T09:00:00-05:00',
  ])
})

test('monthly keeps its day, and takes the last one of a shorter month', () => {
  assert.deepEqual(firing('2027-01-31T09:00:00', 'monthly', 4), [
    '2027-01-31T09:00:00-05:00',
    '2027-02-28T09:00:00-05:00',
    '2027-03-31T09:00:00-04:00',
    '2027-04-30T09:00:00-04:00',
  ])
})

test('recurrence is read back; other timetables have none', () => {
  for (const recurrence of ['hourly', 'daily', 'weekly', 'monthly', null] as const)
    assert.equal(recurrenceOf(timetableOf(0, recurrence, ZONE)), recurrence)
  const zone = 'UTC'
  assert.equal(recurrenceOf({ schedules: [{ kind: 'cron', expression: '0 * * * *', zone }], zone }), null)
  assert.equal(recurrenceOf({ schedules: [{ kind: 'interval', everyMs: 5000, anchor: 0 }], zone }), null)
  const calendar = { kind: 'calendar', unit: 'day', start: '2026-01-01', at: '09:00', zone } as const
  assert.equal(recurrenceOf({ schedules: [{ ...calendar, every: 2 }], zone }), null)
  assert.equal(recurrenceOf({ schedules: [{ ...calendar, every: 1, unit: 'year' }], zone }), null)
})

test('what is no time is none', () => {
  for (const text of ['soon', '2026-13-01T00:00:00Z', '12:00']) assert.equal(instantIn(text, ZONE), null)
})
