/** What people are shown before they save a timetable. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compile, nextAfter, preview, type Schedule, type Timetable } from './schedule.ts'

const AFTER = Date.parse('2026-01-01T00:00Z')

const cron = (expression: string, zone: string, rest: Partial<Schedule> = {}): Timetable => ({
  zone: 'UTC',
  schedules: [{ kind: 'cron', expression, zone, ...rest } as Schedule],
})

const effects = (timetable: Timetable): string[] =>
  preview(timetable, '', AFTER, 3).clockChanges.map(({ effect }) => effect)
const codes = (timetable: Timetable, count = 3): string[] =>
  preview(timetable, '', AFTER, count).warnings.map(({ code }) => code)
const messages = (timetable: Timetable): string[] =>
  preview(timetable, '', AFTER, 3).warnings.map(({ message }) => message)

describe('a preview', () => {
  it('shows the very instants the job will be due at, delays included', () => {
    const timetable = { ...cron('*/5 * * * *', 'Europe/Berlin'), jitterMs: 60_000, spreadMs: 60_000 }
    const compiled = compile(timetable, 'job')

    const { next } = preview(timetable, 'job', AFTER, 5)

    assert.equal(next.length, 5)
    next.forEach((instant, index) => {
      assert.equal(instant, nextAfter(compiled, next[index - 1] ?? AFTER))
    })
  })

  it('tells the instant, zone and shift of a change', () => {
    const [change] = preview(cron('30 2 * * *', 'america/new_york'), '', AFTER, 1).clockChanges

    assert.deepEqual(change, {
      at: Date.parse('2026-03-08T07:00Z'),
      zone: 'America/New_York',
      kind: 'gap',
      shiftMs: 3_600_000,
      effect: '02:30 does not exist on 2026-03-08; runs at 03:00',
    })
  })

  for (const [name, timetable, expected] of [
    [
      'a missing time',
      cron('30 2 * * *', 'Europe/Berlin'),
      [
        '02:30 does not exist on 2026-03-29; runs at 03:00',
        '02:30 comes twice on 2026-10-25; runs once, the first time',
      ],
    ],
    [
      'several missing times',
      cron('10,40 2 * * *', 'America/New_York'),
      ['02:10 and 02:40 do not exist on 2026-03-08; runs once at 03:00'],
    ],
    [
      'many times',
      cron('*/10 1 * * *', 'Europe/London'),
      [
        '6 times from 01:00 to 01:50 do not exist on 2026-03-29; runs once at 02:00',
        '6 times from 01:00 to 01:50 come twice on 2026-10-25; each runs both times',
      ],
    ],
    [
      'a rhythm',
      cron('*/30 * * * *', 'Australia/Lord_Howe'),
      [
        '01:30 comes twice on 2026-04-05; runs both times',
        '02:00 does not exist on 2026-10-04; it is skipped, the next run is at 02:30',
      ],
    ],
    [
      'a gap that ends at midnight',
      cron('30 23 * * *', 'America/Nuuk'),
      [
        '23:30 does not exist on 2026-03-28; runs at 00:00 on 2026-03-29',
        '23:30 comes twice on 2026-10-24; runs once, the first time',
      ],
    ],
    [
      'a job told to skip',
      cron('30 2 * * *', 'America/New_York', { dstGap: 'skip' }),
      ['02:30 does not exist on 2026-03-08; it is skipped, the next run is at 02:30 on 2026-03-09'],
    ],
    [
      'a job told to run twice',
      cron('30 1 * * *', 'America/New_York', { dstOverlap: 'both' }),
      ['01:30 comes twice on 2026-11-01; runs both times'],
    ],
    ['a job far from the change', cron('0 12 * * *', 'America/New_York'), []],
    ['a job without a clock change', cron('30 2 * * *', 'Asia/Tokyo'), []],
    ['a weekday that is not the day of the change', cron('30 2 * * MON', 'America/New_York'), []],
  ] as const) {
    it(`says what clock changes do to ${name}`, () => {
      assert.deepEqual(effects(timetable), expected)
    })
  }

  it('leaves out changes before the start and after the end', () => {
    const nightly = cron('30 2 * * *', 'Europe/Berlin')

    assert.equal(effects({ ...nightly, start: '2026-06-01' }).length, 1)
    assert.equal(effects({ ...nightly, start: '2026-06-01', end: '2026-06-30' }).length, 0)
  })

  it('says an effect once when two schedules share it', () => {
    const one = cron('30 2 * * *', 'Europe/Berlin').schedules[0] as Schedule
    const weekly = cron('30 2 * * SUN', 'Europe/Berlin').schedules[0] as Schedule

    assert.equal(effects({ zone: 'UTC', schedules: [one, weekly] }).length, 2)
  })
})

