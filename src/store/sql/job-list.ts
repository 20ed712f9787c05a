/** Pages of jobs, how many there are, and what each ran last. */
import { type Kysely, sql } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { Page } from '../../domain/page.ts'
import type { JobFilter, JobStore, LastRun, QuarantinedJob } from '../jobs.ts'
import { PAUSE_REASON_CODE, STATE_CODE, STATUS_CODE, statusOf } from './codes.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { targetOf } from './interned.ts'
import { jobOf, selectJobs } from './job-rows.ts'
import type { Tables } from './tables.ts'

/** Keys are given in the order of creation, so the order of keys needs no column of its own. */
const SORT_COLUMN = { created_at: 'job.key', name: 'job.name', updated_at: 'job.updated_at' } as const

export const listJobs = async (read: Kysely<Tables>, workspaceKey: number, filter: JobFilter): Promise<Page<Job>> => {
  const column = SORT_COLUMN[filter.sort]
  const direction = filter.descending ? 'desc' : 'asc'
  let query = selectJobs(read).where('job.workspace_key', '=', workspaceKey)
  if (filter.state !== undefined) query = query.where('job.state', '=', STATE_CODE[filter.state])
  if (filter.ownerId !== undefined) query = query.where('user.id', '=', filter.ownerId)
  if (filter.categoryKey !== undefined) query = query.where('job.category_key', '=', filter.categoryKey)
  if (filter.teamKey !== undefined) query = query.where('job.team_key', '=', filter.teamKey)
  if (filter.applicationKey !== undefined)
    query = query.where(
      sql<boolean>`job.key in (select job_key from application_api where application_key = ${filter.applicationKey})`,
    )
  // Leans on job_by_external_id.
  if (filter.externalId !== undefined) query = query.where('job.external_id', '=', filter.externalId)
  if (filter.endsBefore !== undefined) query = query.where('job.ends_on', '<', filter.endsBefore)
  if (filter.search !== undefined) query = query.where(contains(filter.search))
  if (filter.cursor !== null) {
    const { value, key } = decodeCursor(filter.cursor)
    const beyond = filter.descending ? '<' : '>'
    query = query.where(({ eb, refTuple, tuple }) =>
      filter.sort === 'created_at'
        ? eb('job.key', beyond, Number(key))
        : eb(refTuple(column, 'job.key'), beyond, tuple(value as never, Number(key))),
    )
  }
  if (filter.sort !== 'created_at') query = query.orderBy(column, direction)
  const rows = await query
    .orderBy('job.key', direction)
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => ({ value: sortValue(filter.sort, row), key: row.key }), jobOf)
}

const sortValue = (sort: JobFilter['sort'], row: { key: number; name: string; updated_at: number }) => {
  switch (sort) {
    case 'created_at':
      return row.key
    case 'name':
      return row.name
    case 'updated_at':
      return row.updated_at
  }
}

/** In any case of ASCII letters; what LIKE takes for a wildcard is escaped. */
const contains = (part: string) => {
  const pattern = `%${part.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/[!%_]/g, '!$&')}%`
  return sql<boolean>`lower(job.name) like ${pattern} escape '!'`
}

/** Leans on job_by_state. */
export const quarantinedJobs = async (
  read: Kysely<Tables>,
  workspaceKey: number,
  limit: number,
): Promise<readonly QuarantinedJob[]> => {
  const rows = await read
    .selectFrom('job')
    .select(['id', 'name', 'target'])
    .where('workspace_key', '=', workspaceKey)
    .where('state', '=', STATE_CODE.paused)
    .where('pause_reason', '=', PAUSE_REASON_CODE.quarantined)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ id, name, target }) => ({ id, name, target: targetOf(target) }))
}

export const countJobs = async (
  read: Kysely<Tables>,
  workspaceKey: number | null,
): Promise<Awaited<ReturnType<JobStore['count']>>> => {
  // Leans on job_by_state alone.
  let query = read.selectFrom('job').where('state', 'in', Object.values(STATE_CODE))
  if (workspaceKey !== null) query = query.where('workspace_key', '=', workspaceKey)
  const rows = await query
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  const of = (state: number): number => rows.find((row) => row.state === state)?.count ?? 0
  const [active, paused, ended] = [of(STATE_CODE.active), of(STATE_CODE.paused), of(STATE_CODE.ended)]
  return { total: active + paused + ended, active, paused, ended }
}

/** A skipped or missed occurrence is no run. */
export const lastRuns = async (
  read: Kysely<Tables>,
  workspaceKey: number,
  jobKeys: readonly number[],
): Promise<ReadonlyMap<number, LastRun>> => {
  if (jobKeys.length === 0) return new Map()
  // Leans on execution_occurrence, newest first.
  const rows = await read
    .selectFrom('job')
    .innerJoin('execution', (join) =>
      join
        .onRef('execution.workspace_key', '=', 'job.workspace_key')
        .on('execution.id', '=', (eb) =>
          eb
            .selectFrom('execution as newest')
            .select('newest.id')
            .whereRef('newest.job_key', '=', 'job.key')
            .where('newest.status', '>=', STATUS_CODE.running)
            .where('newest.status', '<=', STATUS_CODE.uncertain)
            .orderBy('newest.scheduled_for', 'desc')
            .limit(1),
        ),
    )
    .select(['job.key', 'execution.id', 'execution.scheduled_for', 'execution.status', 'execution.finished_at'])
    .where('job.workspace_key', '=', workspaceKey)
    .where('job.key', 'in', jobKeys)
    .execute()
  return new Map(
    rows.map((row) => [
      row.key,
      {
        executionId: row.id,
        scheduledFor: row.scheduled_for,
        status: statusOf(row.status),
        finishedAt: row.finished_at,
      },
    ]),
  )
}
