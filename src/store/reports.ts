/** What stations and use cases ask of the store about attempts that a target took over and reports on. */
import type { Status } from '../domain/execution.ts'
import type { BatchResult, LeasedExecution, OutcomeWrite } from './ledger.ts'

/** An attempt as a report, or the end of the wait for one, finds it. */
export type ReportableAttempt = LeasedExecution & {
  readonly status: Status
  readonly startedAt: number | null
  readonly statusCode: number | null
  readonly output: string | null
  /** The report that ended an attempt of this execution last; tells a repetition from another opinion. */
  readonly lastFinal: { readonly attempt: number; readonly digest: string } | null
}

/** What a report adds to what is kept of its execution; null leaves what was said before. */
export type ReportNote = {
  readonly workspaceKey: number
  readonly executionId: string
  readonly attempt: number
  readonly percent: number | null
  readonly message: string | null
  readonly lines: readonly string[]
  /** Of a report that ends the attempt. */
  readonly finalDigest: string | null
  readonly now: number
}

export type ReportStore = {
  readonly attempt: (workspaceKey: number, executionId: string) => Promise<ReportableAttempt | null>
  /** Keeps progress and lines; false when this attempt is not running, and nothing is kept. */
  readonly note: (note: ReportNote) => Promise<boolean>
  /**
   * Writes the outcome of an attempt that no node may record any more: one that the target has taken over, or, with
   * `evenLeased`, one whose call is still under way on some node, whose own outcome is then too late. Keeps the note with it.
   */
  readonly end: (
    write: OutcomeWrite,
    more: { readonly now: number; readonly evenLeased: boolean; readonly note: ReportNote | null },
  ) => Promise<Pick<BatchResult, 'released' | 'pausedJobKeys'> & { readonly recorded: boolean }>
  /** Attempts whose report did not come in time, the longest overdue first. */
  readonly overdue: (
    now: number,
    limit: number,
  ) => Promise<{
    readonly attempts: readonly ReportableAttempt[]
    /** The next time that one is overdue; null when no report is awaited after `now`. */
    readonly nextAt: number | null
  }>
}
