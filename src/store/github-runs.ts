/** What stations ask of the store about workflow runs at GitHub, so that no dispatch is repeated blindly. */
import type { KnownRun } from '../domain/github.ts'

type Key = { readonly workspaceKey: number; readonly executionId: string }

export type GithubRunStore = {
  readonly recall: (key: Key) => Promise<{ readonly isCancelled: boolean; readonly run: KnownRun | null }>
  /** Null forgets it. Of an execution that is not there nothing is kept. */
  readonly keep: (key: Key, run: KnownRun | null) => Promise<void>
  /** Those of the runs that belong to another execution than this one. */
  readonly taken: (key: Key, runIds: readonly number[]) => Promise<readonly number[]>
}
