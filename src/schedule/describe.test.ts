/** Timetables in plain words. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeSchedule, describeTimetable } from './describe.ts'
import type { Schedule } from './schedule.ts'

const cron = (expression: string): string =>
  describeSchedule({ kind: 'cron', expression, zone: 'UTC' }).replace(/, UTC$/, '')
const fields = (given: Record<string, string>): string =>
  describeSchedule({ kind: 'fields', zone: 'UTC', ...given } as Schedule).replace(/, UTC$/, '')

describe('a cron schedule in words', () => {
  for (const [expression, words] of [
    ['* * * * *', 'Every minute'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['* * * * * *', 'Every second'],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['*/10 * 9 * * *', 'Every 10 seconds of every minute from 09:00 to 09:59'],
    ['1,2 * * * * *', 'At seconds 1 and 2 of every minute'],
    ['0 * * * *', 'Every hour at minute 0'],
    ['0 */2 * * *', 'Every 2 hours at minute 0'],
    ['5,20 * * * *', 'At minutes 5 and 20 of every hour'],
    ['30 2 * * *', 'At 02:30 every day'],
    ['30 15 2 * * *', 'At 02:15:30 every day'],
    ['0 0,12 * * *', 'At 00:00 and 12:00 every day'],
    ['0 9 * * 1-5', 'At 09:00 from Monday to Friday'],
    ['0 9 * * SAT-SUN', 'At 09:00 on Saturday and Sunday'],
    ['*/30 9-17 * * MON-FRI', 'Every 30 minutes from 09:00 to 17:59 from Monday to Friday'],
    ['5 1,4,8,9,11,15,20 * * *', 'At minute 5 of the hours 01, 04, 08, 09, 11, 15 and 20'],
    ['0 0 1 1 *', 'At 00:00 on 1 January'],
    ['0 12 29 2 *', 'At 12:00 on 29 February'],
    ['0 0 1,15 * *', 'At 00:00 on days 1 and 15 of the month'],
    ['0 0 13 * 5', 'At 00:00 on day 13 of the month or on Friday'],
    [
      '0 0 1-7 * */2',
      'At 00:00 on days 1 to 7 of the month, only if it falls on Tuesday, Thursday, Saturday and Sunday',
    ],
    ['0 0 L * *', 'At 00:00 on the last day of the month'],
    ['0 0 L-3 * *', 'At 00:00 on the day 3 before the last of the month'],
    ['0 18 LW 6 *', 'At 18:00 on the last working day of the month in June'],
    ['0 0 15W * *', 'At 00:00 on the working day nearest to day 15 of the month'],
    ['0 0 * * 5L', 'At 00:00 on the last Friday of the month'],
    ['0 0 * * 2#3', 'At 00:00 on the third Tuesday of the month'],
    ['0 0 * 6-8 *', 'At 00:00 every day in June to August'],
    ['0 0 12 1 1 * 2030', 'At 12:00 on 1 January in 2030'],
  ] as const) {
    it(`${expression} is "${words}"`, () => {
      assert.equal(cron(expression), words)
    })
  }
})

describe('other schedules in words', () => {
  it('fields join their days with and', () => {
    assert.equal(
      fields({ day: '1-7', dayOfWeek: 'mon' }),
      'At 00:00 on days 1 to 7 of the month, only if it falls on Monday',
    )
    assert.equal(fields({ week: '15', dayOfWeek: '2' }), 'At 00:00 on Wednesday in ISO week 15')
    assert.equal(fields({}), 'Every second')
  })

  it('zone and choices for clock changes are named', () => {
    const schedule: Schedule = {
      kind: 'cron',
      expression: '30 2 * * *',
      zone: 'Europe/Berlin',
      dstGap: 'skip',
      dstOverlap: 'both',
    }

    assert.equal(
      describeSchedule(schedule),
      'At 02:30 every day, Europe/Berlin time, missing times are skipped, repeated times run twice',
    )
  })

  it('intervals, calendars, once and manual have their own sentences', () => {
    assert.equal(
      describeSchedule({ kind: 'interval', everyMs: 60_000, anchor: 0 }),
      'Every minute, counted from 1970-01-01 00:00:00 UTC',
    )
    assert.equal(
      describeSchedule({ kind: 'interval', everyMs: 3_930_500, anchor: 0 }),
      'Every 1 hour 5 minutes 30 seconds 500 milliseconds, counted from 1970-01-01 00:00:00 UTC',
    )
    assert.equal(
      describeSchedule({ kind: 'calendar', every: 2, unit: 'month', start: '2026-01-31', at: '02:30', zone: 'UTC' }),
      'Every 2 months on day 31, or the last day of a shorter month, at 02:30, from 2026-01-31 on, UTC',
    )
    assert.equal(
      describeSchedule({ kind: 'calendar', every: 1, unit: 'week', start: '2026-01-31', at: '02:30', zone: 'UTC' }),
      'Every week on Saturday at 02:30, from 2026-01-31 on, UTC',
    )
    assert.equal(describeSchedule({ kind: 'once', at: 0 }), 'Once, at 1970-01-01 00:00:00 UTC')
    assert.equal(describeSchedule({ kind: 'manual' }), 'Only when started by hand')
  })

  it('a timetable says its bounds, its limit and its delays', () => {
    const words = describeTimetable({
      zone: 'Europe/Berlin',
      start: '2026-01-01',
      end: '2026-12-31',
      maxRuns: 3,
      jitterMs: 30_000,
      spreadMs: 60_000,
      schedules: [{ kind: 'cron', expression: '0 9 * * *', zone: 'Europe/Berlin' }, { kind: 'manual' }],
    })

    assert.equal(
      words,
      'At 09:00 every day, Europe/Berlin time; and only when started by hand. From 2026-01-01 through 2026-12-31 (Europe/Berlin). ' +
        'At most 3 runs in all. All runs are delayed by one fixed share of 1 minute. Each run is delayed by up to 30 seconds.',
    )
  })

  it('an invalid schedule is refused, not described', () => {
    assert.throws(() => describeSchedule({ kind: 'cron', expression: '61 * * * *', zone: 'UTC' }), {
      path: 'schedule.expression',
    })
  })
})
