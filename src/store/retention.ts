/** What retention asks of the store: what workspaces choose, histories to look at, rows to let go, and since when all is there. */
import type { Cutoffs, RetentionChoice } from '../domain/retention.ts'

export type RetentionRow = RetentionChoice & { readonly version: number; readonly updatedAt: number }

/** A job, also a deleted one, and how far back its executions reach. */
export type JobHistory = {
  readonly jobKey: number
  readonly workspaceKey: number
  readonly choice: RetentionChoice
  /** The earliest scheduled instant of an execution; null when it has none. */
  readonly oldest: number | null
  readonly deletedAt: number | null
}

export type RetentionStore = {
  /** Null: the workspace has chosen nothing. */
  readonly choice: (workspaceKey: number) => Promise<RetentionRow | null>
  /** Null when `version` (0 for a workspace that has chosen nothing) is not the present one. */
  readonly choose: (
    workspaceKey: number,
    choice: RetentionChoice,
    at: { readonly version: number; readonly now: number },
  ) => Promise<RetentionRow | null>
  /** By key, those after `after`. */
  readonly histories: (after: number, limit: number) => Promise<readonly JobHistory[]>
  /** The scheduled instant of the job's nth newest execution; null when it has fewer. */
  readonly nthNewest: (jobKey: number, nth: number) => Promise<number | null>
  /**
   * Forgets, oldest first and at most `limit`, executions of the job that ended and whose instants all lie before the cutoff
   * of their kind. Kept are its last success, the first failure since then, and what is not in the sums of its hour yet.
   * Before anything goes, the floor of the job's history is raised. `next`: where to go on; null when all was seen.
   */
  readonly trim: (
    job: Pick<JobHistory, 'jobKey' | 'workspaceKey'>,
    cutoffs: Cutoffs,
    page: { readonly from: number; readonly limit: number },
  ) => Promise<{ readonly removed: number; readonly next: number | null }>
  /**
   * Forgets what ended of the job's executions, or the one of this id, at somebody's wish. The floor of its history is raised past
   * them. Answers how many.
   */
  readonly forget: (job: Pick<JobHistory, 'jobKey' | 'workspaceKey'>, executionId: string | null) => Promise<number>
  /** A deleted job without executions leaves for good; false when it has some, or is not deleted. */
  readonly forgetJob: (job: Pick<JobHistory, 'jobKey' | 'workspaceKey'>) => Promise<boolean>
  /** From this instant on every occurrence has its row: of the job, or of every job of the workspace. Null: nothing was ever forgotten. */
  readonly completeSince: (workspaceKey: number, jobKey: number | null) => Promise<number | null>
}
