/** Each frequency of the document as the cron expression that it stands for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, instantsBetween } from '../../../schedule/schedule.ts'
import { cronOf, frequencyIn } from './frequency.ts'

const TABLE: readonly (readonly [fields: Record<string, unknown>, cron: string])[] = [
  [{ frequency: 'Daily' }, '0 0 * * *'],
  [{ frequency: 'daily' }, '0 0 * * *'],
  [{ frequency: 'WEEKLY' }, '0 0 * * 0'],
  [{ frequency: 'Monthly' }, '0 0 1 * *'],
  [{ frequency: 'Quarterly' }, '0 0 1 1,4,7,10 *'],
  [{ frequency: 'Quaterly' }, '0 0 1 1,4,7,10 *'],
  [{ frequency: 'yearly' }, '0 0 1 1 *'],
  [{ frequency: 'daily', timeOfDay: '07:30' }, '30 7 * * *'],
  [{ frequency: 'weekly', dayOfWeek: 'Monday', timeOfDay: '23:05' }, '5 23 * * 1'],
  [{ frequency: 'weekly', dayOfWeek: 'sat' }, '0 0 * * 6'],
  [{ frequency: 'weekly', dayOfWeek: 7 }, '0 0 * * 0'],
  [{ frequency: 'monthly', dayOfMonth: 15 }, '0 0 15 * *'],
  [{ frequency: 'quarterly', dayOfMonth: '2' }, '0 0 2 1,4,7,10 *'],
  [{ frequency: 'yearly', dayOfMonth: 31, timeOfDay: '12:00' }, '0 12 31 1 *'],
]

for (const [fields, cron] of TABLE) {
  test(`${JSON.stringify(fields)} is ${cron}`, () => {
    const frequency = frequencyIn(fields, null)

    assert.equal(frequency === null ? null : cronOf(frequency), cron)
  })
}

test('the quarters of Asia/Tokyo, after 2026-11-18 19:00:30', () => {
  const zone = 'Asia/Tokyo'
  const now = Date.parse('2026-11-18T19:00:30+09:00')
  const frequency = frequencyIn({ frequency: 'quarterly' }, null)
  assert.ok(frequency !== null)
  const timetable = compile({ schedules: [{ kind: 'cron', expression: cronOf(frequency), zone }], zone }, '')

  const next = instantsBetween(timetable, now, Number.POSITIVE_INFINITY, 3)

  assert.deepEqual(
    next,
    ['2027-01-01', '2027-04-01', '2027-07-01'].map((day) => Date.parse(`${day}T00:00:00+09:00`)),
  )
})

test('what is left out stays while the frequency is the same, and begins anew with another', () => {
  const before = frequencyIn({ frequency: 'weekly', dayOfWeek: 3, timeOfDay: '08:00' }, null)

  assert.deepEqual(frequencyIn({ timeOfDay: '09:00' }, before), { ...before, time: '09:00' })
  assert.deepEqual(frequencyIn({}, before), before)
  assert.equal(frequencyIn({ frequency: 'daily' }, before)?.time, '00:00')
  assert.equal(frequencyIn({ frequency: null }, before), null)
  assert.throws(() => frequencyIn({ timeOfDay: '09:00' }, null), /it goes with a frequency/)
})
