/** Triggers as clients write them: what they come to, how they are shown, and what is refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timetableOf } from '../../../src/api/dialects/apscheduler/trigger.ts'
import { triggerObject, triggerText } from '../../../src/api/dialects/apscheduler/trigger-shape.ts'
import { compile, nextAfter } from '../../../src/schedule/schedule.ts'

const NOW = Date.parse('2026-11-18T10:00:30Z')
const ground = { now: NOW, zone: 'UTC' }

type Given = Readonly<Record<string, unknown>>

const timetable = (trigger: unknown, given: Given = {}) => timetableOf(trigger, given, ground)

/** At most `count` instants after now. */
const nextOf = (trigger: unknown, given: Given, count: number): string[] => {
  const compiled = compile(timetable(trigger, given), 'x')
  const found: string[] = []
  for (let at = nextAfter(compiled, NOW); at !== null && found.length < count; at = nextAfter(compiled, at))
    found.push(new Date(at).toISOString().slice(0, 19).replace('T', ' '))
  return found
}

const VECTORS: readonly [trigger: string, given: Given, text: string, next: readonly string[]][] = [
  [
    'cron',
    { hour: 2, minute: 30, day_of_week: 'mon-fri' },
    "cron[day_of_week='mon-fri', hour='2', minute='30']",
    ['2026-11-19 02:30:00', '2026-11-20 02:30:00', '2026-11-23 02:30:00'],
  ],
  [
    'cron',
    { hour: 9, minute: 0 },
    "cron[hour='9', minute='0']",
    ['2026-11-19 09:00:00', '2026-11-20 09:00:00', '2026-11-21 09:00:00'],
  ],
  [
    'cron',
    { day_of_week: 0 },
    "cron[day_of_week='0']",
    ['2026-11-23 00:00:00', '2026-11-30 00:00:00', '2026-12-07 00:00:00'],
  ],
  ['cron', { day_of_week: '6', hour: 1 }, "cron[day_of_week='6', hour='1']", ['2026-11-22 01:00:00']],
  ['cron', { minute: '*/15' }, "cron[minute='*/15']", ['2026-11-18 10:15:00', '2026-11-18 10:30:00']],
  ['cron', { day: 'last' }, "cron[day='last']", ['2026-11-30 00:00:00', '2026-12-31 00:00:00']],
  [
    'cron',
    { day: '3rd fri', hour: 12 },
    "cron[day='3rd fri', hour='12']",
    ['2026-11-20 12:00:00', '2026-12-18 12:00:00'],
  ],
  ['cron', { day: 'last sun' }, "cron[day='last sun']", ['2026-11-29 00:00:00', '2026-12-27 00:00:00']],
  [
    'cron',
    { day: '1-7', day_of_week: 'mon' },
    "cron[day='1-7', day_of_week='mon']",
    ['2026-12-07 00:00:00', '2027-01-04 00:00:00', '2027-02-01 00:00:00'],
  ],
  ['cron', { month: 6 }, "cron[month='6']", ['2027-06-01 00:00:00']],
  [
    'cron',
    { week: 15, day_of_week: 2 },
    "cron[week='15', day_of_week='2']",
    ['2027-04-14 00:00:00', '2028-04-12 00:00:00'],
  ],
  ['cron', {}, 'cron[]', ['2026-11-18 10:00:31', '2026-11-18 10:00:32']],
  ['cron', { year: 2001 }, "cron[year='2001']", []],
  [
    'cron',
    { hour: 9, start_date: '2026-11-20', end_date: '2026-11-21 09:00:00' },
    "cron[hour='9']",
    ['2026-11-20 09:00:00', '2026-11-21 09:00:00'],
  ],
  ['cron', { hour: 9, timezone: 'Asia/Tokyo' }, "cron[hour='9']", ['2026-11-19 00:00:00', '2026-11-20 00:00:00']],
  [
    'interval',
    { seconds: 30, minutes: 5, hours: 1 },
    'interval[1:05:30]',
    ['2026-11-18 11:06:00', '2026-11-18 12:11:30'],
  ],
  ['interval', { minutes: 60 }, 'interval[1:00:00]', ['2026-11-18 11:00:30']],
  ['interval', { seconds: 5 }, 'interval[0:00:05]', ['2026-11-18 10:00:35', '2026-11-18 10:00:40']],
  ['interval', { days: 1 }, 'interval[1 day, 0:00:00]', ['2026-11-19 10:00:30']],
  ['interval', { weeks: 1 }, 'interval[7 days, 0:00:00]', ['2026-11-25 10:00:30']],
  [
    'interval',
    { hours: 2, start_date: '2026-11-18 09:30:00', end_date: '2026-11-18 14:00:00' },
    'interval[2:00:00]',
    ['2026-11-18 11:30:00', '2026-11-18 13:30:00'],
  ],
  [
    'interval',
    { hours: 2, start_date: '2010-10-10 09:30:00' },
    'interval[2:00:00]',
    ['2026-11-18 11:30:00', '2026-11-18 13:30:00'],
  ],
  [
    'interval',
    { hours: 2, start_date: '2026-11-18T20:00:00+09:00' },
    'interval[2:00:00]',
    ['2026-11-18 11:00:00', '2026-11-18 13:00:00'],
  ],
  ['date', { run_date: '2024-01-15 14:30:00' }, 'date[2024-01-15 14:30:00 UTC]', []],
  ['date', { run_date: '2027-01-15T14:30:00' }, 'date[2027-01-15 14:30:00 UTC]', ['2027-01-15 14:30:00']],
  ['date', { run_date: '2027-01-15' }, 'date[2027-01-15 00:00:00 UTC]', ['2027-01-15 00:00:00']],
]

