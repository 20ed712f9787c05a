/** What the stations ask of the store: due jobs, claims, leases, outcomes. The hot part; each call carries a batch. */

import type { Reason, Status, Trigger } from '../domain/execution.ts'
import type { Timetable } from '../domain/job.ts'
import type { LimitKind } from '../domain/limits.ts'
import type { PolicyChoices } from '../domain/policies.ts'
import type { Target } from '../domain/target.ts'

export type NodeInfo = { readonly id: string; readonly host: string; readonly pid: number; readonly startedAt: number }

/**
 * A job whose next instant has come. Equal timetables, targets and policies are the same object (interned by their
 * text), so that what is compiled from one may be cached by identity.
 */
export type DueJob = {
  readonly jobKey: number
  readonly jobId: string
  readonly jobName: string
  readonly workspaceKey: number
  /** The stored next instant, epoch ms. */
  readonly dueAt: number
  readonly scheduleVersion: number
  readonly timetable: Timetable
  readonly target: Target
  readonly policies: PolicyChoices
  readonly runs: number
  /** A limit holds for it: its runs enter as pending, and the lease is their gate. */
  readonly limited: boolean
}

/** A row to be born with a claim. `leased`: running on the claiming node as attempt 1 at once. */
export type NewExecution = {
  readonly id: string
  readonly scheduledFor: number
  readonly trigger: Trigger
  readonly status: 'leased' | 'pending' | 'skipped' | 'missed'
  readonly reason: Reason | null
  /** For a range of occurrences that did not run: the newest of them, and how many. */
  readonly lastFor: number | null
  readonly occurrences: number
}

/** One due job dealt with: its rows and its next instant, all or nothing. */
export type Claim = {
  readonly jobKey: number
  readonly workspaceKey: number
  readonly scheduleVersion: number
  /** The instant this claim deals with; the claim is `gone` when it is no longer the stored one, or the job is not active. */
  readonly dueAt: number
  /** Null: the schedule is over, the job becomes `ended`. */
  readonly nextAt: number | null
  /** The next instant is stored under a new schedule version: instants that already have a row may come again (the clock went back). */
  readonly raiseVersion: boolean
  /** Added to the job's count of runs; 0 for jobs without a maximum. */
  readonly countRuns: number
  /** Pending executions of this job wait until none of it holds a lease (every overlap but `allow`). */
  readonly exclusive: boolean
  /** `idle`: answer `busy` and write nothing if an execution of the job holds a lease. */
  readonly onlyIf: 'always' | 'idle'
  /** Cancel the job's leased executions first, with reason `replaced`. */
  readonly cancelOthers: boolean
  readonly executions: readonly NewExecution[]
  /** Somebody listens: what is skipped, and the end of the job, are events too. What is missed always is one. */
  readonly told?: boolean
}

/**
 * `duplicate`: an occurrence had its row already (the clock went back): no second run for it, the due instant moved on, and
 * rows of the claim that were to be leased but did not exist yet are born pending.
 */
export type ClaimResult = 'claimed' | 'busy' | 'gone' | 'duplicate'

/** What became of one attempt. Written only if the attempt still holds its lease on this node. */
export type OutcomeWrite = {
  readonly workspaceKey: number
  readonly jobKey: number
  readonly executionId: string
  readonly attempt: number
  /** `pending`: another try at `notBefore`. `running`: the target has it now, no node does, and it may report until `notBefore`. */
  readonly to: Extract<Status, 'pending' | 'running' | 'success' | 'failed' | 'cancelled' | 'uncertain'>
  readonly notBefore: number | null
  /** The attempt was never sent (graceful stop): its number is given back. */
  readonly handedBack: boolean
  readonly reason: Reason | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly statusCode: number | null
  readonly error: string | null
  readonly output: string | null
  /** Keep a row of this attempt: false for a success at the first try, whose execution says it all. */
  readonly keepAttempt: boolean
  /** On `failed`: pause the job when its last n finished executions all failed. */
  readonly pauseAfterFailures: number | null
  /**
   * Of functions alone. `counts`: it brought its thread down; the third time in a row the job is paused as quarantined, what of
   * it is pending is cancelled, and the execution ends as failed, whatever `to` says. `clears`: a success, the row is broken.
   */
  readonly crash?: 'counts' | 'clears'
  /** Somebody listens: a success is an event too. What failed or is uncertain always is one. */
  readonly told?: boolean
}

export type Batch = {
  readonly nodeKey: number
  /** Dates the rows. */
  readonly now: number
  readonly leaseNow: number
  readonly outcomes: readonly OutcomeWrite[]
  readonly claims: readonly Claim[]
}

export type BatchResult = {
  /** Per outcome: false is a late duplicate or a lost lease, dropped. */
  readonly recorded: readonly boolean[]
  readonly claimed: readonly ClaimResult[]
  /** Executions that `cancelOthers` ended. */
  readonly cancelledIds: readonly string[]
  /** An execution that waited for another one of its job may be leased now. */
  readonly released: boolean
  /** Executions that a crash ended although another try was meant to follow. */
  readonly quarantinedIds: readonly string[]
  /** Jobs paused by `pauseAfterFailures` or by their crashes. */
  readonly pausedJobKeys: readonly number[]
  /** The earliest stored instant after the batch, due or not; null when nothing is scheduled. */
  readonly nextDueAt: number | null
}

/** A pending execution that now holds a lease: a manual run, a retry, a queued or a recovered one. */
export type LeasedExecution = {
  readonly executionId: string
  readonly workspaceKey: number
  readonly jobKey: number
  readonly jobId: string
  readonly jobName: string
  readonly attempt: number
  readonly scheduledFor: number
  readonly trigger: Trigger
  /** The job's target, with the overrides of a manual run already in place. */
  readonly target: Target
  readonly policies: PolicyChoices
}

