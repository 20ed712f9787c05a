/** A job on the wire of the team dialect. Pure. */
import type { JobAlerts } from '../../../domain/alerts.ts'
import { GENERAL } from '../../../domain/catalog.ts'
import { isActive } from '../../../domain/end-date.ts'
import type { JobView } from '../../../services/services.ts'
import { calledBy } from './job-body.ts'
import { bareInstant, localInstant } from './times.ts'

/** `today`: the date in the zone of the scheduler. */
export const jobToTeam = (job: JobView, { mail }: Pick<JobAlerts, 'mail'>, today: string) => {
  const { url, owner, repo, workflow } = calledBy(job)
  const [only, ...others] = job.timetable.schedules
  return {
    id: job.id,
    name: job.name,
    // Null for what no expression says: several schedules, intervals, runs by hand alone.
    cron_expression: only?.kind === 'cron' && others.length === 0 ? only.expression : null,
    target_url: url,
    github_owner: owner,
    github_repo: repo,
    github_workflow_name: workflow,
    metadata: { ...job.metadata },
    category: job.category?.slug ?? GENERAL,
    end_date: job.endsOn,
    pic_team: job.team?.slug ?? null,
    enable_email_notifications: mail !== null,
    notification_emails: [...(mail?.to ?? [])],
    notify_on_success: mail?.onSuccess ?? false,
    created_by: job.ownerId || null,
    is_active: isActive(job, today),
    created_at: bareInstant(job.createdAt),
    updated_at: bareInstant(job.updatedAt),
  }
}

type At = { readonly today: string; readonly timeZone: string }

/** As lists and single jobs are read: with the last run and the next one. */
export const jobWithRuns = (job: JobView, alerts: Pick<JobAlerts, 'mail'>, { today, timeZone }: At) => ({
  ...jobToTeam(job, alerts, today),
  last_execution_at: job.lastRun === null ? null : bareInstant(job.lastRun.scheduledFor),
  next_execution_at: job.nextRunAt === null ? null : localInstant(job.nextRunAt, timeZone),
})
