/** The token bucket: exact over any stretch of time, and never waiting for a clock that was set back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FULL, nextTokenAt, type Rate, takeToken } from './rate.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE = 60_000

/** The instants of so many starts, each as soon as it may be. */
const starts = (rate: Rate, count: number): number[] => {
  const found: number[] = []
  let bucket = FULL
  for (let now = NOW; found.length < count; ) {
    now = Math.max(now, nextTokenAt(bucket, rate, now))
    bucket = takeToken(bucket, rate, now)
    found.push(now - NOW)
  }
  return found
}

describe('a rate', () => {
  it('spreads its starts evenly', () => {
    assert.deepEqual(starts({ count: 4, perMs: 1000, burst: 1 }, 6), [0, 250, 500, 750, 1000, 1250])
  })

  it('keeps fractions of a millisecond: after seven starts a minute has passed, not a millisecond more', () => {
    const seven = starts({ count: 7, perMs: MINUTE, burst: 1 }, 71)

    assert.deepEqual(seven.slice(0, 3), [0, 8572, 17_143])
    for (let minute = 1; minute <= 10; minute++) assert.equal(seven[7 * minute], minute * MINUTE)
  })

  it('lets burst start at one moment, then one at a time', () => {
    assert.deepEqual(starts({ count: 4, perMs: 1000, burst: 3 }, 6), [0, 0, 0, 250, 500, 750])
  })

  it('never lets more than count + burst - 1 start within its time', () => {
    for (const rate of [
      { count: 7, perMs: 1000, burst: 1 },
      { count: 1000, perMs: 7000, burst: 30 },
      { count: 3, perMs: 86_400_000, burst: 3 },
    ]) {
      const all = starts(rate, 500)
      all.forEach((from, first) => {
        const within = all.slice(first).filter((at) => at < from + rate.perMs).length
        assert.ok(within <= rate.count + rate.burst - 1, `${within} from ${from}`)
      })
    }
  })

  it('does not save up more than its burst while nothing starts', () => {
    const rate = { count: 4, perMs: 1000, burst: 2 }
    const later = NOW + 3_600_000
    let bucket = takeToken(takeToken(FULL, rate, NOW), rate, NOW)
    bucket = takeToken(takeToken(bucket, rate, later), rate, later)

    assert.equal(nextTokenAt(bucket, rate, later), later + 250)
  })

  it('forgets a bucket of a time to come: the clock was set back', () => {
    const rate = { count: 1, perMs: MINUTE, burst: 1 }
    const bucket = takeToken(FULL, rate, NOW)

    assert.ok(nextTokenAt(bucket, rate, NOW - 3_600_000) <= NOW - 3_600_000)
  })
})
