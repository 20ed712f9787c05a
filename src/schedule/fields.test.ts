/** APScheduler's fields: their defaults, their words, and what they refuse. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  checkTimetable,
  compile,
  neverFires,
  nextAfter,
  type Schedule,
  ScheduleError,
  type Timetable,
} from './schedule.ts'

type Given = Omit<Extract<Schedule, { kind: 'fields' }>, 'kind' | 'zone'>

const fields = (given: Given, zone = 'UTC'): Timetable => ({ zone, schedules: [{ kind: 'fields', zone, ...given }] })

const nextOf = (timetable: Timetable, after: string, count: number): string[] => {
  const compiled = compile(timetable, '')
  const found: string[] = []
  for (let t = nextAfter(compiled, Date.parse(after)); t !== null && found.length < count; t = nextAfter(compiled, t)) {
    found.push(new Date(t).toISOString().slice(0, 19))
  }
  return found
}

const NOW = '2026-11-18T10:00:30Z'

const TABLE: readonly [string, Given, readonly string[]][] = [
  [
    'hour, minute and weekdays',
    { hour: '2', minute: '30', dayOfWeek: 'mon-fri' },
    ['11-19T02:30:00', '11-20T02:30:00', '11-23T02:30:00'],
  ],
  ['an hour', { hour: '9', minute: '0' }, ['11-19T09:00:00', '11-20T09:00:00', '11-21T09:00:00']],
  ['an hour alone, minutes and seconds at 0', { hour: '9' }, ['11-19T09:00:00', '11-20T09:00:00', '11-21T09:00:00']],
  [
    'weekday 0, which is Monday, at midnight',
    { dayOfWeek: '0' },
    ['11-23T00:00:00', '11-30T00:00:00', '12-07T00:00:00'],
  ],
  ['weekday 6, which is Sunday', { dayOfWeek: '6', hour: '1' }, ['11-22T01:00:00', '11-29T01:00:00', '12-06T01:00:00']],
  ['every 15 minutes', { minute: '*/15' }, ['11-18T10:15:00', '11-18T10:30:00', '11-18T10:45:00']],
  ['every 10 seconds', { second: '*/10' }, ['11-18T10:00:40', '11-18T10:00:50', '11-18T10:01:00']],
  ['every 5 hours', { hour: '*/5' }, ['11-18T15:00:00', '11-18T20:00:00', '11-19T00:00:00']],
  ['a range of hours', { hour: '5-6' }, ['11-19T05:00:00', '11-19T06:00:00', '11-20T05:00:00']],
  ['a stepped range', { hour: '3', minute: '5-20/5' }, ['11-19T03:05:00', '11-19T03:10:00', '11-19T03:15:00']],
  ['the last day', { day: 'last' }, ['11-30T00:00:00', '12-31T00:00:00', '2027-01-31T00:00:00']],
  ['the third Friday', { day: '3rd fri', hour: '12' }, ['11-20T12:00:00', '12-18T12:00:00', '2027-01-15T12:00:00']],
  ['the last Sunday', { day: 'last sun' }, ['11-29T00:00:00', '12-27T00:00:00', '2027-01-31T00:00:00']],
  [
    'day and weekday together: the first Monday',
    { day: '1-7', dayOfWeek: 'mon' },
    ['12-07T00:00:00', '2027-01-04T00:00:00', '2027-02-01T00:00:00'],
  ],
  ['day 31', { day: '31' }, ['12-31T00:00:00', '2027-01-31T00:00:00', '2027-03-31T00:00:00']],
  ['a month alone: its first midnight', { month: '6' }, ['2027-06-01T00:00:00', '2028-06-01T00:00:00']],
  [
    'an ISO week and a weekday',
    { week: '15', dayOfWeek: '2' },
    ['2027-04-14T00:00:00', '2028-04-12T00:00:00', '2029-04-11T00:00:00'],
  ],
  [
    'week 53, which few years have',
    { week: '53', dayOfWeek: 'thu' },
    ['12-31T00:00:00', '2032-12-30T00:00:00', '2037-12-31T00:00:00'],
  ],
  [
    'months, a position and hours',
    { month: '6-8,11-12', day: '3rd fri', hour: '0-3' },
    ['11-20T00:00:00', '11-20T01:00:00', '11-20T02:00:00'],
  ],
  ['no field at all: every second', {}, ['11-18T10:00:31', '11-18T10:00:32', '11-18T10:00:33']],
  ['a list with a position', { day: '1, 2nd tue' }, ['12-01T00:00:00', '12-08T00:00:00', '2027-01-01T00:00:00']],
  [
    'names of months',
    { month: 'jan-mar', day: '1' },
    ['2027-01-01T00:00:00', '2027-02-01T00:00:00', '2027-03-01T00:00:00'],
  ],
  [
    'a number with a step, to the end of the field',
    { minute: '50/5' },
    ['11-18T10:50:00', '11-18T10:55:00', '11-18T11:50:00'],
  ],
  ['a year to come', { year: '2030-2031' }, ['2030-01-01T00:00:00', '2031-01-01T00:00:00']],
]

