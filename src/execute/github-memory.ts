/** What the runner of GitHub targets asks to be remembered. */
import type { Assignment } from '../domain/attempt.ts'
import type { KnownRun } from '../domain/github.ts'

/** THE PORT: what outlives an attempt, so that a dispatch is looked up before it is repeated. */
export type RunMemory = {
  readonly recall: (assignment: Assignment) => Promise<{ readonly isCancelled: boolean; readonly run: KnownRun | null }>
  /** Null forgets it: nothing was dispatched. */
  readonly keep: (assignment: Assignment, run: KnownRun | null) => Promise<void>
  /** Those of the runs that belong to another execution. */
  readonly taken: (assignment: Assignment, runIds: readonly number[]) => Promise<readonly number[]>
  /** A line for people who look at the execution while it runs. */
  readonly tell: (assignment: Assignment, message: string) => Promise<void>
}
