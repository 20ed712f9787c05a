/** The use cases, each of which takes an actor and authorises it: the door for the API, whatever dialect it speaks. */
import type { Executions } from './executions.ts'
import type { Jobs } from './jobs.ts'
import type { Schedules } from './schedules.ts'
import type { Sessions } from './sessions.ts'
import type { StatisticsService } from './statistics.ts'
import type { System } from './system.ts'
import type { Users } from './users.ts'

export type { ExecutionView } from './execution-view.ts'
export type { ExecutionQuery, Executions } from './executions.ts'
export type { Fingerprint, HttpAuthInput, HttpAuthView, TargetInput, TargetView } from './job-target.ts'
export type { JobView } from './job-view.ts'
export type {
  JobEdit,
  JobInput,
  JobQuery,
  Jobs,
  OccurrenceView,
  ResumeChoice,
  Resumed,
  RunOverrides,
} from './jobs.ts'
export type { Schedules } from './schedules.ts'
export type { Caller, Sessions, SessionView, SignedIn, SignIn, SignUp } from './sessions.ts'
export type { EngineSignals } from './signals.ts'
export type { StatisticsService } from './statistics.ts'
export type { System, SystemView } from './system.ts'
export type { UserView, WorkspaceView } from './user-view.ts'
export type { UserEdit, UserInput, Users } from './users.ts'

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
}