describe('a warning', () => {
  it('is not given for a plain schedule', () => {
    assert.deepEqual(codes(cron('30 2 * * 1-5', 'UTC')), [])
    assert.deepEqual(codes(cron('*/15 */6 * * *', 'UTC')), [])
    assert.deepEqual(codes({ zone: 'UTC', schedules: [{ kind: 'manual' }] }), [])
  })

  it('tells an impossible schedule from one that is over', () => {
    assert.match(messages(cron('0 0 31 2 *', 'UTC')).join(), /it can never fire/)
    assert.match(messages(cron('0 0 0 1 1 * 2020', 'UTC')).join(), /all its instants have passed/)
    assert.deepEqual(codes({ ...cron('0 0 1 7 *', 'UTC'), end: '2026-06-30' }), ['never_fires'])
  })

  it('names the impossible one among several schedules', () => {
    const schedules = [...cron('0 0 * * *', 'UTC').schedules, ...cron('0 0 30 2 *', 'UTC').schedules]

    assert.ok(messages({ zone: 'UTC', schedules }).some((message) => message.startsWith('schedules[1]:')))
  })

  it('names the months that lack the day', () => {
    assert.deepEqual(messages(cron('0 0 31 * *', 'UTC')), [
      'Day 31 does not exist in February, April, June, September or November: nothing runs there. L is the last day of any month.',
    ])
    assert.match(messages(cron('0 0 29 * *', 'UTC')).join(), /February of common years/)
    assert.deepEqual(codes(cron('0 0 30 4 *', 'UTC')), [])
    assert.deepEqual(codes(cron('0 0 1,31 * *', 'UTC')), [])
    assert.deepEqual(codes(cron('0 0 31 * 1', 'UTC')), ['both_day_fields'])
  })

  it('says that a calendar schedule moves to the end of a short month', () => {
    const monthly: Schedule = {
      kind: 'calendar',
      every: 1,
      unit: 'month',
      start: '2026-01-31',
      at: '09:00',
      zone: 'UTC',
    }

    assert.deepEqual(codes({ zone: 'UTC', schedules: [monthly] }), ['clamps_day'])
  })

  it('says that two day fields are joined by or', () => {
    assert.deepEqual(codes(cron('0 0 13 * 5', 'UTC')), ['both_day_fields'])
    assert.deepEqual(codes(cron('0 0 13 * */2', 'UTC')), [])
  })

  it('says that a step which does not divide its field starts anew', () => {
    assert.deepEqual(messages(cron('*/35 * * * *', 'UTC')), [
      'Every 35 minutes starts anew each hour: it runs at minute 0 and 35.',
    ])
    assert.deepEqual(codes(cron('0 */5 * * *', 'UTC')), ['uneven_step'])
    assert.deepEqual(codes(cron('0 0 */3 * *', 'UTC')), ['uneven_step'])
    assert.deepEqual(codes(cron('0,35 0 1,16 * *', 'UTC')), [])
  })

  it('says that the list ends soon', () => {
    assert.deepEqual(codes(cron('0 0 12 1 1 * 2030-2031', 'UTC')), ['ends_soon'])
    assert.deepEqual(codes(cron('0 0 12 1 1 * 2030-2031', 'UTC'), 2), [])
  })
})
