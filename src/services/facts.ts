/** What the audit log compares of a job or a user, under the names of the API. No secret is among it. */
import type { Secrets } from '../auth/secrets.ts'
import type { JobAlerts } from '../domain/alerts.ts'
import type { Job } from '../domain/job.ts'
import type { UserChange, UserRow } from '../store/store.ts'
import type { Facts } from './noting.ts'
import { targetView } from './targets.ts'

type Shown = Pick<Job, 'name' | 'description' | 'ownerId' | 'timetable' | 'target' | 'policies' | 'metadata'> &
  Partial<Pick<Job, 'categoryKey' | 'teamKey'>> & {
    readonly state: string
    /** Only of a change of them: they rest beside the job. */
    readonly alerts?: JobAlerts
  }

/** `of`: whose target it is, which its secrets are sealed to. */
export const jobFacts = (secrets: Secrets, of: Pick<Job, 'workspaceKey' | 'id'>, job: Shown): Facts => {
  const { schedules, zone, start, end, maxRuns, jitterMs, spreadMs, lastDay } = job.timetable
  return {
    name: job.name,
    description: job.description,
    owner_id: job.ownerId,
    schedules,
    time_zone: zone,
    start,
    end,
    max_runs: maxRuns,
    jitter_seconds: jitterMs,
    spread_seconds: spreadMs,
    ends_on: lastDay?.date ?? null,
    target: targetView(secrets, { workspaceKey: of.workspaceKey, jobId: of.id }, job.target),
    policies: job.policies,
    metadata: job.metadata,
    category: job.categoryKey ?? null,
    team: job.teamKey ?? null,
    state: job.state,
    ...(job.alerts === undefined ? {} : { alerts: job.alerts }),
  }
}

export const userFacts = (user: UserRow, change: UserChange = {}): Facts => {
  const { username, email, fullName, role, enabled } = { ...user, ...change }
  const password = change.passwordHash === undefined ? 'as before' : 'another one'
  return { username, email, full_name: fullName, role, enabled, password }
}
