/** What ran, in pages by offset with totals, and in sums. Bounded: only the newest rows are looked through. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Status } from '../../domain/execution.ts'
import type { RanFilter, RanRow, RanTally } from '../executions.ts'
import { DELETED, STATUS_CODE, statusOf, TRIGGER_CODE } from './codes.ts'
import { executionOf, selectExecutions } from './execution-rows.ts'
import { targetOf } from './interned.ts'
import type { Tables } from './tables.ts'

type Read = Kysely<Tables>

/** About a quarter of a second of reading. */
const MOST_ROWS_READ = 200_000

/**
 * The newest rows, by an index and without sorting; the filter comes after the bound, else a filter that little fits
 * would walk through the whole history. Of one job: leans on execution_occurrence. Of a workspace: on execution_id.
 */
const newest = (workspaceKey: number, { jobKey, until }: RanFilter): RawBuilder<unknown> => {
  const columns = sql`key, id, job_key, status, "trigger", started_at, finished_at, scheduled_for`
  return jobKey === undefined
    ? sql`select ${columns} from execution where workspace_key = ${workspaceKey} order by id desc limit ${MOST_ROWS_READ}`
    : // Nothing starts before its scheduled instant.
      sql`select ${columns} from execution where job_key = ${jobKey} and +workspace_key = ${workspaceKey}
          and scheduled_for < ${until ?? Number.MAX_SAFE_INTEGER} order by scheduled_for desc limit ${MOST_ROWS_READ}`
}

const AT = sql`coalesce(e.started_at, e.scheduled_for)`

const fitting = (workspaceKey: number, filter: RanFilter): RawBuilder<unknown> => {
  const { statuses, triggers, targetKinds, from, until } = filter
  const conditions = [
    sql`j.state <> ${DELETED}`,
    sql`e.status < ${STATUS_CODE.skipped}`,
    ...(from === undefined ? [] : [sql`${AT} >= ${from}`]),
    ...(until === undefined ? [] : [sql`${AT} < ${until}`]),
    ...(statuses === undefined
      ? []
      : [
          among(
            sql`e.status`,
            statuses.map((status) => STATUS_CODE[status]),
          ),
        ]),
    ...(triggers === undefined
      ? []
      : [
          among(
            sql`e."trigger"`,
            triggers.map((trigger) => TRIGGER_CODE[trigger]),
          ),
        ]),
    ...(targetKinds === undefined ? [] : [among(sql`j.target ->> '$.kind'`, targetKinds)]),
  ]
  return sql`from (${newest(workspaceKey, filter)}) e join job j on j.key = e.job_key
    where ${sql.join(conditions, sql` and `)}`
}

const among = (column: RawBuilder<unknown>, values: readonly (string | number)[]): RawBuilder<unknown> =>
  values.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(values)})`

export const listRan = async (
  read: Read,
  workspaceKey: number,
  {
    offset,
    limit,
    outputCharacters,
    ...filter
  }: RanFilter & { readonly offset: number; readonly limit: number; readonly outputCharacters: number },
): Promise<{ readonly items: readonly RanRow[]; readonly total: number }> => {
  const which = fitting(workspaceKey, filter)
  const [page, count] = await Promise.all([
    sql<{ key: number; id: string }>`select e.key, e.id ${which} order by ${AT} desc, e.id desc
      limit ${limit} offset ${offset}`.execute(read),
    sql<{ n: number }>`select count(*) as n ${which}`.execute(read),
  ])
  const total = count.rows[0]?.n ?? 0
  if (page.rows.length === 0) return { items: [], total }
  const rows = await selectExecutions(read)
    .select(['job.target', sql<string | null>`substr(execution.output, 1, ${outputCharacters})`.as('output')])
    .where(
      'execution.key',
      'in',
      page.rows.map(({ key }) => key),
    )
    .execute()
  const byId = new Map(rows.map((row) => [row.id, { ...executionOf(row), target: targetOf(row.target) }]))
  return { items: page.rows.flatMap(({ id }) => byId.get(id) ?? []), total }
}

export const tallyRan = async (read: Read, workspaceKey: number, filter: RanFilter): Promise<RanTally> => {
  const { rows } = await sql<{ status: number; n: number; timed: number; took: number | null }>`
    select e.status, count(*) as n, count(e.finished_at - e.started_at) as timed, sum(e.finished_at - e.started_at) as took
    ${fitting(workspaceKey, filter)} group by e.status`.execute(read)
  const counts: Partial<Record<Status, number>> = {}
  for (const { status, n } of rows) counts[statusOf(status)] = n
  return {
    counts,
    meanDurationMs: { success: meanOf(rows.filter(({ status }) => status === STATUS_CODE.success)), all: meanOf(rows) },
  }
}

const meanOf = (rows: readonly { readonly timed: number; readonly took: number | null }[]): number | null => {
  const timed = rows.reduce((sum, row) => sum + row.timed, 0)
  return timed === 0 ? null : rows.reduce((sum, { took }) => sum + (took ?? 0), 0) / timed
}