describe('a trigger', () => {
  for (const [trigger, given, text, next] of VECTORS) {
    it(`${trigger} ${JSON.stringify(given)} is ${text}, and fires then`, () => {
      const wanted = next.length === 0 ? 1 : next.length + (given.end_date === undefined ? 0 : 1)

      assert.deepEqual([triggerText(timetable(trigger, given)), nextOf(trigger, given, wanted)], [text, next])
      assert.deepEqual(timetable({ type: trigger, ...given }), timetable(trigger, given), 'an object says the same')
    })
  }

  it('that is left out runs once, now', () => {
    assert.deepEqual(nextOf(undefined, {}, 2), ['2026-11-18 10:00:31'])
  })

  it('is shown as it could be sent again', () => {
    const shown = (trigger: string, given: Given) => triggerObject(timetable(trigger, given), 'UTC')

    assert.deepEqual(shown('interval', { seconds: 5 }), { type: 'interval', seconds: 5 })
    assert.deepEqual(shown('interval', { days: 9, minutes: 61, seconds: 1.5 }), {
      type: 'interval',
      weeks: 1,
      days: 2,
      hours: 1,
      minutes: 1,
      seconds: 1.5,
    })
    assert.deepEqual(shown('cron', { hour: 2, day_of_week: 'mon-fri', jitter: 30, timezone: 'Asia/Tokyo' }), {
      type: 'cron',
      day_of_week: 'mon-fri',
      hour: '2',
      jitter: 30,
      timezone: 'Asia/Tokyo',
    })
    assert.deepEqual(shown('interval', { hours: 2, start_date: '2026-11-18 09:30', end_date: '2026-11-18 14:00' }), {
      type: 'interval',
      hours: 2,
      start_date: '2026-11-18 09:30:00',
      end_date: '2026-11-18 14:00:00',
    })
    assert.deepEqual(shown('date', { run_date: '2027-01-15 14:30:00' }), {
      type: 'date',
      run_date: '2027-01-15 14:30:00',
    })
  })

  it('that was made elsewhere is told in words of its own', () => {
    const schedules = [
      { kind: 'cron', expression: '0 9 * * 1', zone: 'UTC' },
      { kind: 'interval', everyMs: 60_000, anchor: 0 },
    ] as const

    assert.equal(triggerText({ schedules: [schedules[0]], zone: 'UTC' }), 'crontab[0 9 * * 1]')
    assert.equal(triggerText({ schedules, zone: 'UTC' }), 'or[crontab[0 9 * * 1], interval[0:01:00]]')
    assert.equal(triggerText({ schedules: [{ kind: 'manual' }], zone: 'UTC' }), 'manual')
  })

  const WRONG: readonly [trigger: unknown, given: Given, message: RegExp][] = [
    ['hourly', {}, /^trigger: "hourly": use one of interval, cron, date/],
    [{ seconds: 5 }, {}, /^trigger: /],
    [['interval'], {}, /^trigger: /],
    ['interval', {}, /1 second or more/],
    ['interval', { seconds: 0 }, /1 second or more/],
    ['interval', { seconds: -5 }, /^seconds: -5: /],
    ['interval', { seconds: '5' }, /^seconds: "5": /],
    ['interval', { seconds: 5, hour: 2 }, /^hour: 2: the trigger interval takes weeks, /],
    ['interval', { seconds: 5, start_date: '2026-13-01' }, /^start_date: "2026-13-01": /],
    ['interval', { seconds: 5, jitter: -1 }, /^jitter: -1: /],
    ['interval', { seconds: 5, timezone: 'Mars/Olympus' }, /^timezone: "Mars\/Olympus": /],
    ['cron', { hour: true }, /^hour: true: /],
    ['cron', { hour: 1.5 }, /^hour: 1.5: /],
    ['date', { run_date: 'tomorrow' }, /^run_date: "tomorrow": /],
    ['date', { run_date: 5 }, /^run_date: 5: /],
  ]

  for (const [trigger, given, message] of WRONG) {
    it(`${JSON.stringify(trigger)} ${JSON.stringify(given)} is refused by its field, its value and what would be right`, () => {
      assert.throws(() => timetable(trigger, given), { message, status: 400, code: 'INVALID_TRIGGER' })
    })
  }
})
