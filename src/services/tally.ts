/** Holds the rows of one era against the instants that its timetable names. Pure, and it remembers only where it stands. */
import { type Compiled, countBetween, latestUpTo, nextAfter } from '../schedule/schedule.ts'
import type { LedgerRow } from '../store/store.ts'

/** Instants without a row: from … to, and how many. */
export type Gap = { readonly first: number; readonly last: number; readonly count: number }

/** `not_due`: the timetable names no such instant. `miscounted`: the range has another number of instants. */
export type Oddity = { readonly row: LedgerRow; readonly problem: 'not_due' | 'miscounted' }

export type Tally = {
  /** By scheduled instant. */
  readonly add: (row: LedgerRow) => { readonly gap: Gap | null; readonly oddity: Oddity | null }
  /** What is left between the last row and `upTo`. */
  readonly rest: (upTo: number) => Gap | null
  /** All up to here was looked at. */
  readonly at: () => number
}

/** Instants up to `certainAfter` may be told by rows of the era before, and are not asked for. */
export const createTally = (compiled: Compiled, after: number, certainAfter: number): Tally => {
  let at = after

  const gapIn = (upTo: number): Gap | null => {
    const begin = Math.max(at, certainAfter)
    const first = nextAfter(compiled, begin)
    if (first === null || first > upTo) return null
    const last = latestUpTo(compiled, begin, upTo) ?? first
    return { first, last, count: countBetween(compiled, begin, upTo) }
  }

  return {
    add: (row) => {
      const { scheduledFor, lastFor, occurrences } = row
      if (latestUpTo(compiled, scheduledFor - 1, scheduledFor) === null) {
        return { gap: null, oddity: { row, problem: 'not_due' } }
      }
      const gap = gapIn(scheduledFor - 1)
      const counted = lastFor === null ? 1 : 1 + countBetween(compiled, scheduledFor, lastFor)
      at = Math.max(at, lastFor ?? scheduledFor)
      return { gap, oddity: counted === occurrences ? null : { row, problem: 'miscounted' } }
    },
    rest: gapIn,
    at: () => at,
  }
}
