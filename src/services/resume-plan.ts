/** What becomes of the instants that passed while a job was paused. Pure. */
import type { Reason } from '../domain/execution.ts'
import type { MisfireMode } from '../domain/policies.ts'
import { type Compiled, latestUpTo } from '../schedule/schedule.ts'
import { type MissedRange, missedFrom } from './missed.ts'

export type Paused = {
  readonly compiled: Compiled
  /** All instants of the pause; null: it had none. */
  readonly missed: MissedRange | null
  /** The most that `all` makes up for. */
  readonly cap: number
  /** How many runs the job's maximum still allows. */
  readonly runsLeft: number
}

export type CatchUp = {
  /** Instants to run now, oldest first. */
  readonly runs: readonly number[]
  /** All older ones, in one range. */
  readonly missed: (MissedRange & { readonly reason: Reason }) | null
}

/** How many of the missed instants each mode makes up for. */
export const wouldRun = ({ missed, cap, runsLeft }: Paused): Readonly<Record<MisfireMode, number>> => {
  const count = missed?.count ?? 0
  return { skip: 0, latest: Math.min(1, count, runsLeft), all: Math.min(count, cap, runsLeft) }
}

export const catchUpOf = (paused: Paused, mode: MisfireMode): CatchUp => {
  const { compiled, missed } = paused
  if (missed === null) return { runs: [], missed: null }
  const runs = newestOf(compiled, missed, wouldRun(paused)[mode])
  const [oldestRun = missed.last + 1] = runs
  if (runs.length === missed.count) return { runs, missed: null }
  const reason = mode === 'all' ? 'cap' : 'paused'
  return { runs, missed: { ...missedFrom(compiled, missed.first, oldestRun - 1), reason } }
}

/** The newest `count` instants of the range, oldest first. */
const newestOf = (compiled: Compiled, { first, last }: MissedRange, count: number): number[] => {
  const newest: number[] = []
  let before = last
  while (newest.length < count) {
    const at = latestUpTo(compiled, first - 1, before)
    if (at === null) break
    newest.push(at)
    before = at - 1
  }
  return newest.reverse()
}
