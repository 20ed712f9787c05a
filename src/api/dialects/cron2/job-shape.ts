/** A job on the wire of the cron2 dialect, whichever dialect made it. */
import type { AlertsView, JobView, TargetView } from '../../../services/services.ts'
import { MASK } from './job-body.ts'
import { fieldsOf, zoneOf } from './schedule.ts'

export const jobToCron2 = (job: JobView, alerts: Pick<AlertsView, 'mail'>) => ({
  _id: job.id,
  ...calledBy(job.target),
  schedule: {
    notify_on_error: alerts.mail?.onFailure ?? false,
    years: 0,
    ...fieldsOf(job.timetable),
    timezone: zoneOf(job.timetable),
    next_execution: nextExecution(job),
  },
  timestamp: utc(job.createdAt),
  // Beyond the document: whether it is still picked, and why not.
  enabled: job.state === 'active',
  disabled_reason: job.state === 'paused' ? job.pauseReason : null,
})

/** With the offset of the job's zone; null while nothing is to come. */
export const nextExecution = ({ nextRunAt, timetable }: Pick<JobView, 'nextRunAt' | 'timetable'>): string | null =>
  nextRunAt === null
    ? null
    : Temporal.Instant.fromEpochMilliseconds(nextRunAt)
        .toZonedDateTimeISO(zoneOf(timetable))
        .toString({ smallestUnit: 'second', timeZoneName: 'never' })

export const utc = (ms: number): string => new Date(ms).toISOString()

const calledBy = (target: TargetView) => {
  switch (target.kind) {
    case 'http': {
      const { url, method, headers = [], body, auth } = target
      const secret = auth === undefined ? [] : [[auth.kind === 'header' ? auth.name : 'Authorization', MASK] as const]
      const all = [...headers.map(({ name, value }) => [name, value] as const), ...secret]
      return {
        url,
        method: method.toLowerCase(),
        headers: all.length === 0 ? null : Object.fromEntries(all),
        body: body?.content ?? null,
      }
    }
    case 'function':
      return { url: `function:${target.function}`, method: 'post', headers: null, body: null }
    case 'email':
      return { url: `mailto:${target.to.join(',')}`, method: 'post', headers: null, body: null }
    case 'github':
      return {
        url: `https://github.com/${target.owner}/${target.repo}/actions/workflows/${target.workflow}`,
        method: 'post',
        headers: null,
        body: null,
      }
  }
}
