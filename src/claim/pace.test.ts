/** When the next look is taken, and what counts as a jump of the clock. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { watchClock } from './clock-watch.ts'
import { CLAIM_AHEAD_MS, LOOK_SPACING_MS, untilNextLook, WORTHWHILE_ROOM } from './pace.ts'

const calm = { now: 0, nextAt: null, backlog: false, room: 1000, boundMs: 1000 }

describe('pace', () => {
  it('with nothing scheduled it looks at the bound', () => {
    assert.equal(untilNextLook(calm), 1000)
  })

  it('it looks a moment before the next instant', () => {
    assert.equal(untilNextLook({ ...calm, nextAt: 500 }), 500 - CLAIM_AHEAD_MS)
  })

  it('instants close together share a look', () => {
    assert.equal(untilNextLook({ ...calm, nextAt: 1 }), LOOK_SPACING_MS)
  })

  it('with more due than fits it waits a moment for a worthwhile batch, and for a free place if there is none', () => {
    assert.equal(untilNextLook({ ...calm, backlog: true, room: 0 }), null)
    assert.equal(untilNextLook({ ...calm, backlog: true, room: 10 }), LOOK_SPACING_MS)
    assert.equal(untilNextLook({ ...calm, backlog: true, room: WORTHWHILE_ROOM }), 0)
  })
})

describe('clock watch', () => {
  it('tells a jump back and a jump forward, once each', () => {
    const jumped = watchClock()
    assert.equal(jumped(1_000_000, 0), 0)
    assert.equal(jumped(1_001_000, 1000), 0)
    assert.equal(jumped(1_002_000 - 3_600_000, 2000), -3_600_000)
    assert.equal(jumped(1_003_000 - 3_600_000, 3000), 0)
    assert.equal(jumped(1_004_000, 4000), 3_600_000)
  })

  it('a clock that is slewed by half a millisecond a second for a day never jumps', () => {
    const jumped = watchClock()
    for (let second = 0; second < 86_400; second++) assert.equal(jumped(second * 1000.5, second * 1000), 0)
  })
})
