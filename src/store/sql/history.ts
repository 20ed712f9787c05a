/** The past of jobs: what was planned, what became of it, and when nobody scheduled. */
import { type Kysely, sql } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { ExecutionRow } from '../executions.ts'
import type { HistoryStore, KnownJob } from '../history.ts'
import { DELETED, STATE_CODE, STATUS_CODE } from './codes.ts'
import { executionOf, selectExecutions } from './execution-rows.ts'
import { keepFormer, readFormerJobs } from './former-jobs.ts'
import { type JobRow, jobOf, selectJobs } from './job-rows.ts'
import { insertDue } from './statements.ts'
import type { Tables } from './tables.ts'
import { type Access, lastRow, statement } from './unit.ts'

type Read = Kysely<Tables>

export const createHistoryStore = (access: Access): HistoryStore => {
  const { read } = access
  return {
    knownJob: async (workspaceKey, id) => {
      const query = knownJobs(read).where('job.workspace_key', '=', workspaceKey).where('job.id', '=', id)
      const row = await query.executeTakeFirst()
      return row === undefined ? null : knownOf(row)
    },
    knownJobs: async (workspaceKey, { afterKey, since, limit }) => {
      const rows = await knownJobs(read)
        .where('job.workspace_key', '=', workspaceKey)
        .where('job.key', '>', afterKey)
        .where(({ eb, or }) => or([eb('job.deleted_at', 'is', null), eb('job.deleted_at', '>', since)]))
        .orderBy('job.key')
        .limit(limit)
        .execute()
      return rows.map(knownOf)
    },
    formerJobs: (jobKey) => readFormerJobs(read, jobKey),
    rowsFor: (workspaceKey, jobKey, at) => rowsFor(read, workspaceKey, jobKey, at),
    underWayAt: (workspaceKey, jobKey, at) => underWayAt(read, workspaceKey, jobKey, at),
    ledgerRows: async (jobKey, { after, upTo, versions, limit }) => {
      // Leans on execution_occurrence.
      const rows = await read
        .selectFrom('execution')
        .select(['id', 'schedule_version', 'scheduled_for', 'last_for', 'occurrences'])
        .where('job_key', '=', jobKey)
        .where('scheduled_for', '>=', after.scheduledFor)
        .where('scheduled_for', '<=', upTo)
        .where(({ eb, refTuple, tuple }) =>
          eb(refTuple('scheduled_for', 'id'), '>', tuple(after.scheduledFor, after.id)),
        )
        .where('schedule_version', '>=', versions[0])
        .where('schedule_version', '<=', versions[1])
        .orderBy('scheduled_for')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        scheduleVersion: row.schedule_version as number,
        scheduledFor: row.scheduled_for,
        lastFor: row.last_for,
        occurrences: row.occurrences,
      }))
    },
    isPlanned: async (jobKey, at) => {
      const row = await read
        .selectFrom('due')
        .innerJoin('job', (join) =>
          join.onRef('job.key', '=', 'due.job_key').onRef('job.schedule_version', '=', 'due.schedule_version'),
        )
        .select('due.next_run_at')
        .where('due.next_run_at', '=', at)
        .where('due.job_key', '=', jobKey)
        .where('job.state', '=', STATE_CODE.active)
        .executeTakeFirst()
      return row !== undefined
    },
    outages: async (from, until) => {
      const rows = await read
        .selectFrom('outage')
        .selectAll()
        .where('from_at', '<=', until)
        .where('until_at', '>=', from)
        .orderBy('from_at')
        .execute()
      return rows.map((row) => ({ fromAt: row.from_at, untilAt: row.until_at }))
    },
    restore: (job, as) => restoreJob(access, job, as),
  }
}

/** With the deleted ones, which `selectJobs` leaves out. */
const knownJobs = (read: Read) =>
  read.selectFrom('job').leftJoin('user', 'user.key', 'job.owner_key').selectAll('job').select('user.id as owner_id')

const knownOf = (row: JobRow): KnownJob => ({
  // What a deleted job would be is for whoever restores it to say.
  job: jobOf(row.state === DELETED ? { ...row, state: STATE_CODE.ended } : row),
  deletedAt: row.state === DELETED ? row.deleted_at : null,
})

/** A row may stand for a range that begins before the instant; of such there are few near one another. */
const MOST_ROWS_BEFORE = 50

const rowsFor = async (read: Read, workspaceKey: number, jobKey: number, at: number): Promise<ExecutionRow[]> => {
  const rows = await selectExecutions(read)
    .where('execution.job_key', '=', jobKey)
    .where('execution.workspace_key', '=', workspaceKey)
    .where('execution.schedule_version', 'is not', null)
    .where('execution.scheduled_for', '<=', at)
    .orderBy('execution.scheduled_for', 'desc')
    .orderBy('execution.schedule_version', 'desc')
    .limit(MOST_ROWS_BEFORE)
    .execute()
  return rows.map(executionOf).filter((row) => (row.lastFor ?? row.scheduledFor) >= at)
}

const underWayAt = async (
  read: Read,
  workspaceKey: number,
  jobKey: number,
  { instant, exceptId }: { readonly instant: number; readonly exceptId: string },
): Promise<ExecutionRow | null> => {
  const row = await selectExecutions(read)
    .where('execution.job_key', '=', jobKey)
    .where('execution.workspace_key', '=', workspaceKey)
    .where('execution.id', '<>', exceptId)
    .where('execution.status', '>=', STATUS_CODE.running)
    .where('execution.status', '<=', STATUS_CODE.uncertain)
    .where('execution.scheduled_for', '<=', instant)
    .where('execution.started_at', '<=', instant)
    .where(({ eb, or }) => or([eb('execution.finished_at', 'is', null), eb('execution.finished_at', '>=', instant)]))
    .orderBy('execution.scheduled_for', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : executionOf(row)
}

const restoreJob = async (
  { read, write, by }: Access,
  job: Job,
  {
    ownerId,
    state,
    dueAt,
    now,
  }: { readonly ownerId: string; readonly state: Job['state']; readonly dueAt: number | null; readonly now: number },
): Promise<Job | null> => {
  const paused = state === 'paused'
  const results = await write([
    ...keepFormer(read, job, { leftBy: 'restored', by, now }),
    statement(
      read
        .updateTable('job')
        .set((eb) => ({
          state: STATE_CODE[state],
          deleted_at: null,
          owner_key: eb.selectFrom('user').select('key').where('id', '=', ownerId),
          pause_reason: paused ? sql<number>`coalesce(pause_reason, 0)` : null,
          paused_at: paused ? now : null,
          missed_after: paused ? now : null,
          resumed_at: now,
          schedule_version: job.scheduleVersion + 1,
          version: job.version + 1,
          updated_at: now,
        }))
        .where('key', '=', job.key)
        .where('version', '=', job.version)
        .where('state', '=', DELETED),
      1,
    ),
    ...(dueAt === null ? [] : insertDue(read, job.key, dueAt)),
    statement(selectJobs(read).where('job.id', '=', job.id)),
  ])
  const row = lastRow(results)
  return row === undefined ? null : jobOf(row as JobRow)
}
