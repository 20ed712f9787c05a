/** One instant beside a timetable. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { around, compile, nextAfter, type Timetable } from './schedule.ts'

const at = (text: string): number => Date.parse(text)
const berlin: Timetable = {
  schedules: [{ kind: 'cron', expression: '30 2 * * *', zone: 'Europe/Berlin' }],
  zone: 'Europe/Berlin',
}

test('an instant that is due is told so, with its neighbours', () => {
  const { isDue, before, after, delayedTo, clockChange } = around(berlin, 'job', at('2026-06-10T00:30:00Z'))

  assert.deepEqual(
    [isDue, before, after, delayedTo, clockChange],
    [true, at('2026-06-09T00:30:00Z'), at('2026-06-11T00:30:00Z'), null, null],
  )
})

test('an instant near a change of the clock is told what became of the time (Europe/Berlin, gap of 2026-03-29)', () => {
  const moved = around(berlin, 'job', at('2026-03-29T01:00:00Z'))
  const asked = around(berlin, 'job', at('2026-03-29T01:30:00Z'))

  assert.deepEqual([moved.isDue, asked.isDue, asked.before], [true, false, at('2026-03-29T01:00:00Z')])
  for (const { clockChange } of [moved, asked]) {
    assert.equal(clockChange?.effect, '02:30 does not exist on 2026-03-29; runs at 03:00')
  }
  assert.equal(around(berlin, 'job', at('2026-03-29T12:00:00Z')).clockChange, null)
})

test('the start and the end of a timetable are told, and what lies beyond them has no neighbour there', () => {
  const timetable = { ...berlin, start: '2026-06-01', end: '2026-06-30' }

  const before = around(timetable, 'job', at('2026-05-01T00:30:00Z'))
  const after = around(timetable, 'job', at('2026-07-10T00:30:00Z'))

  assert.deepEqual([before.isDue, before.before, before.first], [false, null, at('2026-05-31T22:00:00Z')])
  assert.deepEqual([after.isDue, after.after, after.last], [false, null, at('2026-06-30T22:00:00Z') - 1])
})

for (const delay of [{ jitterMs: 600_000 }, { spreadMs: 7 * 3_600_000 }, { jitterMs: 900_000, spreadMs: 90_000_000 }]) {
  test(`an instant that the schedule names and ${Object.keys(delay).join(' and ')} moves is told where to`, () => {
    const delayed = { ...berlin, ...delay }
    const compiled = compile(delayed, 'job 1')

    for (let day = 1; day < 28; day++) {
      const named = at(`2026-06-${String(day).padStart(2, '0')}T00:30:00Z`)
      const { isDue, delayedTo } = around(delayed, 'job 1', named)
      assert.equal(isDue, false)
      assert.ok(
        delayedTo !== null && delayedTo > named && delayedTo <= named + (delay.jitterMs ?? 0) + (delay.spreadMs ?? 0),
      )
      assert.equal(nextAfter(compiled, delayedTo - 1), delayedTo)
    }
  })
}
