/** One try at an execution: what goes to a worker, and what comes back. Values, never throws. */
import type { Trigger } from './execution.ts'
import type { PolicyChoices } from './policies.ts'
import type { Target } from './target.ts'

/** What a worker is given. Secrets inside the target are still sealed. */
export type Assignment = {
  readonly executionId: string
  /** Internal number of the workspace: part of the execution's key. */
  readonly workspaceKey: number
  readonly jobId: string
  readonly jobKey: number
  readonly jobName: string
  /** Rises with every try; a receiver and the store refuse a lower one. */
  readonly attempt: number
  /** Epoch ms of the occurrence, or of the request for a manual run. Never sent earlier. */
  readonly scheduledFor: number
  readonly trigger: Trigger
  readonly timeoutMs: number
  readonly target: Target
  /** Travel along, so that whoever records the outcome can decide on another try. */
  readonly policies: PolicyChoices
}

/** `accepted`: the target has taken it and will report; the attempt goes on without us. */
export type OutcomeKind = 'success' | 'failure' | 'cancelled' | 'accepted'

/** Why an attempt failed, for people, statistics and the retry rule. */
export type FailureCode =
  | 'timeout'
  | 'connection'
  | 'dns'
  | 'tls'
  | 'egress_denied'
  /** The target cannot be made into a request (broken URL, forbidden header). */
  | 'malformed'
  | 'redirect'
  | 'response_too_large'
  | 'protocol'
  | 'status'
  | 'body'
  | 'too_slow'
  | 'secret'
  /** No access token was to be had. */
  | 'token'
  /** The application did not say how to sign in to it. */
  | 'handshake'
  /** The target reported that it failed. */
  | 'reported'
  /** The target took it and did not report in time. */
  | 'no_report'
  /** A function threw, or its promise was rejected. */
  | 'exception'
  /** A function brought its thread down, or blocked it until it had to be ended; three of them in a row quarantine the job. */
  | 'crashed'
  | 'internal'

export type Outcome = {
  readonly kind: OutcomeKind
  /** Epoch ms. */
  readonly startedAt: number
  readonly finishedAt: number
  /** By the monotonic clock. */
  readonly durationMs: number
  readonly statusCode: number | null
  /** What the target answered, cut to the kept length; invalid UTF-8 replaced. */
  readonly output: string | null
  /** One sentence for people; null on success. */
  readonly error: string | null
  readonly failure: FailureCode | null
  /** False where another try cannot help (denied address, broken secret). */
  readonly retryable: boolean
  /** The target's `Retry-After`, clamped to 1 s … 24 h. */
  readonly retryAfterMs: number | null
}
