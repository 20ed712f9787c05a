/** Attempts that are reported on, as their rows tell of them. */
import { type Kysely, sql } from 'kysely'
import type { ReportableAttempt, ReportStore } from '../reports.ts'
import { statusOf, triggerOf } from './codes.ts'
import { policiesOf, targetOf } from './interned.ts'
import type { Tables } from './tables.ts'

/** The terms of execution_awaited, word for word, so that the index serves. */
export const isAwaited = sql<boolean>`execution.status = 1 and execution.node_key is null`

const selectAttempts = (read: Kysely<Tables>) =>
  read
    .selectFrom('execution')
    .innerJoin('job', 'job.key', 'execution.job_key')
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
      'execution.attempt',
      'execution.scheduled_for',
      'execution.trigger',
      'execution.status',
      'execution.started_at',
      'execution.status_code',
      'execution.output',
      'execution.overrides',
      'job.target',
      'job.policies',
      'report.final_attempt',
      'report.final_digest',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof selectAttempts>['execute']>>[number]

const attemptOf = (row: Row): ReportableAttempt => ({
  executionId: row.id,
  workspaceKey: row.workspace_key,
  jobKey: row.job_key,
  jobId: row.job_id,
  jobName: row.job_name,
  attempt: row.attempt,
  scheduledFor: row.scheduled_for,
  trigger: triggerOf(row.trigger),
  target: targetOf(row.overrides ?? row.target),
  policies: policiesOf(row.policies),
  status: statusOf(row.status),
  startedAt: row.started_at,
  statusCode: row.status_code,
  output: row.output,
  lastFinal:
    row.final_attempt === null || row.final_digest === null
      ? null
      : { attempt: row.final_attempt, digest: row.final_digest },
})

export const readReportable = async (
  read: Kysely<Tables>,
  workspaceKey: number,
  executionId: string,
): Promise<ReportableAttempt | null> => {
  const row = await selectAttempts(read)
    .where('execution.workspace_key', '=', workspaceKey)
    .where('execution.id', '=', executionId)
    .executeTakeFirst()
  return row === undefined ? null : attemptOf(row)
}

/** Leans on execution_awaited. */
export const readOverdue = async (
  read: Kysely<Tables>,
  now: number,
  limit: number,
): ReturnType<ReportStore['overdue']> => {
  const rows = await selectAttempts(read)
    .where(isAwaited)
    .where('execution.not_before', '<=', now)
    .orderBy('execution.not_before')
    .limit(limit)
    .execute()
  const next = await read
    .selectFrom('execution')
    .select(({ fn }) => fn.min('not_before').as('at'))
    .where(isAwaited)
    .where('not_before', '>', now)
    .executeTakeFirst()
  return { attempts: rows.map(attemptOf), nextAt: next?.at ?? null }
}
