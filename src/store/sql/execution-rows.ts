/** An execution as it rests in its row, and back. */
import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { AttemptRow, ExecutionRow, WaitsFor } from '../executions.ts'
import type { NewExecution } from '../ledger.ts'
import { limitKindOf, REASON_CODE, reasonOf, STATUS_CODE, statusOf, TRIGGER_CODE, triggerOf } from './codes.ts'
import type { AttemptTable, ExecutionTable, Tables } from './tables.ts'

type Shown = Omit<Selectable<ExecutionTable>, 'key' | 'output' | 'overrides' | 'exclusive' | 'waits_for'>
type Row = Shown & {
  readonly job_id: string
  readonly job_name: string
  readonly limit_kind: number | null
  readonly limit_name: string | null
  readonly output?: string | null
  readonly reported_attempt: number | null
  readonly percent: number | null
  readonly message: string | null
  readonly reported_at: number | null
  readonly log?: string | null
  readonly log_dropped?: number | null
}

/** Without the output, which may be long: lists do without. */
export const selectExecutions = (read: Kysely<Tables>) =>
  read
    .selectFrom('execution')
    .innerJoin('job', 'job.key', 'execution.job_key')
    .leftJoin('run_limit', 'run_limit.key', 'execution.waits_for')
    .leftJoin('report', (join) =>
      join
        .onRef('report.workspace_key', '=', 'execution.workspace_key')
        .onRef('report.execution_id', '=', 'execution.id'),
    )
    .select([
      'execution.id',
      'execution.workspace_key',
      'execution.job_key',
      'job.id as job_id',
      'job.name as job_name',
      'execution.schedule_version',
      'execution.scheduled_for',
      'execution.last_for',
      'execution.occurrences',
      'execution.trigger',
      'execution.status',
      'execution.reason',
      'execution.attempt',
      'execution.not_before',
      'execution.started_at',
      'execution.finished_at',
      'execution.status_code',
      'execution.error',
      'execution.requested_by',
      'execution.parked',
      'run_limit.kind as limit_kind',
      'run_limit.name as limit_name',
      'execution.node_key',
      'report.attempt as reported_attempt',
      'report.percent',
      'report.message',
      'report.reported_at',
    ])

/** With what only a single one is asked for. */
export const selectWholeExecution = (read: Kysely<Tables>) =>
  selectExecutions(read).select(['execution.output', 'report.log', 'report.log_dropped'])

export const executionOf = (row: Row): ExecutionRow => ({
  id: row.id,
  workspaceKey: row.workspace_key,
  jobKey: row.job_key,
  jobId: row.job_id,
  jobName: row.job_name,
  scheduleVersion: row.schedule_version,
  scheduledFor: row.scheduled_for,
  lastFor: row.last_for,
  occurrences: row.occurrences,
  trigger: triggerOf(row.trigger),
  status: statusOf(row.status),
  reason: row.reason === null ? null : reasonOf(row.reason),
  attempt: row.attempt,
  notBefore: row.status === STATUS_CODE.pending ? row.not_before : null,
  waitsFor: waitsForOf(row),
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  statusCode: row.status_code,
  error: row.error,
  output: row.output ?? null,
  requestedBy: row.requested_by,
  reportDueAt: row.status === STATUS_CODE.running && row.node_key === null ? row.not_before : null,
  progress:
    // What was said of a former attempt is no progress of this one.
    row.reported_at === null || row.reported_attempt !== row.attempt
      ? null
      : { percent: row.percent, message: row.message, reportedAt: row.reported_at },
  log: row.log ? { lines: JSON.parse(row.log) as string[], dropped: row.log_dropped ?? 0 } : null,
})

const waitsForOf = ({ status, parked, limit_kind: kind, limit_name: name }: Row): WaitsFor | null => {
  if (status !== STATUS_CODE.pending || parked === 0) return null
  return parked === 1 || kind === null ? { kind: 'other_run' } : { kind: limitKindOf(kind), name: name ?? '' }
}

export const attemptOf = (row: Omit<Selectable<AttemptTable>, 'workspace_key' | 'execution_id'>): AttemptRow => ({
  number: row.number,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  status: statusOf(row.status) as AttemptRow['status'],
  statusCode: row.status_code,
  error: row.error,
  output: row.output,
})

/** One that a person's act brings, not a claim: nobody runs it yet, it goes through the queue. */
export const executionRow = (
  job: Job,
  execution: NewExecution,
  { version, exclusive, now }: { readonly version: number; readonly exclusive: boolean; readonly now: number },
): Insertable<ExecutionTable> => {
  const waits = execution.status === 'leased' || execution.status === 'pending'
  return {
    workspace_key: job.workspaceKey,
    id: execution.id,
    job_key: job.key,
    schedule_version: version,
    scheduled_for: execution.scheduledFor,
    last_for: execution.lastFor,
    occurrences: execution.occurrences,
    trigger: TRIGGER_CODE[execution.trigger],
    status: execution.status === 'leased' ? STATUS_CODE.pending : STATUS_CODE[execution.status],
    reason: execution.reason === null ? null : REASON_CODE[execution.reason],
    attempt: 0,
    not_before: waits ? execution.scheduledFor : null,
    exclusive: exclusive ? 1 : 0,
    parked: 0,
    finished_at: waits ? null : now,
  }
}
