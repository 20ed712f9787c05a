/** What becomes of the instants that are due: which run, which are missed, and why. Pure. */
import type { Reason, Trigger } from '../domain/execution.ts'
import type { Policies } from '../domain/policies.ts'
import { type Compiled, countBetween, instantsBetween, latestUpTo, nextAfter } from '../schedule/schedule.ts'

/** `skip` runs an instant that is at most this late: the delay of a busy moment is not downtime. */
const SKIP_GRACE_MS = 60_000
/** What was due on the last day may be sent so long after its end: a busy moment is not another day. */
const CLOSING_GRACE_MS = 1000
/** A run later than this is catch-up work: it goes after on-time work. */
const CATCH_UP_AFTER_MS = 60_000

export type Run = { readonly at: number; readonly trigger: Trigger }

/** Neighbouring instants that do not run share one row: from `first` to `last`, `count` of them. */
export type Missed = { readonly first: number; readonly last: number; readonly count: number; readonly reason: Reason }

export type Plan = {
  /** Oldest first. */
  readonly runs: readonly Run[]
  readonly missed: readonly Missed[]
  /** The next instant of the schedule, whatever the maximum of runs says; null when there is none any more. */
  readonly nextAt: number | null
}

export type DueInstants = {
  readonly compiled: Compiled
  /** The stored instant; all from here up to now are due. May lie a little ahead of `now` (claimed ahead of time). */
  readonly dueAt: number
  readonly now: number
  readonly misfire: Policies['misfire']
  /** How many runs the job's maximum still allows. */
  readonly runsLeft: number
  /** The end of the job's end date: nothing begins after it. Asked only where no instant follows, or several are due. */
  readonly closesAt?: () => number
}

export const planDue = (due: DueInstants): Plan => {
  const { compiled, dueAt, now } = due
  if (due.runsLeft <= 0) return { runs: [], missed: [], nextAt: null }
  const following = nextAfter(compiled, dueAt)
  if (following === null || following <= now) {
    if (isClosed(due)) return { runs: [], missed: missedBefore(due, null, newestOfDue(due), 'end_date'), nextAt: null }
  }
  // The usual case, spared the questions below: one instant is due, and nothing was missed.
  if (now - dueAt <= SKIP_GRACE_MS && now - dueAt <= due.misfire.windowMs && (following === null || following > now)) {
    const runs = [{ at: dueAt, trigger: 'schedule' as const }]
    return { runs, missed: [], nextAt: following }
  }
  const nextAt = nextAfter(compiled, Math.max(dueAt, now))
  const newest = newestOfDue(due)
  const chosen = due.misfire.mode === 'all' ? chooseAll(due, newest) : chooseNewest(due, newest)
  const runs = chosen.slice(-due.runsLeft).map((at) => ({ at, trigger: triggerOf(at, now) }))
  return {
    runs,
    missed: missedBefore(due, runs[0]?.at ?? null, newest, due.misfire.mode === 'all' ? 'cap' : 'misfire'),
    nextAt,
  }
}

const isClosed = ({ closesAt, now }: DueInstants): boolean =>
  closesAt !== undefined && now > closesAt() + CLOSING_GRACE_MS

const newestOfDue = ({ compiled, dueAt, now }: DueInstants): number => latestUpTo(compiled, dueAt, now) ?? dueAt

const triggerOf = (at: number, now: number): Trigger => (now - at > CATCH_UP_AFTER_MS ? 'catch_up' : 'schedule')

const chooseNewest = ({ misfire, now }: DueInstants, newest: number): number[] => {
  const bound = misfire.mode === 'skip' ? Math.min(SKIP_GRACE_MS, misfire.windowMs) : misfire.windowMs
  return now - newest <= bound ? [newest] : []
}

const chooseAll = ({ compiled, misfire, dueAt, now }: DueInstants, newest: number): number[] => {
  const from = Math.max(dueAt, now - misfire.windowMs)
  if (newest < from) return []
  const first = from === dueAt ? [dueAt] : []
  // `from` itself is inside the window, hence the millisecond before it.
  const after = from === dueAt ? dueAt : from - 1
  const tooMany = first.length + countBetween(compiled, after, now) - misfire.cap
  if (tooMany <= 0) return [...first, ...instantsBetween(compiled, after, now, misfire.cap)]
  return newestOf(compiled, after, now, misfire.cap)
}

/** The newest `count` instants in (after, upTo], oldest first. */
const newestOf = (compiled: Compiled, after: number, upTo: number, count: number): number[] => {
  const newest: number[] = []
  for (let end = upTo; newest.length < count; ) {
    const at = latestUpTo(compiled, after, end)
    if (at === null) break
    newest.push(at)
    end = at - 1
  }
  return newest.reverse()
}

/** Everything from the stored instant to the newest due one that comes before the first run, as ranges with a reason. */
const missedBefore = (due: DueInstants, firstRun: number | null, newest: number, reason: Reason): Missed[] => {
  const { compiled, dueAt, now, misfire } = due
  if (firstRun === dueAt) return []
  const last = firstRun === null ? newest : (latestUpTo(compiled, dueAt, firstRun - 1) ?? dueAt)
  const windowEdge = now - misfire.windowMs
  const older = dueAt >= windowEdge ? null : (latestUpTo(compiled, dueAt, Math.min(last, windowEdge - 1)) ?? dueAt)
  const ranges = older === null ? [] : [range(compiled, dueAt, older, 'window')]
  const first = older === null ? dueAt : nextAfter(compiled, older)
  if (first !== null && first <= last) ranges.push(range(compiled, first, last, reason))
  return ranges
}

const range = (compiled: Compiled, first: number, last: number, reason: Reason): Missed => ({
  first,
  last,
  count: 1 + countBetween(compiled, first, last),
  reason,
})
