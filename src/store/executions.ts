/** What the use cases ask of the store about executions. Every method is bound to one workspace. */

import type { Reason, Status, Trigger } from '../domain/execution.ts'
import type { LimitKind } from '../domain/limits.ts'
import type { Page } from '../domain/page.ts'
import type { Progress, ReportLog } from '../domain/report.ts'
import type { Target } from '../domain/target.ts'

/** `other_run`: another execution of its job. Else a limit, by its kind and name. */
export type WaitsFor = { readonly kind: 'other_run' } | { readonly kind: LimitKind; readonly name: string }

export type ExecutionRow = {
  readonly id: string
  readonly workspaceKey: number
  readonly jobKey: number
  readonly jobId: string
  readonly jobName: string
  /** Null for a manual run. */
  readonly scheduleVersion: number | null
  readonly scheduledFor: number
  /** For a range of occurrences that share the row: the newest, and how many; else null and 1. */
  readonly lastFor: number | null
  readonly occurrences: number
  readonly trigger: Trigger
  readonly status: Status
  readonly reason: Reason | null
  readonly attempt: number
  readonly notBefore: number | null
  /** While pending: what holds it up though its time has come; null: nothing but a free place of the engine. */
  readonly waitsFor: WaitsFor | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly statusCode: number | null
  readonly error: string | null
  /** Only `byId` reads it; null in lists. */
  readonly output: string | null
  /** User id of who asked for a manual run or for another try. */
  readonly requestedBy: string | null
  /** Until when the target, which has taken it over, may report; null while it does not have it. */
  readonly reportDueAt: number | null
  /** What the target last reported; null where it reported nothing. */
  readonly progress: Progress | null
  /** Only `byId` reads it; null in lists, and where nothing was reported. */
  readonly log: ReportLog | null
}

export type AttemptRow = {
  readonly number: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly status: Extract<Status, 'success' | 'failed' | 'cancelled' | 'uncertain'>
  readonly statusCode: number | null
  readonly error: string | null
  readonly output: string | null
}

export type NewManualRun = {
  readonly id: string
  readonly workspaceKey: number
  readonly jobKey: number
  readonly now: number
  readonly exclusive: boolean
  readonly requestedBy: string | null
  /** Replaces the job's target for this run only; erased from the row when the run ends. */
  readonly target: Target | null
  /** Of the job; null or absent: whatever it is. */
  readonly ifVersion?: number | null
}

/** Where an execution stands: it was not touched as long as both are the same. */
export type Standing = { readonly status: Status; readonly attempt: number }

export type ExecutionFilter = {
  readonly jobKey?: number
  readonly statuses?: readonly Status[]
  readonly trigger?: Trigger
  /** By time of creation, epoch ms: from inclusive, until exclusive. */
  readonly from?: number
  readonly until?: number
  readonly descending: boolean
  readonly cursor: string | null
  readonly limit: number
}

/** Which of what ran, or is to run at once; what was skipped or missed is not among it, nor what deleted jobs did. */
export type RanFilter = {
  readonly jobKey?: number
  readonly statuses?: readonly Status[]
  readonly triggers?: readonly Trigger[]
  readonly targetKinds?: readonly string[]
  /** By start, or before it by scheduled instant, epoch ms: from inclusive, until exclusive. */
  readonly from?: number
  readonly until?: number
}

/** `output` begins here as in `byId`, and is cut. The target is the one that the job has now. */
export type RanRow = ExecutionRow & { readonly target: Target }

export type RanTally = {
  readonly counts: Readonly<Partial<Record<Status, number>>>
  /** Means of those that started and ended, ms; null when there are none. */
  readonly meanDurationMs: { readonly success: number | null; readonly all: number | null }
}

/** A past occurrence of one job, by its scheduled instant. */
export type OccurrenceRow = Pick<
  ExecutionRow,
  'id' | 'scheduledFor' | 'lastFor' | 'occurrences' | 'status' | 'reason' | 'trigger'
>

export type Statistics = {
  /** Of occurrences and manual runs: a row that stands for a range counts as many. */
  readonly counts: Readonly<Record<Status, number>>
  /** Of executions that ended in success or failure, milliseconds; null when there are none. */
  readonly durationMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null
  /** Started minus scheduled, of first attempts of scheduled runs. */
  readonly latenessMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number } | null
  /** Percentiles come from sums by the hour, within 5 % of the truth; counts and the maximum are exact all the same. */
  readonly approximate: boolean
}

export type ExecutionStore = {
  /** Throws `not_found` when the job is gone, `stale` when it has another version than the run was asked for. */
  readonly createManual: (run: NewManualRun) => Promise<ExecutionRow>
  readonly byId: (workspaceKey: number, id: string) => Promise<ExecutionRow | null>
  /** In order, the last one with them, once it has ended. */
  readonly attempts: (workspaceKey: number, id: string) => Promise<readonly AttemptRow[]>
  /** In the order of creation; those of one job in the order of their scheduled instants. */
  readonly list: (workspaceKey: number, filter: ExecutionFilter) => Promise<Page<ExecutionRow>>
  /**
   * Newest start first, with the number of all that fit. Bounded: the newest 200 000 executions, of the job or of the
   * workspace, are looked through and counted, older ones are not.
   */
  readonly ran: (
    workspaceKey: number,
    filter: RanFilter & { readonly offset: number; readonly limit: number; readonly outputCharacters: number },
  ) => Promise<{ readonly items: readonly RanRow[]; readonly total: number }>
  /** Bounded like `ran`. */
  readonly ranTally: (workspaceKey: number, filter: RanFilter) => Promise<RanTally>
  /** Newest first by scheduled instant, those before `before`; manual runs are no occurrences. */
  readonly occurrences: (
    workspaceKey: number,
    jobKey: number,
    before: number,
    limit: number,
  ) => Promise<readonly OccurrenceRow[]>
  /** Ends a pending or running execution; answers what it was, or null when it had ended before. A running one's lease is over with it. */
  readonly cancel: (
    workspaceKey: number,
    id: string,
    now: number,
    /** Only while it stands so. */
    ifAt?: Standing | null,
  ) => Promise<'pending' | 'running' | null>
  /** failed, cancelled, uncertain → pending, as the next attempt; false when it is none of these. */
  readonly retry: (
    workspaceKey: number,
    id: string,
    requestedBy: string | null,
    now: number,
    /** Only while it stands so. */
    ifAt?: Standing | null,
  ) => Promise<boolean>
  readonly statistics: (
    workspaceKey: number,
    range: { readonly from: number; readonly until: number; readonly jobKey?: number },
  ) => Promise<Statistics>
}
