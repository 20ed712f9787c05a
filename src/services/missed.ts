/** Instants that did not run, as one range, and the row that tells of them. */
import type { Reason } from '../domain/execution.ts'
import { newId } from '../domain/ids.ts'
import { type Compiled, countBetween, latestUpTo, nextAfter } from '../schedule/schedule.ts'
import type { NewExecution } from '../store/store.ts'

export type MissedRange = {
  readonly first: number
  readonly last: number
  readonly count: number
}

/** From a stored instant, which counts whatever the timetable says, up to and including `upTo`. */
export const missedFrom = (compiled: Compiled, first: number, upTo: number): MissedRange => ({
  first,
  last: latestUpTo(compiled, first, upTo) ?? first,
  count: 1 + countBetween(compiled, first, upTo),
})

/** Null: no instant lies in (after, upTo]. */
export const missedAfter = (compiled: Compiled, after: number, upTo: number): MissedRange | null => {
  const first = nextAfter(compiled, after)
  return first === null || first > upTo ? null : missedFrom(compiled, first, upTo)
}

export const missedRow = ({ first, last, count }: MissedRange, reason: Reason): NewExecution => ({
  id: newId(),
  scheduledFor: first,
  trigger: 'schedule',
  status: 'missed',
  reason,
  lastFor: count === 1 ? null : last,
  occurrences: count,
})
