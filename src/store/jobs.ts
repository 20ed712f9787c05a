/** What the use cases ask of the store about jobs. Every method is bound to one workspace. */

import type { JobAlerts } from '../domain/alerts.ts'
import type { Api } from '../domain/application.ts'
import type { Status } from '../domain/execution.ts'
import type { Job, JobState, PauseReason, Timetable } from '../domain/job.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Page } from '../domain/page.ts'
import type { PolicyChoices } from '../domain/policies.ts'
import type { Target } from '../domain/target.ts'
import type { NewExecution } from './ledger.ts'

export type NewJob = {
  readonly id: string
  readonly workspaceKey: number
  readonly ownerId: string
  readonly name: string
  readonly description: string | null
  readonly timetable: Timetable
  readonly target: Target
  readonly policies: PolicyChoices
  readonly metadata: JsonObject
  readonly categoryKey?: number | null
  readonly teamKey?: number | null
  readonly state: JobState
  readonly now: number
  /** First instant to store; null for a job without one (manual, paused at birth). */
  readonly dueAt: number | null
  /** Default: nothing is kept, and DEFAULT_ALERTS hold. */
  readonly alerts?: JobAlerts
  /** The API that it is made from: the job is not made where its application has another of the name. */
  readonly api?: Api
  /** Not made where another job of the workspace has the name: a DomainError `conflict`. */
  readonly uniqueName?: boolean
  /** Not made where another job of the workspace has it: a DomainError `conflict`. */
  readonly externalId?: string | null
}

/** New values; absent fields stay. `dueAt` goes with `timetable` and with `enabled`. */
export type JobChange = {
  readonly name?: string
  readonly description?: string | null
  readonly ownerId?: string
  readonly timetable?: Timetable
  readonly target?: Target
  readonly policies?: PolicyChoices
  readonly metadata?: JsonObject
  readonly categoryKey?: number | null
  readonly teamKey?: number | null
  /** The next instant under the new timetable; raises the schedule version. */
  readonly dueAt?: number | null
  readonly state?: JobState
  readonly alerts?: JobAlerts
  readonly api?: Api
  /** False: paused by the same write, by its user. True: a paused job is taken up again, with `state` and `dueAt`. */
  readonly enabled?: boolean
  /** Not written where another job of the workspace has the new name. */
  readonly uniqueName?: boolean
}

export type ResumePlan = {
  readonly dueAt: number | null
  readonly state: JobState
  /** Rows for what was not run while paused, and pending ones for what the caller wants made up for. */
  readonly executions: readonly NewExecution[]
  /** Added to the job's count of runs: the pending ones, for jobs with a maximum; else 0. */
  readonly countRuns: number
  readonly exclusive: boolean
}

/** How a job leaves the instants it had so far: by a pause, another timetable, or its end. */
export type Leaving = {
  readonly now: number
  /** What the caller believes to be stored: lets the store clear that row at once. A wrong belief is harmless: a row of an old schedule version is never claimed. */
  readonly expectedDueAt: number | null
  /** Rows for the instants up to `now` that nobody took. They begin with `expectedDueAt`, unless the job was paused: when that is no longer the stored one, a claim was quicker, and nothing is written. Default: none. */
  readonly missed?: readonly NewExecution[]
}

export type LastRun = {
  readonly executionId: string
  readonly scheduledFor: number
  readonly status: Status
  readonly finishedAt: number | null
}

export type QuarantinedJob = Pick<Job, 'id' | 'name' | 'target'>

export type JobFilter = {
  readonly state?: JobState
  readonly ownerId?: string
  readonly categoryKey?: number
  readonly teamKey?: number
  /** Those that call APIs of this application. */
  readonly applicationKey?: number
  readonly externalId?: string
  /** YYYY-MM-DD: with an end date before it. */
  readonly endsBefore?: string
  /** Part of the name, in any case of ASCII letters; `%` and `_` mean themselves. */
  readonly search?: string
  readonly sort: 'created_at' | 'name' | 'updated_at'
  readonly descending: boolean
  /** As the last page gave it. */
  readonly cursor: string | null
  readonly limit: number
}

/**
 * Writes answer null when the job's `version` is not the present one (somebody else changed the job meanwhile), and have
 * then changed nothing.
 */
export type JobStore = {
  readonly create: (job: NewJob) => Promise<Job>
  /** All or none. False: one of the ids was given to a job before, be it deleted since, and none was made. */
  readonly createMany: (jobs: readonly NewJob[]) => Promise<boolean>
  readonly byId: (workspaceKey: number, id: string) => Promise<Job | null>
  /** Whether a job of the workspace, other than the one of this id, has exactly this name. */
  readonly isNamed: (workspaceKey: number, name: string, exceptId: string | null) => Promise<boolean>
  readonly list: (workspaceKey: number, filter: JobFilter) => Promise<Page<Job>>
  /** Null: of all workspaces. */
  readonly count: (
    workspaceKey: number | null,
  ) => Promise<{ readonly total: number; readonly active: number; readonly paused: number; readonly ended: number }>
  /** The newest started or finished execution of each job that has one; what was skipped or missed is no run. */
  readonly lastRuns: (workspaceKey: number, jobKeys: readonly number[]) => Promise<ReadonlyMap<number, LastRun>>
  /** Jobs that are paused because their function kept crashing, in the order of creation. */
  readonly quarantined: (workspaceKey: number, limit: number) => Promise<readonly QuarantinedJob[]>
  /** The stored instant of an active job, if it has come and nobody took it yet. */
  readonly overdueAt: (jobKey: number, now: number) => Promise<number | null>
  /** The newest instant of the range, (after, upTo], for which a run of the job holds a lease. */
  readonly takenUpTo: (
    jobKey: number,
    range: { readonly after: number; readonly upTo: number },
  ) => Promise<number | null>
  /**
   * A run that was claimed ahead of its instant, and holds a lease, stays: it is about to be sent, by whoever holds it. What
   * waits for a later instant is undone when the timetable changes. Null also when a run for the new `dueAt` holds a lease.
   */
  readonly update: (job: Job, change: JobChange, at: Leaving) => Promise<Job | null>
  readonly pause: (job: Job, reason: PauseReason, at: Leaving) => Promise<Job | null>
  readonly resume: (job: Job, plan: ResumePlan, at: { readonly now: number }) => Promise<Job | null>
  /** The job is gone; its pending executions are cancelled, its history stays until it is forgotten by age. */
  readonly delete: (job: Job, at: Leaving) => Promise<boolean>
}
