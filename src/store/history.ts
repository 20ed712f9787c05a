/** What the store knows of the past: former states of jobs, what became of their instants, when nobody scheduled. */
import type { Job } from '../domain/job.ts'
import type { ExecutionRow } from './executions.ts'

/** How a state was left. `deleted` and `restored` are changes too. */
export type Change = 'changed' | 'paused' | 'resumed' | 'deleted' | 'restored'

/** A state that a job has left. `runs`, `updatedAt`, `pausedAt` are those at its end. */
export type FormerJob = Pick<
  Job,
  | 'name'
  | 'description'
  | 'ownerId'
  | 'timetable'
  | 'target'
  | 'policies'
  | 'metadata'
  | 'categoryKey'
  | 'teamKey'
  | 'pauseReason'
  | 'pausedAt'
  | 'scheduleVersion'
  | 'version'
  | 'runs'
  | 'updatedAt'
> & {
  readonly state: Job['state'] | 'deleted'
  readonly fromAt: number
  readonly untilAt: number
  readonly leftBy: Change
  /** The user or key that changed it; null: the server itself. */
  readonly changedBy: string | null
}

/** A job, deleted ones included. */
export type KnownJob = { readonly job: Job; readonly deletedAt: number | null }

/** A row of the ledger, in few words: what became of one instant or of a range of them. */
export type LedgerRow = {
  readonly id: string
  readonly scheduleVersion: number
  readonly scheduledFor: number
  readonly lastFor: number | null
  readonly occurrences: number
}

/** No process scheduled in this time. */
export type Outage = { readonly fromAt: number; readonly untilAt: number }

export type HistoryStore = {
  readonly knownJob: (workspaceKey: number, id: string) => Promise<KnownJob | null>
  /** In the order of keys, those after `afterKey`; of deleted ones only those that were there after `since`. */
  readonly knownJobs: (
    workspaceKey: number,
    page: { readonly afterKey: number; readonly since: number; readonly limit: number },
  ) => Promise<readonly KnownJob[]>
  /** Newest first; at most the 200 that are kept. */
  readonly formerJobs: (jobKey: number) => Promise<readonly FormerJob[]>
  /** The rows of the instant, or whose range covers it; newest schedule version first. */
  readonly rowsFor: (workspaceKey: number, jobKey: number, at: number) => Promise<readonly ExecutionRow[]>
  /** The execution of the job that was under way at the instant, other than `exceptId`. */
  readonly underWayAt: (
    workspaceKey: number,
    jobKey: number,
    at: { readonly instant: number; readonly exceptId: string },
  ) => Promise<ExecutionRow | null>
  /** By scheduled instant, in (after, upTo] or reaching into it, of the schedule versions from … to. */
  readonly ledgerRows: (
    jobKey: number,
    range: {
      readonly after: { readonly scheduledFor: number; readonly id: string }
      readonly upTo: number
      readonly versions: readonly [number, number]
      readonly limit: number
    },
  ) => Promise<readonly LedgerRow[]>
  /** Whether the instant stands in the plan, to be taken. */
  readonly isPlanned: (jobKey: number, at: number) => Promise<boolean>
  /** Overlapping [from, until]. */
  readonly outages: (from: number, until: number) => Promise<readonly Outage[]>
  /** Brings a deleted job back under a new schedule version; null when it is not deleted any more. */
  readonly restore: (
    job: Job,
    as: { readonly ownerId: string; readonly state: Job['state']; readonly dueAt: number | null; readonly now: number },
  ) => Promise<Job | null>
}
