/** Applications, API definitions, cron jobs and history as the document has them. */
import type { ApiView, ApplicationView, JobView, RanView } from '../../../services/services.ts'
import { MASK } from './call-config.ts'
import { definitionOf, definitionToFields } from './definition.ts'
import type { Fields } from './fields.ts'
import { frequencyToFields } from './frequency.ts'

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

export const applicationToFields = (application: ApplicationView, apis: readonly ApiView[], zone: string): Fields => ({
  _id: application.id,
  appName: application.name,
  description: application.description,
  appRootPath: application.rootUrl,
  handshakeUrl: application.handshakeUrl,
  auth: application.secretFingerprint === null ? null : MASK,
  apiList: apis.map((api) => apiToFields(api, zone)),
  createdAt: instant(application.createdAt),
  updatedAt: instant(application.updatedAt),
})

export const apiToFields = (api: ApiView, zone: string): Fields => {
  const definition = definitionOf(api, zone)
  return {
    _id: api.id,
    appId: api.application.id,
    apiName: api.name,
    ...definitionToFields(definition),
    ...frequencyToFields(definition.frequency),
    cronConfig: definition.cronConfig,
    timeZone: definition.timeZone,
    isActive: api.job.state === 'active',
    handshakeUrl: api.handshakeUrl,
    jobId: api.job.id,
    createdAt: instant(api.createdAt),
    updatedAt: instant(api.job.updatedAt),
  }
}

const STATUS = { active: 'scheduled', paused: 'disabled', ended: 'ended' } as const

/** A job that was made elsewhere belongs to no application, and is called as the job is. */
export const cronJobToFields = (job: JobView, api: ApiView | undefined, zone: string): Fields => {
  const [schedule] = job.timetable.schedules
  const { lastRun, target } = job
  return {
    jobId: job.id,
    appId: api?.application.id ?? null,
    appName: api?.application.name ?? null,
    apiName: api?.name ?? job.name,
    requestType: target.kind === 'http' ? target.method : null,
    frequency: api === undefined ? null : (definitionOf(api, zone).frequency?.name ?? null),
    cronConfig: schedule?.kind === 'cron' ? schedule.expression : null,
    isActive: job.state === 'active',
    status: lastRun?.status === 'running' ? 'running' : STATUS[job.state],
    nextRunAt: instant(job.nextRunAt),
    lastRunAt: instant(lastRun?.scheduledFor ?? null),
    lastStatus: lastRun?.status ?? null,
  }
}

export const executionToFields = (run: RanView): Fields => ({
  executionId: run.id,
  status: run.status,
  triggerType: run.trigger === 'manual' ? 'manual' : 'scheduled',
  startedAt: instant(run.startedAt),
  completedAt: instant(run.finishedAt),
  durationMs: run.durationMs,
  responseStatus: run.statusCode,
  error: run.error ?? run.reasonText,
})
