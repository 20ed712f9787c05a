/** A job leaves the instants it had so far, by a pause, an edit or its end: what was planned is forgotten, what was missed is told. */
import { type Insertable, type Kysely, sql } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { Leaving } from '../jobs.ts'
import { executionRow } from './execution-rows.ts'
import { deleteDue } from './statements.ts'
import type { ExecutionTable, Tables } from './tables.ts'
import { type Statement, statement } from './unit.ts'

type Read = Kysely<Tables>

/** `due` has no index by job: this walks all that is overdue, which is little but after an outage. */
export const overdueAt = async (read: Read, jobKey: number, now: number): Promise<number | null> => {
  const row = await read
    .selectFrom('due')
    .innerJoin('job', (join) =>
      join.onRef('job.key', '=', 'due.job_key').onRef('job.schedule_version', '=', 'due.schedule_version'),
    )
    .select('due.next_run_at')
    .where('due.next_run_at', '<=', now)
    .where('due.job_key', '=', jobKey)
    .where('job.state', '=', 0)
    .executeTakeFirst()
  return row?.next_run_at ?? null
}

/** Leans on execution_live. */
export const takenUpTo = async (
  read: Read,
  jobKey: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<number | null> => {
  const row = await read
    .selectFrom('execution')
    .select(({ fn }) => fn.max('scheduled_for').as('newest'))
    .where('job_key', '=', jobKey)
    .where(holdsLease)
    .where('scheduled_for', '>', after)
    .where('scheduled_for', '<=', upTo)
    .executeTakeFirst()
  return row?.newest ?? null
}

/** True where no run for the instant is about to be sent: under two schedule versions it would be sent twice. Leans on execution_live. */
export const isNotTaken = (read: Read, jobKey: number, at: number) =>
  sql<boolean>`not exists ${read
    .selectFrom('execution')
    .select('id')
    .where('job_key', '=', jobKey)
    .where(holdsLease)
    .where('scheduled_for', '=', at)}`

/** By the schedule; the second condition is that of the index. */
const holdsLease = sql<boolean>`status = 1 and status < 2 and schedule_version is not null`

export const leaveTimetable = (
  read: Read,
  job: Job,
  { now, expectedDueAt, missed = [] }: Leaving,
): readonly Statement[] => [
  ...(expectedDueAt === null
    ? []
    : [missed.length > 0 ? takeDue(read, job, expectedDueAt) : deleteDue(read, job.key, expectedDueAt)]),
  ...missed.map((execution) =>
    insertUnlessThere(read, executionRow(job, execution, { version: job.scheduleVersion, exclusive: false, now })),
  ),
  ...undoClaimsAhead(read, job.key, now),
]

/** A resume goes on after `now`; or later, should there be rows of later instants already (the clock went back). Leans on execution_occurrence. */
export const rememberMissed = (read: Read, { key, scheduleVersion }: Job, now: number): Statement =>
  statement(
    read
      .updateTable('job')
      .set((eb) => ({
        missed_after: eb.fn.coalesce(
          eb
            .selectFrom('execution')
            .select(({ fn }) => fn.max('scheduled_for').as('newest'))
            .where('job_key', '=', key)
            .where('scheduled_for', '>', now)
            .where('schedule_version', '=', scheduleVersion),
          eb.val(now),
        ),
      }))
      .where('key', '=', key),
  )

/** The instant must still be there: had a claim been quicker, its rows and these would tell of the same occurrences. */
const takeDue = (read: Read, { key, scheduleVersion }: Job, dueAt: number): Statement =>
  statement(
    read
      .deleteFrom('due')
      .where('next_run_at', '=', dueAt)
      .where('job_key', '=', key)
      .where('schedule_version', '=', scheduleVersion),
    1,
  )

const insertUnlessThere = (read: Read, row: Insertable<ExecutionTable>): Statement => {
  const columns = Object.keys(row) as (keyof typeof row)[]
  return statement(
    read
      .insertInto('execution')
      .columns(columns)
      .expression((eb) =>
        eb
          .selectFrom('job')
          .select(columns.map((column) => sql`${row[column]}`.as(column)))
          .where('job.key', '=', row.job_key)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('execution')
                  .select('id')
                  .where('job_key', '=', row.job_key)
                  .where('scheduled_for', '=', row.scheduled_for)
                  .where('schedule_version', '=', row.schedule_version ?? null),
              ),
            ),
          ),
      ),
  )
}

/**
 * Occurrences taken ahead of their time that wait, or were skipped, no longer exist: so nor do their rows, nor do they
 * count as runs. What holds a lease stays: whoever holds it sends it at its instant, and a call without a row would be
 * one that nobody can account for. Leans on execution_occurrence.
 */
const undoClaimsAhead = (read: Read, jobKey: number, now: number): readonly Statement[] => [
  statement(
    read
      .updateTable('job')
      .set((eb) => ({
        runs: eb(
          'runs',
          '-',
          eb
            .selectFrom('execution')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .where('job_key', '=', jobKey)
            .where('scheduled_for', '>', now)
            .where('status', '<', 2)
            .where(isTakenAhead),
        ),
      }))
      .where('key', '=', jobKey)
      .where('runs', '>', 0),
  ),
  statement(
    read.deleteFrom('execution').where('job_key', '=', jobKey).where('scheduled_for', '>', now).where(isTakenAhead),
  ),
]

/** Pending, or skipped before its time. */
const isTakenAhead = sql<boolean>`schedule_version is not null
  and (status = 0 and attempt = 0 or status = 6 and finished_at < scheduled_for)`
