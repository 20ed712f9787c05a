/** The manual clock keeps its word, since every other test leans on it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from './manual-clock.ts'

test('timers ring in the order of their instants, each seeing its own instant', () => {
  const clock = manualClock(1000)
  const rung: string[] = []
  clock.after(30, () => rung.push(`c ${clock.now()}`))
  clock.after(10, () => {
    rung.push(`a ${clock.now()}`)
    clock.after(5, () => rung.push(`b ${clock.now()}`))
  })
  const cancel = clock.after(20, () => rung.push('never'))
  cancel()

  clock.advance(29)
  assert.deepEqual(rung, ['a 1010', 'b 1015'])
  clock.advance(1)
  assert.deepEqual(rung, ['a 1010', 'b 1015', 'c 1030'])
  assert.equal(clock.pendingTimers(), 0)
})

test('the wall clock jumps without moving timers or the monotonic clock', () => {
  const clock = manualClock(1000)
  let rung = false
  clock.after(50, () => {
    rung = true
  })

  clock.setWall(500_000)

  assert.equal(clock.now(), 500_000)
  assert.equal(clock.monotonic(), 0)
  assert.equal(rung, false)
  clock.advance(50)
  assert.equal(rung, true)
  assert.equal(clock.now(), 500_050)
})
