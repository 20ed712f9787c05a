/** Counts and percentiles over a range of executions, in one pass of the reader, with the percentiles SQLite brings. */
import { type Kysely, sql } from 'kysely'
import { STATUSES, type Status } from '../../domain/execution.ts'
import { firstIdAt } from '../../domain/ids.ts'
import type { ExecutionStore, Statistics } from '../executions.ts'
import { STATUS_CODE } from '../sql/codes.ts'
import type { Tables } from '../sql/tables.ts'

type Row = { readonly [column: string]: number | null }

export const readStatistics =
  (read: Kysely<Tables>): ExecutionStore['statistics'] =>
  async (workspaceKey, { from, until, jobKey }) => {
    // Ids are in the order of creation, so the range is one piece of the table's key.
    let range = read
      .selectFrom('execution')
      .where('workspace_key', '=', workspaceKey)
      .where('id', '>=', firstIdAt(from))
      .where('id', '<', firstIdAt(until))
    if (jobKey !== undefined) range = range.where('job_key', '=', jobKey)

    const counts = await range
      .select(({ fn }) => ['status', fn.sum<number>('occurrences').as('count')])
      .groupBy('status')
      .execute()
    const [times] = await range
      .select([...percentilesOf('duration', DURATION), ...percentilesOf('lateness', LATENESS)])
      .execute()
    return {
      counts: countsOf(counts),
      durationMs: durationOf(times),
      latenessMs: latenessOf(times),
    }
  }

// Success and failed are what ran to its end; null takes a row out of the percentile.
const DURATION = sql<number>`case when status in (2, 3) then finished_at - started_at end`
const LATENESS = sql<number>`case when attempt = 1 and "trigger" = 1 and status > 1 then started_at - scheduled_for end`

const percentilesOf = (name: 'duration' | 'lateness', value: typeof DURATION) => [
  sql<number | null>`percentile(${value}, 50)`.as(`${name}_p50`),
  sql<number | null>`percentile(${value}, 95)`.as(`${name}_p95`),
  sql<number | null>`percentile(${value}, 99)`.as(`${name}_p99`),
  sql<number | null>`max(${value})`.as(`${name}_max`),
]

const countsOf = (rows: readonly { readonly status: number; readonly count: number }[]): Statistics['counts'] => {
  const counts = STATUSES.map((status): [Status, number] => [
    status,
    rows.find((row) => row.status === STATUS_CODE[status])?.count ?? 0,
  ])
  return Object.fromEntries(counts) as Record<Status, number>
}

const durationOf = (row: Row | undefined): Statistics['durationMs'] => {
  const { duration_p50: p50, duration_p95: p95, duration_p99: p99 } = row ?? {}
  return p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 }
}

const latenessOf = (row: Row | undefined): Statistics['latenessMs'] => {
  const { lateness_p50: p50, lateness_p95: p95, lateness_p99: p99, lateness_max: max } = row ?? {}
  return p50 == null || p95 == null || p99 == null || max == null ? null : { p50, p95, p99, max }
}
