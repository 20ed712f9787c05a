/** What becomes of the instants that passed while a job was paused. Pure. */
import type { Reason } from '../domain/execution.ts'
import type { MisfireMode } from '../domain/policies.ts'
import { type Compiled, countBetween, latestUpTo, nextAfter } from '../schedule/schedule.ts'

export type Paused = {
  readonly compiled: Compiled
  /** The job was paused after this instant, and up to `now`. */
  readonly pausedAt: number
  readonly now: number
  /** The most that `all` makes up for. */
  readonly cap: number
  /** How many runs the job's maximum still allows. */
  readonly runsLeft: number
}

export type CatchUp = {
  /** Instants to run now, oldest first. */
  readonly runs: readonly number[]
  /** All older ones, in one range. */
  readonly missed: {
    readonly first: number
    readonly last: number
    readonly count: number
    readonly reason: Reason
  } | null
}

export const missedWhilePaused = ({ compiled, pausedAt, now }: Paused): number => countBetween(compiled, pausedAt, now)

/** How many of `missed` instants each mode makes up for. */
export const wouldRun = (missed: number, { cap, runsLeft }: Paused): Readonly<Record<MisfireMode, number>> => ({
  skip: 0,
  latest: Math.min(1, missed, runsLeft),
  all: Math.min(missed, cap, runsLeft),
})

export const catchUpOf = (paused: Paused, mode: MisfireMode): CatchUp => {
  const { compiled, pausedAt, now } = paused
  const missed = missedWhilePaused(paused)
  const runs = newestOf(paused, wouldRun(missed, paused)[mode])
  const count = missed - runs.length
  const first = count === 0 ? null : nextAfter(compiled, pausedAt)
  const last = count === 0 ? null : latestUpTo(compiled, pausedAt, (runs[0] ?? now + 1) - 1)
  if (first === null || last === null) return { runs, missed: null }
  return { runs, missed: { first, last, count, reason: mode === 'all' ? 'cap' : 'paused' } }
}

/** The newest `count` instants of the pause, oldest first. */
const newestOf = ({ compiled, pausedAt, now }: Paused, count: number): number[] => {
  const newest: number[] = []
  let before = now
  while (newest.length < count) {
    const at = latestUpTo(compiled, pausedAt, before)
    if (at === null) break
    newest.push(at)
    before = at - 1
  }
  return newest.reverse()
}