describe('fields, after APScheduler', () => {
  for (const [name, given, expected] of TABLE) {
    it(`fire for ${name}`, () => {
      const full = expected.map((text) => (text.startsWith('20') ? text : `2026-${text}`))

      assert.deepEqual(nextOf(fields(given), NOW, expected.length), full)
    })
  }

  it('never fire for a year that is over, without being an error', () => {
    const over = fields({ year: '2001' })

    checkTimetable(over)

    assert.equal(neverFires(over, Date.parse(NOW)), true)
    assert.deepEqual(nextOf(over, NOW, 1), [])
  })

  it('never fire in a year beyond the calendar the product knows', () => {
    assert.equal(neverFires(fields({ year: '9999' }), Date.parse(NOW)), true)
  })

  it('run once, at 03:00, on the day whose 02:30 does not exist (America/New_York, gap of 2026-03-08)', () => {
    const next = nextOf(fields({ hour: '2', minute: '30' }, 'America/New_York'), '2026-03-07T12:00:00Z', 2)

    assert.deepEqual(next, ['2026-03-08T07:00:00', '2026-03-09T06:30:00'])
  })

  it('run once on the day whose 01:30 comes twice (America/New_York, overlap of 2026-11-01)', () => {
    const next = nextOf(fields({ hour: '1', minute: '30' }, 'America/New_York'), '2026-10-31T12:00:00Z', 2)

    assert.deepEqual(next, ['2026-11-01T05:30:00', '2026-11-02T06:30:00'])
  })

  it('run every real hour through both changes of clock', () => {
    const spring = nextOf(fields({ minute: '0' }, 'America/New_York'), '2026-03-08T05:30:00Z', 3)
    const autumn = nextOf(fields({ minute: '0' }, 'America/New_York'), '2026-11-01T04:30:00Z', 3)

    assert.deepEqual(spring, ['2026-03-08T06:00:00', '2026-03-08T07:00:00', '2026-03-08T08:00:00'])
    assert.deepEqual(autumn, ['2026-11-01T05:00:00', '2026-11-01T06:00:00', '2026-11-01T07:00:00'])
  })
})

describe('fields that are refused', () => {
  const REFUSED: readonly [Given, string, string][] = [
    [{ dayOfWeek: '7' }, 'dayOfWeek', 'day of week 7 is above 6'],
    [
      { dayOfWeek: 'monday' },
      'dayOfWeek',
      'day of week "monday" is not a number from 0 to 6 or a name from MON to SUN',
    ],
    [
      { dayOfWeek: 'sat-mon' },
      'dayOfWeek',
      'day of week range "sat-mon" runs backwards; write two ranges, as in sat-sun,mon',
    ],
    [{ hour: '22-2' }, 'hour', 'hour range "22-2" runs backwards; write two ranges, as in 22-23,0-2'],
    [{ dayOfWeek: 'mon-fri/2' }, 'dayOfWeek', 'day of week "mon-fri/2": a name takes no step'],
    [{ hour: '24' }, 'hour', 'hour 24 is above 23'],
    [{ day: '0' }, 'day', 'day 0 is below 1'],
    [{ minute: '*/0' }, 'minute', 'minute step 0 never advances; write 1 or more'],
    [{ minute: '*/60' }, 'minute', 'minute step "60" is above 59'],
    [{ minute: '10-20/11' }, 'minute', 'minute step "11" is above 10'],
    [{ week: '54' }, 'week', 'week 54 is above 53'],
    [{ year: '1969' }, 'year', 'year 1969 is below 1970'],
    [{ day: '6th fri' }, 'day', 'day "6th fri" must begin with 1st, 2nd, 3rd, 4th, 5th or last'],
    [{ day: 'last day' }, 'day', 'day "last day" names no weekday from mon to sun'],
    [{ hour: '' }, 'hour', 'hour "" has an empty element; write * for any'],
    [{ hour: '1,,2' }, 'hour', 'hour "1,,2" has an empty element; write * for any'],
    [{ hour: '?' }, 'hour', 'hour "?" is not a number from 0 to 23'],
  ]
  for (const [given, field, problem] of REFUSED) {
    it(`${JSON.stringify(given)} says: ${problem}`, () => {
      assert.throws(
        () => checkTimetable(fields(given)),
        (error) =>
          error instanceof ScheduleError && error.path === `schedules[0].${field}` && error.problem === problem,
      )
    })
  }
})
