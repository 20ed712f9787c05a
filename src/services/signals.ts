/** What the use cases tell the engine of this process; `app.ts` connects the two. */
import type { ReportedEnd } from '../domain/report.ts'
import type { ReportableAttempt, ReportNote } from '../store/store.ts'

export type EngineSignals = {
  /** Something may be due sooner than the engine believes. */
  readonly wake: () => void
  /** A job was edited, paused or deleted: resolves when all that was claimed ahead of it before has been sent. */
  readonly changed: (jobKey: number) => Promise<void>
  /** The execution was cancelled: abort it if it runs here. */
  readonly cancelled: (executionId: string) => void
  /** A target reports what came of an attempt; false when the attempt had ended, and nothing was written. */
  readonly reported: (attempt: ReportableAttempt, end: ReportedEnd, note: ReportNote) => Promise<boolean>
  /** This process schedules. */
  readonly running: () => boolean
  /** This process was told to end: send it no more requests. */
  readonly stopping: () => boolean
  readonly claiming: () => { readonly on: boolean; readonly reason: string | null }
}
