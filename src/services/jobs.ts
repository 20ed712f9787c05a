/** The jobs of a workspace: create, find, change, run, pause, resume, delete. */
import type { Actor } from '../domain/actor.ts'
import type { Reason, Status, Trigger } from '../domain/execution.ts'
import type { JobState, Timetable } from '../domain/job.ts'
import type { Page } from '../domain/page.ts'
import type { MisfireMode, PolicyChoices } from '../domain/policies.ts'
import type { HttpTarget } from '../domain/target.ts'
import type { ExecutionView } from './execution-view.ts'
import type { TargetInput } from './job-target.ts'
import type { JobView } from './job-view.ts'

export type JobInput = {
  readonly name: string
  readonly description?: string | null | undefined
  readonly timetable: Timetable
  readonly target: TargetInput
  readonly policies?: PolicyChoices | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Default true; false is a job paused at birth. */
  readonly enabled?: boolean | undefined
  /** Default: the actor. Another one only by an admin. */
  readonly ownerId?: string | undefined
}

/** Absent and undefined fields stay; timetable, target, policies and metadata are replaced whole. */
export type JobEdit = { readonly [K in keyof JobInput]?: JobInput[K] | undefined }

export type JobQuery = {
  readonly state?: JobState | undefined
  /** A user id, or `me`. */
  readonly owner?: string | undefined
  readonly search?: string | undefined
  readonly sort: 'created_at' | 'name' | 'updated_at'
  readonly descending: boolean
  readonly cursor: string | null
  readonly limit: number
}

/** What one manual run does differently; not kept beyond it. */
export type RunOverrides = {
  readonly [K in 'url' | 'method' | 'query' | 'headers' | 'body']?: HttpTarget[K] | undefined
}

export type ResumeChoice = {
  /** What becomes of the instants that passed while the job was paused; default `skip`. */
  readonly catchUp?: MisfireMode | undefined
  /** Only count, change nothing. */
  readonly dryRun?: boolean | undefined
}

export type Resumed = {
  readonly job: JobView
  /** Executions that each mode makes of what was missed. */
  readonly wouldRun: Readonly<Record<MisfireMode, number>>
  readonly missed: number
}

export type OccurrenceView = {
  /** Null for a coming one. */
  readonly executionId: string | null
  readonly scheduledFor: number
  /** A range of occurrences that did not run: its newest instant, and how many. */
  readonly lastFor: number | null
  readonly occurrences: number
  readonly status: Status | 'planned'
  readonly trigger: Trigger
  readonly reason: Reason | null
  readonly reasonText: string | null
}

export type Jobs = {
  readonly create: (actor: Actor, input: JobInput) => Promise<JobView>
  readonly list: (actor: Actor, query: JobQuery) => Promise<Page<JobView>>
  readonly get: (actor: Actor, id: string) => Promise<JobView>
  /** `ifVersion` null: the last writer wins. Otherwise `stale` when it is not the present version. */
  readonly update: (actor: Actor, id: string, edit: JobEdit, ifVersion: number | null) => Promise<JobView>
  readonly delete: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
  /** Runs now, whatever the state of the job. */
  readonly run: (actor: Actor, id: string, overrides?: RunOverrides) => Promise<ExecutionView>
  /** Once more changes nothing. */
  readonly pause: (actor: Actor, id: string) => Promise<JobView>
  readonly resume: (actor: Actor, id: string, choice: ResumeChoice) => Promise<Resumed>
  /** The last `past` and the next `coming` instants, oldest first. */
  readonly occurrences: (
    actor: Actor,
    id: string,
    range: { readonly past: number; readonly coming: number },
  ) => Promise<readonly OccurrenceView[]>
}
