/** Station 5: what came of an attempt, its next state, in batches and only while the lease holds. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Wanted } from '../domain/event.ts'
import type { BatchResult, Ledger, OutcomeWrite } from '../store/store.ts'
import { handBackWrite, heard, outcomeWrite, type Recorded } from './outcome-write.ts'

export { createEndDateWatch } from './end-dates.ts'
export { createInterests } from './interest.ts'
export type { Recorded } from './outcome-write.ts'
export { createRecovery } from './recover.ts'
export { createReporting, type Reporting } from './reporting.ts'
export { createUpkeep, type UpkeepReport } from './upkeep.ts'

/** Outcomes that come within this time share a commit. */
const LINGER_MS = 2
/** A commit costs about a millisecond of processor time, whatever it carries: own ones are at least this far apart. */
const SPACING_MS = 10
/** While claims are about to be committed, outcomes wait this long for a place in that commit. */
const WAIT_FOR_OTHERS_MS = 60
const LARGEST_FLUSH = 1000
const RETRY_FLUSH_MS = 250

export type RecordParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: () => number
  readonly nodeKey: () => number | null
  readonly leaseNow: () => number
  /** A commit of claims is soon to come, and will take along what waits. */
  readonly othersCommitSoon: () => boolean
  /** Somebody listens: a success is told to them. */
  readonly wanted: Wanted
  /** After the commit; not called for what was dropped. */
  readonly onRecorded: (recorded: readonly Recorded[]) => void
  /** Late duplicates and outcomes whose lease was lost. */
  readonly onFenced: (count: number) => void
  /** A target has taken an attempt over and may report until then. */
  readonly onAwaited: (until: number) => void
  /** An execution that waited for another one of its job may run now. */
  readonly onReleased: () => void
  readonly onPaused: (jobKeys: readonly number[]) => void
  readonly onFault: (error: unknown) => void
}

export type RecordStation = {
  readonly record: (assignment: Assignment, outcome: Outcome) => void
  readonly handBack: (assignment: Assignment) => void
  /** How many outcomes wait for their commit. */
  readonly waiting: () => number
  /** What waits, for a commit that somebody else makes. */
  readonly handOver: () => Parcel
  /** Writes everything that waits and was not handed over; resolves when it is durable (or fenced). */
  readonly flush: () => Promise<void>
  /** The lease is lost: what waits may not be written. */
  readonly abandon: () => void
}

/** Outcomes on their way into a commit: exactly one of the two functions is called, once. */
export type Parcel = {
  readonly outcomes: readonly OutcomeWrite[]
  readonly committed: (result: BatchResult) => void
  /** The commit failed: they wait again, in order, for as long as the lease lives. */
  readonly failed: () => void
}

type Entry = { readonly write: OutcomeWrite; readonly recorded: Recorded | null }

export const createRecordStation = (parts: RecordParts): RecordStation => {
  const { clock, ledger } = parts
  let waiting: Entry[] = []
  let timer: Cancel | null = null
  let flushing: Promise<void> | null = null

  let flushedAt = Number.NEGATIVE_INFINITY

  const add = (entry: Entry) => {
    waiting.push(entry)
    arm()
  }

  const arm = () => {
    if (flushing !== null || timer !== null) return
    const linger = parts.othersCommitSoon()
      ? WAIT_FOR_OTHERS_MS
      : Math.max(LINGER_MS, flushedAt + SPACING_MS - clock.monotonic())
    timer = clock.after(linger, () => void flushSome())
  }

  const handOver = (): Parcel => {
    const entries = waiting.slice(0, LARGEST_FLUSH)
    waiting = waiting.slice(LARGEST_FLUSH)
    return {
      outcomes: entries.map((entry) => entry.write),
      committed: (result) => {
        announce(entries, result)
        if (result.released) parts.onReleased()
        if (result.pausedJobKeys.length > 0) parts.onPaused(result.pausedJobKeys)
      },
      failed: () => {
        if (entries.length === 0) return
        waiting = [...entries, ...waiting]
        arm()
      },
    }
  }

  const write = async (): Promise<void> => {
    const nodeKey = parts.nodeKey()
    const parcel = handOver()
    const { outcomes } = parcel
    if (nodeKey === null) return parts.onFenced(outcomes.length)
    try {
      const at = { now: clock.now(), leaseNow: parts.leaseNow() }
      parcel.committed(await ledger.commit({ nodeKey, ...at, outcomes, claims: [] }))
    } catch (error) {
      // The database is away.
      parcel.failed()
      parts.onFault(error)
      await new Promise<void>((resolve) => {
        clock.after(RETRY_FLUSH_MS, resolve)
      })
    }
  }

  const announce = (entries: readonly Entry[], { recorded, quarantinedIds }: BatchResult) => {
    const told: Recorded[] = []
    let fenced = 0
    entries.forEach((entry, index) => {
      const { to, notBefore } = entry.write
      // A target that was quicker with its report than we with its 202 has ended the attempt: nothing came too late.
      if (to === 'running') {
        if (recorded[index] && notBefore !== null) parts.onAwaited(notBefore)
      } else if (!recorded[index]) fenced += 1
      else if (entry.recorded !== null) told.push(asWritten(entry.recorded, quarantinedIds))
    })
    if (fenced > 0) parts.onFenced(fenced)
    if (told.length > 0) parts.onRecorded(told)
  }

  /** One commit; what comes meanwhile waits for the next. */
  const flushSome = (): Promise<void> => {
    timer?.()
    timer = null
    flushing ??= write().finally(() => {
      flushing = null
      flushedAt = clock.monotonic()
      if (waiting.length > 0) arm()
    })
    return flushing
  }

  const flush = async (): Promise<void> => {
    await flushing
    while (waiting.length > 0) await flushSome()
  }

  return {
    record: (assignment, outcome) => {
      const write = heard(outcomeWrite(assignment, outcome, clock.now(), parts.random), parts.wanted)
      add({ write, recorded: { assignment, outcome, to: write.to, notBefore: write.notBefore } })
    },
    handBack: (assignment) => add({ write: handBackWrite(assignment), recorded: null }),
    waiting: () => waiting.length,
    handOver,
    flush,
    abandon: () => {
      if (waiting.length > 0) parts.onFenced(waiting.length)
      waiting = []
    },
  }
}

/** The store knows what the attempt alone does not tell: it may have been one crash too many. */
const asWritten = (recorded: Recorded, quarantinedIds: readonly string[]): Recorded =>
  quarantinedIds.includes(recorded.assignment.executionId) ? { ...recorded, to: 'failed', notBefore: null } : recorded