/** A running execution whose node's lease is over. */
export type LostExecution = {
  readonly executionId: string
  readonly workspaceKey: number
  readonly jobKey: number
  readonly attempt: number
  readonly nodeKey: number
  readonly startedAt: number | null
  /** With the overrides of a manual run in place. */
  readonly target: Target
  readonly policies: PolicyChoices
}

/** What became of a lost execution, `gone` when something else ended it first; and whether its job was quarantined with it. */
export type Recovered =
  | { readonly to: 'pending' | 'uncertain'; readonly isPaused: boolean }
  | { readonly to: 'gone'; readonly isPaused: false }

/** `today`: the date in the zone of the scheduler. */
export type ExpiredQuery = { readonly today: string; readonly now: number; readonly limit: number }

/** Jobs whose end date is that Monday, or one of the days up to `until`. */
export type EndingQuery = {
  readonly monday: string
  readonly until: string
  readonly now: number
  readonly limit: number
}

export type JobLoad = {
  readonly jobKey: number
  readonly leased: number /** Pending and never tried, catch-up work apart. */
  readonly queued: number
}

/**
 * Two times. `now` is the wall clock: it says what is due and dates rows. `leaseNow` says which leases live, and never jumps:
 * where one machine schedules, a time of that machine that only goes forward; where a database server keeps the leases, its
 * own clock, and the argument is not looked at.
 */
export type Ledger = {
  /**
   * Becomes a scheduling node, or null where only one may schedule and another one lives (SQLite: a lock of the operating
   * system on a file beside the database, free the moment its holder ends, also by kill -9). Leases of dead predecessors
   * are over at once on such a store.
   */
  readonly join: (node: NodeInfo, leaseNow: number, leaseUntil: number) => Promise<number | null>
  /** Extends every lease of the node; false when its own lease was lost meanwhile: nothing it runs may be recorded. */
  readonly renew: (nodeKey: number, leaseNow: number, leaseUntil: number) => Promise<boolean>
  readonly leave: (nodeKey: number) => Promise<void>
  /** Jobs due up to and including `until`, oldest first, beginning after `after`; rows of dead schedule versions are cleared on the way. */
  readonly due: (query: {
    readonly until: number
    readonly limit: number
    readonly after: { readonly dueAt: number; readonly jobKey: number } | null
  }) => Promise<{
    readonly jobs: readonly DueJob[]
    /** The earliest stored instant that is not among `jobs`, also one that lies before `after`; null when there is none. */
    readonly nextDueAt: number | null
  }>
  /**
   * A stretch of what is due, from `after` on, looked through for jobs of workspaces other than `except`, of which there are
   * `limit` at most. `goOn`: where the next stretch begins; null: nothing more is due.
   */
  readonly skim: (query: {
    readonly until: number
    readonly limit: number
    readonly after: { readonly dueAt: number; readonly jobKey: number } | null
    readonly except: readonly number[]
  }) => Promise<{
    readonly jobs: readonly DueJob[]
    readonly goOn: { readonly dueAt: number; readonly jobKey: number } | null
  }>
  /**
   * Leases pending executions whose time has come, by priority, then oldest first, in turns of the workspaces where not all
   * of them fit. Exclusive ones only where no other of the job holds a lease; limited ones only where every limit of theirs
   * has room. Who is held up waits apart and costs the others nothing.
   */
  readonly lease: (query: {
    readonly nodeKey: number
    readonly now: number
    readonly leaseNow: number
    readonly limit: number
    /** Of these, so many may be catch-up work; default: all. */
    readonly catchUp?: number
    /** Workspaces that are not served this time; default: none. */
    readonly except?: readonly number[]
    /** Looks after those whose limit has got room without anybody's lease having ended; default: no. */
    readonly sweep?: boolean
  }) => Promise<{
    readonly leased: readonly LeasedExecution[]
    /** When the next pending execution comes due, or a token that one waits for; null when none waits for a time. */
    readonly nextAt: number | null
  }>
  readonly load: (jobKeys: readonly number[]) => Promise<readonly JobLoad[]>
  readonly commit: (batch: Batch) => Promise<BatchResult>
  /** Running executions of nodes whose lease is over, oldest first. */
  readonly lost: (leaseNow: number, limit: number) => Promise<readonly LostExecution[]>
  /**
   * Ends the attempt of a dead node: `pending` again, or `uncertain`. With `isCrash` it counts like a crash of the job's function;
   * the one that quarantines the job is kept as uncertain.
   */
  readonly recover: (
    lost: LostExecution,
    to: 'pending' | 'uncertain',
    at: { readonly now: number; readonly leaseNow: number; readonly isCrash: boolean },
  ) => Promise<Recovered>
  /**
   * Pauses jobs whose end date lies before today, each with its event, and answers their keys; one of which an instant was not
   * taken yet stays until that has its row. Fewer than `limit`: none is left.
   */
  readonly pauseExpired: (query: ExpiredQuery) => Promise<readonly number[]>
  /** Tells of jobs that end soon, once for each Monday, whoever asks and however often; true when more are to be told. */
  readonly remindOfEnds: (query: EndingQuery) => Promise<boolean>
  /** More than one workspace lives here. */
  readonly isShared: () => Promise<boolean>
  readonly depth: () => Promise<{
    readonly pending: number
    readonly running: number
    readonly oldestDueAt: number | null
    readonly oldestPendingAt: number | null
    /** Pending ones that are held up by a limit, by its kind. */
    readonly waitingFor: Readonly<Record<LimitKind, number>>
    readonly catchUp: { readonly pending: number; readonly running: number }
  }>
  readonly nodes: () => Promise<readonly (NodeInfo & { readonly leaseUntil: number })[]>
}
