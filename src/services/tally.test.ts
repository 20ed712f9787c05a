/** Rows held against the instants of a timetable. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compile } from '../schedule/schedule.ts'
import type { LedgerRow } from '../store/store.ts'
import { createTally } from './tally.ts'

const MINUTE = 60_000
const compiled = compile({ schedules: [{ kind: 'interval', everyMs: MINUTE, anchor: 0 }], zone: 'UTC' }, '')
const row = (minute: number, more: Partial<LedgerRow> = {}): LedgerRow => ({
  id: `row ${minute}`,
  scheduleVersion: 1,
  scheduledFor: minute * MINUTE,
  lastFor: null,
  occurrences: 1,
  ...more,
})

describe('a tally', () => {
  it('finds nothing where each instant has its row, alone or in a range', () => {
    const tally = createTally(compiled, 0, 0)

    const found = [row(1), row(2, { lastFor: 5 * MINUTE, occurrences: 4 }), row(6)].map(tally.add)

    assert.deepEqual(found, Array(3).fill({ gap: null, oddity: null }))
    assert.equal(tally.rest(6 * MINUTE + 1), null)
    assert.equal(tally.at(), 6 * MINUTE)
  })

  it('names the instants without a row: before, between and after', () => {
    const tally = createTally(compiled, 0, 0)

    assert.deepEqual(tally.add(row(3)).gap, { first: MINUTE, last: 2 * MINUTE, count: 2 })
    assert.deepEqual(tally.add(row(5)).gap, { first: 4 * MINUTE, last: 4 * MINUTE, count: 1 })
    assert.deepEqual(tally.rest(8 * MINUTE), { first: 6 * MINUTE, last: 8 * MINUTE, count: 3 })
  })

  it('does not ask for instants that the era before may have told', () => {
    const tally = createTally(compiled, 0, MINUTE)

    assert.equal(tally.add(row(2)).gap, null)
  })

  it('takes a second row of the same instant, and one inside a range, for what they are: no gap', () => {
    const tally = createTally(compiled, 0, 0)
    tally.add(row(1, { lastFor: 4 * MINUTE, occurrences: 4 }))

    assert.deepEqual(
      [tally.add(row(2)), tally.add(row(2)), tally.at()],
      [{ gap: null, oddity: null }, { gap: null, oddity: null }, 4 * MINUTE],
    )
  })

  it('names a row whose instant is none, and a range that counts wrong', () => {
    const tally = createTally(compiled, 0, 0)
    const [stray, range] = [row(1, { scheduledFor: MINUTE + 1 }), row(1, { lastFor: 3 * MINUTE, occurrences: 2 })]

    assert.deepEqual(tally.add(stray), { gap: null, oddity: { row: stray, problem: 'not_due' } })
    assert.deepEqual(tally.add(range), { gap: null, oddity: { row: range, problem: 'miscounted' } })
  })
})
