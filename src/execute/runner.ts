/** THE PORT: one runner does the work of one kind of target. */
import type { Assignment, FailureCode, Outcome } from '../domain/attempt.ts'
import type { Target } from '../domain/target.ts'

/** What a runner found out; the executor adds the times. */
export type Finding = Pick<Outcome, 'statusCode' | 'output' | 'error' | 'failure' | 'retryable' | 'retryAfterMs'> & {
  /** A bug of ours behind the failure `internal`: for the log, never for the outcome. */
  readonly fault: unknown
  /** The target has taken it and will report. */
  readonly accepted: boolean
}

/** What had come when a run was stopped from outside. */
export type Heard = {
  readonly statusCode: number | null
  readonly output: string | null
  /** What the run was waiting for, as in "Timed out after 30000 ms while <this>". */
  readonly doing: string
  /** What it is called when the deadline was the reason; default `timeout`. */
  readonly failure?: FailureCode
}

export type Run = {
  /** Ends the work and frees what it holds (sockets, threads). Nothing is reported afterwards. */
  readonly stop: () => Heard
}

export type Runner = {
  readonly kind: Target['kind']
  /** Reports exactly once, unless it is stopped before. Must not throw for what a target does. */
  readonly start: (assignment: Assignment, report: (finding: Finding) => void) => Run
  /** Ends idle connections too; runs still going are stopped by the executor first. */
  readonly close: () => Promise<void>
}

export const succeeded = (statusCode: number | null, output: string | null): Finding => ({
  statusCode,
  output,
  error: null,
  failure: null,
  retryable: false,
  retryAfterMs: null,
  fault: undefined,
  accepted: false,
})

export const accepted = (statusCode: number, output: string | null): Finding => ({
  ...succeeded(statusCode, output),
  accepted: true,
})

/** Where another try cannot help, because nothing about it would be different. */
const HOPELESS: ReadonlySet<FailureCode> = new Set(['egress_denied', 'malformed', 'secret'])

export const failed = (
  failure: FailureCode,
  error: string,
  more: Partial<Pick<Finding, 'statusCode' | 'output' | 'retryable' | 'retryAfterMs' | 'fault'>> = {},
): Finding => ({
  statusCode: more.statusCode ?? null,
  output: more.output ?? null,
  error,
  failure,
  retryable: more.retryable ?? !HOPELESS.has(failure),
  retryAfterMs: more.retryAfterMs ?? null,
  fault: more.fault,
  accepted: false,
})

/** A bug of ours ended the run: the target is not to blame, another try may well succeed. */
export const faulted = (fault: unknown): Finding =>
  failed('internal', 'Carillon failed while it ran this attempt; its log says why.', { fault })
