/** A job as people see it: defaults filled in, its next run computed, no secret. */
import type { Job } from '../domain/job.ts'
import type { Policies } from '../domain/policies.ts'
import type { LastRun } from '../store/store.ts'
import type { TargetView } from './job-target.ts'

export type JobView = Omit<Job, 'key' | 'workspaceKey' | 'target' | 'policies'> & {
  readonly target: TargetView
  /** With the defaults filled in. */
  readonly policies: Policies
  readonly nextRunAt: number | null
  /** The timetable as an English sentence. */
  readonly scheduleText: string
  readonly lastRun: LastRun | null
}
