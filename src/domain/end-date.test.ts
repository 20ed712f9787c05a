/** Days as people count them, and whether a job still counts as one that runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateAt, daysLater, isActive, isDate } from './end-date.ts'

test('a date is one of the calendar, written in full', () => {
  for (const text of ['2026-12-31', '2028-02-29', '0001-01-01']) assert.equal(isDate(text), true, text)
  for (const text of ['2026-02-29', '2026-13-01', '2026-1-1', '20261231', '2026-12-31T00:00', ' 2026-12-31', ''])
    assert.equal(isDate(text), false, text)
})

test('the date of an instant is that of the zone', () => {
  const at = Date.UTC(2026, 10, 24, 14, 59, 59, 999)

  assert.deepEqual(
    ['Asia/Tokyo', 'UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'].map((zone) => dateAt(at, zone)),
    ['2026-11-24', '2026-11-24', '2026-11-25', '2026-11-24'],
  )
  assert.equal(dateAt(at + 1, 'Asia/Tokyo'), '2026-11-25')
  assert.equal(daysLater('2027-11-24', 365), '2028-11-23')
})

test('a job is active to people until its end date is over, though it had its last run earlier', () => {
  const shown = (['active', 'paused', 'ended'] as const).map((state) =>
    ['2026-11-19', '2026-11-20', null].map((endsOn) => isActive({ state, endsOn }, '2026-11-20')),
  )

  assert.deepEqual(shown, [
    [false, true, true],
    [false, false, false],
    [false, true, false],
  ])
})
