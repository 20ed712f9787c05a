/** Station 5: what came of an attempt, its next state, in batches and only while the lease holds. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import { withDefaults } from '../domain/policies.ts'
import type { BatchResult, Ledger, OutcomeWrite } from '../store/store.ts'
import { retryAt } from './retry.ts'

export { createRecovery } from './recover.ts'
export { createUpkeep, type UpkeepReport } from './upkeep.ts'

/** Outcomes that come within this time share a commit. */
const LINGER_MS = 2
/** A commit costs about a millisecond of processor time, whatever it carries: own ones are at least this far apart. */
const SPACING_MS = 10
/** While claims are about to be committed, outcomes wait this long for a place in that commit. */
const WAIT_FOR_OTHERS_MS = 60
const LARGEST_FLUSH = 1000
const RETRY_FLUSH_MS = 250

export type Recorded = {
  readonly assignment: Assignment
  readonly outcome: Outcome
  readonly to: OutcomeWrite['to']
  /** When another attempt follows. */
  readonly notBefore: number | null
}

export type RecordParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: () => number
  readonly nodeKey: () => number | null
  readonly leaseNow: () => number
  /** A commit of claims is soon to come, and will take along what waits. */
  readonly othersCommitSoon: () => boolean
  /** After the commit; not called for what was dropped. */
  readonly onRecorded: (recorded: readonly Recorded[]) => void
  /** Late duplicates and outcomes whose lease was lost. */
  readonly onFenced: (count: number) => void
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
        announce(entries, result.recorded)
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

  const announce = (entries: readonly Entry[], recorded: readonly boolean[]) => {
    const told: Recorded[] = []
    let fenced = 0
    entries.forEach((entry, index) => {
      if (!recorded[index]) fenced += 1
      else if (entry.recorded !== null) told.push(entry.recorded)
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
      const write = outcomeWrite(assignment, outcome, clock.now(), parts.random)
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

/** The row that an outcome becomes. Pure, given `random`. */
export const outcomeWrite = (
  assignment: Assignment,
  outcome: Outcome,
  now: number,
  random: () => number,
): OutcomeWrite => {
  const policies = withDefaults(assignment.policies)
  const { attempt } = assignment
  const written = {
    workspaceKey: assignment.workspaceKey,
    jobKey: assignment.jobKey,
    executionId: assignment.executionId,
    attempt,
    handedBack: false,
    startedAt: outcome.startedAt,
    finishedAt: outcome.finishedAt,
    statusCode: outcome.statusCode,
    error: outcome.error,
    output: outcome.output,
    pauseAfterFailures: null,
  }
  switch (outcome.kind) {
    case 'success':
      return { ...written, to: 'success', notBefore: null, reason: null, keepAttempt: attempt > 1 }
    case 'cancelled':
      // Cut by the server's own stop: somebody's cancel has ended the row before, and this write is then dropped.
      return policies.delivery === 'at_most_once'
        ? { ...written, to: 'uncertain', notBefore: null, reason: 'node_lost', keepAttempt: true }
        : { ...written, to: 'pending', notBefore: now, reason: null, keepAttempt: true }
    case 'failure': {
      const again = retryAt({ retry: policies.retry, attempt, outcome, now, random })
      return again === null
        ? {
            ...written,
            to: 'failed',
            notBefore: null,
            reason: attempt > 1 ? 'attempts_used_up' : null,
            keepAttempt: attempt > 1,
            pauseAfterFailures: policies.pauseAfterFailures,
          }
        : { ...written, to: 'pending', notBefore: again, reason: null, keepAttempt: true }
    }
  }
}

const handBackWrite = (assignment: Assignment): OutcomeWrite => ({
  workspaceKey: assignment.workspaceKey,
  jobKey: assignment.jobKey,
  executionId: assignment.executionId,
  attempt: assignment.attempt,
  to: 'pending',
  notBefore: assignment.scheduledFor,
  handedBack: true,
  reason: null,
  startedAt: null,
  finishedAt: null,
  statusCode: null,
  error: null,
  output: null,
  keepAttempt: false,
  pauseAfterFailures: null,
})
