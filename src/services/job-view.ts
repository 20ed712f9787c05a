/** A job as people see it: defaults filled in, its next run computed, no secret. */
import type { Secrets } from '../auth/secrets.ts'
import type { Job } from '../domain/job.ts'
import { type Policies, withDefaults } from '../domain/policies.ts'
import { describeTimetable } from '../schedule/describe.ts'
import type { LastRun } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { dueAtOf } from './due.ts'
import { type PlaceView, placesShown, type TeamPlaceView } from './job-places.ts'
import { type TargetView, targetView } from './targets.ts'

export type JobView = Omit<
  Job,
  'key' | 'workspaceKey' | 'missedAfter' | 'target' | 'policies' | 'categoryKey' | 'teamKey'
> & {
  readonly category: PlaceView | null
  readonly team: TeamPlaceView | null
  readonly target: TargetView
  /** With the defaults filled in. */
  readonly policies: Policies
  readonly nextRunAt: number | null
  /** The timetable as an English sentence. */
  readonly scheduleText: string
  readonly lastRun: LastRun | null
}

const jobView = (
  job: Job,
  {
    secrets,
    now,
    lastRun,
    places,
  }: {
    readonly secrets: Secrets
    readonly now: number
    readonly lastRun: LastRun | null
    readonly places: Pick<JobView, 'category' | 'team'>
  },
): JobView => {
  const { key: _, missedAfter: __, categoryKey: ___, teamKey: ____, workspaceKey, ...shown } = job
  return {
    ...shown,
    ...places,
    target: targetView(secrets, { workspaceKey, jobId: job.id }, job.target),
    policies: withDefaults(job.policies),
    nextRunAt: dueAtOf(job, now),
    scheduleText: describeTimetable(job.timetable),
    lastRun,
  }
}

/** The one answer that shows a secret that was made for its request. */
export const withNewSecret = (job: JobView, newSecret: string | null): JobView => {
  const { target } = job
  if (newSecret === null || target.kind !== 'http' || target.signing === undefined) return job
  return { ...job, target: { ...target, signing: { ...target.signing, newSecret } } }
}

/** With the last run of each, read for all of them at once. */
export const jobViews = async (
  { store, auth, clock }: Pick<Deps, 'store' | 'auth' | 'clock'>,
  workspaceKey: number,
  jobs: readonly Job[],
): Promise<JobView[]> => {
  if (jobs.length === 0) return []
  const lastRuns = await store.jobs.lastRuns(
    workspaceKey,
    jobs.map((job) => job.key),
  )
  const placesOfJob = await placesShown(store, workspaceKey, jobs)
  const now = clock.now()
  return jobs.map((job) =>
    jobView(job, { secrets: auth.secrets, now, lastRun: lastRuns.get(job.key) ?? null, places: placesOfJob(job) }),
  )
}
