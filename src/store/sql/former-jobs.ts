/** Former states of jobs: the row as it was is copied in the transaction that changes it, and read back for undo and explain. */
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { Change, FormerJob } from '../history.ts'
import { DELETED, pauseReasonOf, stateOf } from './codes.ts'
import { metadataOf, policiesOf, targetOf, timetableOf } from './interned.ts'
import type { JobHistoryTable, Tables } from './tables.ts'
import { type Statement, statement } from './unit.ts'

type Read = Kysely<Tables>

/** An undo reaches so far back; a job that is changed by a program every minute must not grow without end. */
const MOST_KEPT = 200
/** A body may be as long as 1 MiB. */
const MOST_CHARACTERS = 4 * 1024 * 1024

export const COPIED = [
  ...['version', 'schedule_version', 'state', 'pause_reason', 'paused_at', 'runs', 'updated_at', 'owner_key'],
  ...['name', 'description', 'timetable', 'target', 'policies', 'metadata', 'category_key', 'team_key'],
] as (keyof JobHistoryTable & keyof Tables['job'])[]

type How = { readonly leftBy: Change; readonly by: string | null; readonly now: number }

/** To stand before the statement that changes the job: keeps it as it is now. */
export const keepFormer = (read: Read, job: Pick<Job, 'key' | 'version'>, how: How): readonly Statement[] => [
  statement(copies(read).expression(former(read, how).where('key', '=', job.key).where('version', '=', job.version))),
  forgetOldest(read, job.key),
]

/** The same for all jobs of a workspace that the condition holds for. */
export const keepFormerOf = (read: Read, workspaceKey: number, which: RawBuilder<boolean>, how: How): Statement =>
  statement(
    copies(read).expression(
      former(read, how).where('workspace_key', '=', workspaceKey).where('state', '<>', DELETED).where(which),
    ),
  )

const copies = (read: Read) =>
  read.insertInto('job_history').columns(['job_key', 'from_at', 'until_at', 'left_by', 'changed_by', ...COPIED])

const former = (read: Read, { leftBy, by, now }: How) =>
  read
    .selectFrom('job')
    .select([
      'key',
      sql<number>`coalesce((select max(until_at) from job_history where job_key = job.key), created_at)`.as('from_at'),
      sql<number>`${now}`.as('until_at'),
      sql<string>`${leftBy}`.as('left_by'),
      sql<string | null>`${by}`.as('changed_by'),
      ...COPIED,
    ])

const forgetOldest = (read: Read, jobKey: number): Statement =>
  statement(
    read
      .deleteFrom('job_history')
      .where('job_key', '=', jobKey)
      .where(
        'version',
        'in',
        sql<number>`(
          select version from (
            select version, row_number() over (order by version desc) as place,
              sum(length(target) + length(timetable)) over (order by version desc) as size
            from job_history where job_key = ${jobKey}) as counted
          where place > ${MOST_KEPT} or (size > ${MOST_CHARACTERS} and place > 1))`,
      ),
  )

export const readFormerJobs = async (read: Read, jobKey: number): Promise<readonly FormerJob[]> => {
  const rows = await read
    .selectFrom('job_history')
    .leftJoin('user', 'user.key', 'job_history.owner_key')
    .selectAll('job_history')
    .select('user.id as owner_id')
    .where('job_history.job_key', '=', jobKey)
    .orderBy('job_history.version', 'desc')
    .execute()
  return rows.map(formerOf)
}

const formerOf = (row: Selectable<JobHistoryTable> & { readonly owner_id: string | null }): FormerJob => ({
  version: row.version,
  scheduleVersion: row.schedule_version,
  fromAt: row.from_at,
  untilAt: row.until_at,
  leftBy: row.left_by as Change,
  changedBy: row.changed_by,
  state: row.state === DELETED ? 'deleted' : stateOf(row.state),
  pauseReason: row.pause_reason === null ? null : pauseReasonOf(row.pause_reason),
  pausedAt: row.paused_at,
  runs: row.runs,
  updatedAt: row.updated_at,
  ownerId: row.owner_id ?? '',
  name: row.name,
  description: row.description,
  timetable: timetableOf(row.timetable),
  target: targetOf(row.target),
  policies: policiesOf(row.policies),
  metadata: metadataOf(row.metadata),
  categoryKey: row.category_key,
  teamKey: row.team_key,
})
