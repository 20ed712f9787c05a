/** The use cases, each of which takes an actor and authorises it: the door for the API, whatever dialect it speaks. */
import type { Deps } from './deps.ts'
import { createExecutions, type Executions } from './executions.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createRetention, type Retention } from './retention.ts'
import { createSchedules, type Schedules } from './schedules.ts'
import { createScheduling, type Scheduling } from './scheduling.ts'
import { createSessionCheck } from './session-check.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSetup, type Setup } from './setup.ts'
import { createStatistics, type StatisticsService } from './statistics.ts'
import { createSystem, type System } from './system.ts'
import { createUsers, type Users } from './users.ts'

export type { Deps } from './deps.ts'
export type { ExecutionView } from './execution-view.ts'
export type { Executions } from './executions.ts'
export { createHold, type Held } from './hold.ts'
export type { JobEdit, JobInput } from './job-draft.ts'
export type { OccurrenceView, RunOverrides } from './job-runs.ts'
export type { HttpAuthInput, HttpAuthView, TargetInput, TargetView } from './job-target.ts'
export type { JobView } from './job-view.ts'
export type { Resumed } from './pausing.ts'
export type { RetentionEdit, RetentionView } from './retention.ts'
export { createRotation, type Rotation } from './rotation.ts'
export type { SessionView } from './sessions.ts'
export type { Setup } from './setup.ts'
export type { EngineSignals } from './signals.ts'
export type { Caller, SignedIn } from './signing-in.ts'
export type { StatisticsService } from './statistics.ts'
export { BACKUP_VALUE, type LastBackup, type Operations, UPKEEP_VALUE } from './system.ts'
export type { UserView } from './user-view.ts'
export type { UserEdit, UserInput } from './users.ts'

/**
 * Every method that takes an actor throws a DomainError `forbidden` when its role does not reach so far. A thing of
 * another workspace answers exactly like an unknown id: `not_found`.
 */
export type Services = {
  readonly sessions: Sessions
  readonly users: Users
  readonly jobs: Jobs
  readonly executions: Executions
  readonly schedules: Schedules
  readonly statistics: StatisticsService
  readonly system: System
  readonly scheduling: Scheduling
  readonly retention: Retention
}

/** `setup` is for the start of the server alone: nobody signed in calls it. */
export const createServices = (deps: Deps): Services & { readonly setup: Setup } => {
  const { store, clock, auth } = deps
  const sessionCheck = createSessionCheck({ people: store.people, clock, accessTokens: auth.accessTokens })
  const jobs = createJobs(deps)
  return {
    sessions: createSessions(deps, sessionCheck),
    users: createUsers(deps, sessionCheck),
    jobs,
    executions: createExecutions(deps),
    schedules: createSchedules(deps),
    statistics: createStatistics(deps),
    system: createSystem(deps),
    scheduling: createScheduling(deps),
    retention: createRetention(deps),
    setup: createSetup(deps, jobs),
  }
}
