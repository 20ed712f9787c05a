/** Bulk actions, imports and exports between the wire and the use cases. */
import { DomainError, invalid } from '../../domain/errors.ts'
import type { BulkItem, BulkRequest, ExportedJob, JobEdit, JobInput, JobView } from '../../services/services.ts'
import type * as wire from '../contract/job-many.ts'
import { JobCreate } from '../contract/jobs.ts'
import { problemOf } from '../problems.ts'
import { fieldErrors } from '../validate.ts'
import { alertsToExport } from './alerts.ts'
import { jobInput, jobToWire } from './jobs.ts'
import { policiesFrom } from './policies.ts'
import type { Ground } from './timetables.ts'

export const bulkRequest = (
  input: wire.BulkRequest,
  executionIdFor: ((jobId: string) => string) | undefined,
): BulkRequest => {
  const { action, ids, filter, dry_run = false, confirm_count } = input
  if ((ids === undefined) === (filter === undefined)) throw invalid('ids', undefined, 'give either `ids` or `filter`')
  if (action === 'delete' && ids === undefined && confirm_count === undefined && !dry_run)
    throw invalid('confirm_count', undefined, 'say how many jobs you mean; `dry_run` tells it')
  return { action: actionOf(input, executionIdFor), ids, filter, confirmCount: confirm_count, dryRun: dry_run }
}

const actionOf = (
  { action, edit, catch_up }: wire.BulkRequest,
  executionIdFor: ((jobId: string) => string) | undefined,
): BulkRequest['action'] => {
  if (edit !== undefined && action !== 'edit') throw invalid('edit', undefined, 'it belongs to the action `edit` alone')
  if (catch_up !== undefined && action !== 'resume')
    throw invalid('catch_up', catch_up, 'it belongs to the action `resume` alone')
  switch (action) {
    case 'run':
      return { kind: 'run', executionIdFor }
    case 'resume':
      return { kind: 'resume', catchUp: catch_up }
    case 'edit':
      if (edit === undefined || Object.keys(edit).length === 0)
        throw invalid('edit', undefined, 'say what to set: owner_id, metadata or policies')
      return { kind: 'edit', editOf: (job) => bulkEdit(job, edit) }
    case 'pause':
    case 'delete':
      return { kind: action }
  }
}

const bulkEdit = (job: JobView, { owner_id, metadata, policies }: wire.BulkEdit): JobEdit => ({
  ownerId: owner_id,
  metadata: metadata && joined(job.metadata, metadata),
  policies: policies && policiesFrom(policies, job.policies),
})

const joined = (present: JobView['metadata'], change: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const entries = new Map(Object.entries(present))
  for (const [name, value] of Object.entries(change)) {
    if (value === null) entries.delete(name)
    else entries.set(name, value)
  }
  return Object.fromEntries(entries)
}

export const bulkToWire = (
  { action, dry_run = false }: wire.BulkRequest,
  items: readonly BulkItem[],
  requestId: string,
): wire.BulkResult => {
  const failed = items.filter(({ error }) => error !== null).length
  return {
    action,
    dry_run,
    done: items.length - failed,
    failed,
    items: items.map(({ id, error, executionId }) => ({
      id,
      ok: error === null,
      code: error?.code ?? null,
      message: error === null ? null : problemOf(error, { requestId, exposeDetails: false }).detail,
      execution_id: executionId,
    })),
  }
}

/** One row of an import; throws with all its wrong fields. */
export const importedJob = (row: unknown, secrets: Readonly<Record<string, string>>, ground: Ground): JobInput => {
  const whole = withSecrets(row, new Map(Object.entries(secrets)))
  const parsed = JobCreate.safeParse(whole)
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error, whole)
    // A row that is no object has no fields: it is wrong itself.
    const named = errors.map((error) => (error.field === 'body' ? { ...error, field: '' } : error))
    throw new DomainError('invalid', 'A field is wrong.', { errors: named })
  }
  return jobInput(parsed.data, ground)
}

/** Fingerprints stand where an export has secrets; those that are known are filled in. */
const withSecrets = (row: unknown, secrets: ReadonlyMap<string, string>): unknown => {
  if (!isObject(row) || !isObject(row.target) || secrets.size === 0) return row
  const target = Object.entries(row.target).map(([name, value]) => [
    name,
    FREE.includes(name) ? value : filled(value, secrets),
  ])
  return { ...row, target: Object.fromEntries(target) }
}

/** What the caller's own content looks like is none of our business, and no place for a secret. */
const FREE: readonly string[] = ['body', 'headers', 'query', 'args', 'kwargs']

const filled = (value: unknown, secrets: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((entry) => filled(entry, secrets))
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  const [[name, print] = []] = entries
  if (entries.length === 1 && name === 'fingerprint' && typeof print === 'string') return secrets.get(print) ?? value
  return Object.fromEntries(entries.map(([key, entry]) => [key, filled(entry, secrets)]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The job as an import takes it: what the server sets is left out, secrets are fingerprints. */
export const jobToExport = ({ alerts, ...job }: ExportedJob) => {
  const { name, description, schedules, time_zone, start, end, max_runs, jitter_seconds, spread_seconds, ...rest } =
    jobToWire(job)
  const { external_id, target, policies, metadata, category, team, ends_on, state } = rest
  return {
    ...(external_id === null ? {} : { external_id }),
    name,
    description,
    schedules,
    time_zone,
    start,
    end,
    max_runs,
    jitter_seconds,
    spread_seconds,
    target,
    policies,
    metadata,
    category: category?.slug ?? null,
    team: team?.slug ?? null,
    ends_on,
    enabled: state === 'active',
    ...(alerts === null ? {} : { alerts: alertsToExport(alerts) }),
  }
}
