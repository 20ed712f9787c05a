/** What one fault run leaves behind: the values that the checker judges, in the words of the product. */
import type { Reason, Status, Trigger } from '../../../src/domain/execution.ts'
import type { Timing } from './oracle.ts'

/** One request as the receiver saw it: written and synced there before it was answered. */
export type Receipt = {
  /** Epoch ms, with fractions. */
  readonly at: number
  /** Null: the caller was gone, or cut it, before an answer was through. */
  readonly answeredAt: number | null
  readonly executionId: string
  readonly jobId: string
  readonly attempt: number
  readonly scheduledFor: number
  readonly trigger: Trigger
  readonly path: string
}

/** What a revision of a job promises; the revision's name rests in the job's metadata. */
export type JobSpec = {
  readonly revision: string
  readonly timing: Timing
  readonly delivery: 'at_least_once' | 'at_most_once'
  /** Tries in all that the retry policy allows. */
  readonly tries: number
}

/** A job as seen by a read: null when there is none (never made, or deleted). */
export type Seen = { readonly revision: string; readonly state: 'active' | 'paused' | 'ended' } | null

/** One call of the API. Calls on one job follow each other: each job has a single writer. */
export type Call = {
  /** The client's own name of the job: known before the server gives it an id. */
  readonly job: string
  readonly kind: 'create' | 'update' | 'pause' | 'resume' | 'delete' | 'read'
  readonly invokedAt: number
  /** When the answer came or the connection broke; Infinity when neither did, so that it may still take effect. */
  readonly endedAt: number
  /** `unknown`: no answer, or one that does not tell whether the change happened. */
  readonly result: 'ok' | 'fail' | 'unknown'
  /** Of create and update. */
  readonly spec: JobSpec | null
  /** What the answer said about the job; absent: nothing. */
  readonly seen?: Seen
}

export type Fault = {
  /** Whether the process died: only then may an attempt be repeated. */
  readonly kind: 'kill' | 'outage'
  readonly from: number
  /** When the server could work again, or the next fault came. */
  readonly until: number
  /** How much later than usual an occurrence of the fault's time may start, after `until`. */
  readonly allowanceMs: number
}

export type JobRow = {
  readonly key: number
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'paused' | 'ended' | 'deleted'
  readonly scheduleVersion: number
  readonly revision: string
}

export type ExecutionRow = {
  readonly id: string
  readonly jobKey: number
  readonly scheduleVersion: number | null
  readonly scheduledFor: number
  readonly lastFor: number | null
  readonly occurrences: number
  readonly trigger: Trigger
  readonly status: Status
  readonly reason: Reason | null
  readonly attempt: number
  readonly notBefore: number | null
  readonly finishedAt: number | null
}

export type AttemptRow = {
  readonly executionId: string
  readonly number: number
  readonly status: Status
  readonly finishedAt: number | null
}

export type DueRow = { readonly nextRunAt: number; readonly jobKey: number; readonly scheduleVersion: number }

/** What the database holds after the server ended. */
export type Kept = {
  readonly jobs: readonly JobRow[]
  readonly executions: readonly ExecutionRow[]
  readonly attempts: readonly AttemptRow[]
  readonly due: readonly DueRow[]
}

/** A finished run as an earlier look at the database found it. */
export type Finished = {
  readonly id: string
  readonly status: Status
  readonly attempt: number
  readonly finishedAt: number | null
}

export type History = {
  readonly receipts: readonly Receipt[]
  readonly calls: readonly Call[]
  readonly faults: readonly Fault[]
  readonly kept: Kept
  readonly finished: readonly Finished[]
  /** When the server was told to end: what fell due shortly before need not have run. */
  readonly stoppedAt: number
}
