/** The schedule fields of the cron2 dialect: each worked example, and the way back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, type ScheduleFields, timetableOf } from '../../../src/api/dialects/cron2/schedule.ts'
import { compile, nextAfter } from '../../../src/schedule/schedule.ts'

const NONE: ScheduleFields = { weekday: null, days: null, month: 0, hours: null, minutes: 0 }
const at = (local: string, zone = 'Africa/Lagos') =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds

const firing = (fields: Partial<ScheduleFields>, now: number, count: number, zone = 'Africa/Lagos'): string[] => {
  const timetable = timetableOf({ ...NONE, ...fields }, zone, now)
  assert.ok(timetable)
  const compiled = compile(timetable, 'job')
  const found: string[] = []
  for (let next = nextAfter(compiled, now); next !== null && found.length < count; next = nextAfter(compiled, next))
    found.push(
      Temporal.Instant.fromEpochMilliseconds(next)
        .toZonedDateTimeISO(zone)
        .toString({ smallestUnit: 'minute', timeZoneName: 'never' }),
    )
  return found
}

/** Of the document's text and of what its server computes, mended where it is wrong. */
const EXAMPLES: readonly [given: Partial<ScheduleFields>, now: string, next: readonly string[]][] = [
  [
    { weekday: 'SUN', hours: 9, minutes: 45 },
    '2026-11-18T10:00:30',
    ['2026-11-22T09:45+01:00', '2026-11-29T09:45+01:00'],
  ],
  [{ weekday: 'SUN', hours: 9, minutes: 45 }, '2026-11-22T08:00:00', ['2026-11-22T09:45+01:00']],
  [{ weekday: 'SUN', hours: 9, minutes: 45 }, '2026-11-22T10:00:00', ['2026-11-29T09:45+01:00']],
  [{ days: 1, hours: 0 }, '2026-11-18T10:00:30', ['2026-11-19T00:00+01:00', '2026-11-20T00:00+01:00']],
  [{ days: 1, hours: 18 }, '2026-11-18T10:00:30', ['2026-11-18T18:00+01:00', '2026-11-19T18:00+01:00']],
  [{ days: 3, hours: 18 }, '2026-11-18T18:00:02', ['2026-11-21T18:00+01:00', '2026-11-24T18:00+01:00']],
  [{ days: 3, hours: 18 }, '2026-11-18T10:00:30', ['2026-11-18T18:00+01:00', '2026-11-21T18:00+01:00']],
  [{ hours: 2, minutes: 30 }, '2026-11-18T10:00:30', ['2026-11-18T12:30+01:00', '2026-11-18T15:00+01:00']],
  [{ hours: 2, minutes: 30 }, '2026-11-18T10:50:30', ['2026-11-18T13:20+01:00', '2026-11-18T15:50+01:00']],
  [{ hours: 1 }, '2026-11-18T10:17:30', ['2026-11-18T11:17+01:00', '2026-11-18T12:17+01:00']],
  [{ minutes: 5 }, '2026-11-18T10:03:30', ['2026-11-18T10:08+01:00', '2026-11-18T10:13+01:00']],
  [{ hours: 0, minutes: 5 }, '2026-11-18T10:03:30', ['2026-11-18T10:08+01:00']],
  [{ month: 15, hours: 18 }, '2026-11-18T10:00:30', ['2026-12-15T18:00+01:00', '2027-01-15T18:00+01:00']],
  [
    { month: 31, hours: 18 },
    '2026-11-18T10:00:30',
    ['2026-12-31T18:00+01:00', '2027-01-31T18:00+01:00', '2027-03-31T18:00+01:00'],
  ],
  // Month before weekday before days before hours.
  [{ month: 15, weekday: 'SUN', days: 2, hours: 6 }, '2026-11-18T10:00:30', ['2026-12-15T06:00+01:00']],
  [{ weekday: 'SUN', days: 2, hours: 6 }, '2026-11-18T10:00:30', ['2026-11-22T06:00+01:00']],
]

for (const [given, now, next] of EXAMPLES)
  test(`${JSON.stringify(given)} at ${now} fires ${next.join(', ')}`, () => {
    assert.deepEqual(firing(given, at(now), next.length), next)
  })

test('zones west of Greenwich fire at their own wall clock, and a removed time right after the gap, once', () => {
  const zone = 'US/Eastern'

  assert.deepEqual(firing({ weekday: 'SUN', hours: 9, minutes: 45 }, at('2026-11-18T10:00', zone), 1, zone), [
    '2026-11-22T09:45-05:00',
  ])
  assert.deepEqual(firing({ days: 1, hours: 2, minutes: 30 }, at('2026-03-07T12:00', zone), 2, zone), [
    '2026-03-08T03:00-04:00',
    '2026-03-09T02:30-04:00',
  ])
  assert.deepEqual(firing({ days: 1, hours: 1, minutes: 30 }, at('2026-10-31T12:00', zone), 2, zone), [
    '2026-11-01T01:30-04:00',
    '2026-11-02T01:30-05:00',
  ])
})

test('no time at all is no schedule', () => {
  for (const given of [{}, { hours: 0 }, { hours: 0, minutes: 0 }])
    assert.equal(timetableOf({ ...NONE, ...given }, 'UTC', 0), null)
})

test('the fields come back as they were given; what they cannot say comes back as none', () => {
  const now = at('2026-11-18T10:00:30')
  for (const given of [
    { weekday: 'SUN', hours: 9, minutes: 45 },
    { days: 3, hours: 18 },
    { hours: 2, minutes: 30 },
    { hours: 0, minutes: 5 },
    { month: 15, hours: 18 },
  ] as const) {
    const fields = { ...NONE, ...given }
    const timetable = timetableOf(fields, 'Africa/Lagos', now)
    assert.ok(timetable)
    assert.deepEqual(fieldsOf(timetable), fields)
  }
  for (const expression of ['*/5 * * * *', '0 9 * * 1-5', '0 9 1 1 *', '0 9 * * FOO'])
    assert.deepEqual(fieldsOf({ schedules: [{ kind: 'cron', expression, zone: 'UTC' }], zone: 'UTC' }), NONE)
  assert.deepEqual(fieldsOf({ schedules: [{ kind: 'manual' }], zone: 'UTC' }), NONE)
  assert.deepEqual(fieldsOf({ schedules: [{ kind: 'interval', everyMs: 5000, anchor: 0 }], zone: 'UTC' }), NONE)
})
