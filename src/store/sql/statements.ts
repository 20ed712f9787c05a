/** Statements that several units share. */
import { type Insertable, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { REASON_CODE, STATUS_CODE } from './codes.ts'
import type { ExecutionTable, Tables } from './tables.ts'
import { type Statement, statement } from './unit.ts'

/** The due row of a job under its present schedule version, if it is active. */
export const insertDue = (read: Kysely<Tables>, jobKey: number, dueAt: number): readonly Statement[] => [
  // A dead row of an older version may lie at the same instant.
  deleteDue(read, jobKey, dueAt),
  statement(
    read
      .insertInto('due')
      .columns(['next_run_at', 'job_key', 'schedule_version'])
      .expression((eb) =>
        eb
          .selectFrom('job')
          .select([sql<number>`${dueAt}`.as('next_run_at'), 'job.key', 'job.schedule_version'])
          .where('job.key', '=', jobKey)
          .where('job.state', '=', 0),
      ),
  ),
]

export const deleteDue = (read: Kysely<Tables>, jobKey: number, dueAt: number): Statement =>
  statement(read.deleteFrom('due').where('next_run_at', '=', dueAt).where('job_key', '=', jobKey))

/** Lets the first parked execution of the job back into the queue. Leans on execution_parked. */
export const unparkFirst = (read: Kysely<Tables>, workspaceKey: number, jobKey: JobKey): Statement =>
  statement(
    read
      .updateTable('execution')
      .set({ parked: 0 })
      .where('workspace_key', '=', workspaceKey)
      .where('id', '=', (eb) =>
        eb
          .selectFrom((from) =>
            from
              .selectFrom('execution')
              .select('id')
              .where('job_key', '=', jobKey)
              .where(sql<boolean>`parked = 1`)
              .orderBy('trigger')
              .orderBy('not_before')
              .limit(1)
              .as('first'),
          )
          .select('first.id'),
      ),
  )

/** An execution that has ended holds no place of a limit any more; who waits for it is let in by the next lease that sweeps. */
export const freePlaces = (read: Kysely<Tables>, workspaceKey: number, executionId: string): Statement =>
  statement(
    read.deleteFrom('limit_use').where('workspace_key', '=', workspaceKey).where('execution_id', '=', executionId),
  )

export type JobKey = number | ReturnType<typeof jobKeyOf>

/** The job of an execution, for statements that know only the latter. */
export const jobKeyOf = (read: Kysely<Tables>, workspaceKey: number, executionId: string) =>
  read
    .selectFrom('execution as asked')
    .select('asked.job_key')
    .where('asked.workspace_key', '=', workspaceKey)
    .where('asked.id', '=', executionId)

export const insertExecutions = (
  read: Kysely<Tables>,
  rows: readonly Insertable<ExecutionTable>[],
): readonly Statement[] => insertMany(read, 'execution', rows)

/** One text for all rows, which must have the same columns in the same order. */
export const insertMany = <Table extends 'execution' | 'job' | 'rollup' | 'rollup_hour'>(
  read: Kysely<Tables>,
  table: Table,
  rows: readonly Insertable<Tables[Table]>[],
): readonly Statement[] => {
  const [first, ...others] = rows
  if (first === undefined) return []
  const { sql: text, parameters } = read.insertInto(table).values(first).compile()
  return [{ sql: text, parameters, more: others.map((row) => Object.values(row)), expect: rows.length }]
}

/** A deleted job's waiting executions. Leans on execution_live. */
export const cancelPendingOf = (
  read: Kysely<Tables>,
  jobKeys: readonly number[] | SelectQueryBuilder<Tables, 'job', { key: number }>,
  now: number,
): Statement =>
  statement(
    read
      .updateTable('execution')
      .set({
        status: STATUS_CODE.cancelled,
        reason: REASON_CODE.job_deleted,
        finished_at: now,
        parked: 0,
        overrides: null,
      })
      .where('job_key', 'in', jobKeys)
      .where(sql<boolean>`status = 0 and status < 2`),
  )
