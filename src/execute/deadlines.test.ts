/** Deadlines ring late by at most the granularity, never early, and cost one timer for all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { createDeadlines, GRANULARITY_MS } from './deadlines.ts'

const setUp = (startElapsed = 0) => {
  const clock = manualClock(0)
  clock.advance(startElapsed)
  const rung: { name: string; at: number }[] = []
  const deadlines = createDeadlines<string>(clock, (name) => rung.push({ name, at: clock.monotonic() }))
  return { clock, deadlines, rung }
}

test('a deadline rings within the granularity after its time, never before, whenever it was set', () => {
  for (const offset of [0, 1, 13, 49, 50, 51, 999]) {
    for (const delay of [0, 1, 49, 50, 51, 100, 1234, 26_000, 100_000]) {
      const { clock, deadlines, rung } = setUp(offset)
      deadlines.set('a', clock.monotonic(), delay)

      clock.advance(delay + GRANULARITY_MS + 1)

      assert.equal(rung.length, 1, `offset ${offset}, delay ${delay}`)
      const late = (rung[0]?.at ?? 0) - offset - delay
      assert.ok(late >= 0 && late <= GRANULARITY_MS + 1, `offset ${offset}, delay ${delay}: ${late} ms late`)
    }
  }
})

test('a cleared deadline never rings, and others of its slot still do', () => {
  const { clock, deadlines, rung } = setUp()
  const turn = 512 * GRANULARITY_MS
  const entries = ['a', 'b', 'c', 'd'].map((name, at) => deadlines.set(name, 0, 100 + (at % 2) * turn))
  for (const at of [0, 3]) deadlines.clear(entries[at]!) // four were set
  deadlines.clear(entries[0]!)

  clock.advance(100)
  assert.deepEqual(rung, [{ name: 'c', at: 100 }])
  clock.advance(turn)
  assert.deepEqual(rung[1], { name: 'b', at: 100 + turn })
})

test('the wheel stands still while nothing is in flight', () => {
  const { clock, deadlines } = setUp()
  assert.equal(clock.pendingTimers(), 0)

  const entries = Array.from({ length: 1000 }, (_, at) => deadlines.set(String(at), 0, 30_000))
  assert.equal(clock.pendingTimers(), 1)
  for (const entry of entries) deadlines.clear(entry)
  clock.advance(GRANULARITY_MS)

  assert.equal(clock.pendingTimers(), 0)
})

test('after a stall that is longer than a turn of the wheel every passed deadline rings once', () => {
  let now = 0
  let ring: () => void = () => undefined
  const clock = {
    now: () => now,
    monotonic: () => now,
    after: (_: number, next: () => void) => {
      ring = next
      return () => undefined
    },
  }
  const rung: number[] = []
  const deadlines = createDeadlines<number>(clock, (delay) => rung.push(delay))
  for (let delay = 100; delay <= 90_000; delay += 100) deadlines.set(delay, 0, delay)

  now = 60_000
  ring()

  assert.equal(rung.length, 600)
  assert.ok(rung.every((delay) => delay <= 60_000))
})

test('a ring may set and clear deadlines', () => {
  const clock = manualClock(0)
  const rung: string[] = []
  const deadlines = createDeadlines<string>(clock, (name) => {
    rung.push(name)
    if (name === 'first') deadlines.clear(second)
    if (rung.length < 3) deadlines.set('again', clock.monotonic(), 100)
  })
  deadlines.set('first', 0, 100)
  const second = deadlines.set('second', 0, 200)

  clock.advance(400)

  assert.deepEqual(rung, ['first', 'again', 'again'])
  assert.equal(clock.pendingTimers(), 0)
})
