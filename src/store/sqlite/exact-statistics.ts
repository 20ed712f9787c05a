/** Counts and percentiles over a range of executions, from their rows, in one pass, with the percentiles SQLite brings. */
import { type Kysely, sql } from 'kysely'
import { STATUSES, type Status } from '../../domain/execution.ts'
import { firstIdAt } from '../../domain/ids.ts'
import type { Statistics } from '../executions.ts'
import { STATUS_CODE } from '../sql/codes.ts'
import type { Tables } from '../sql/tables.ts'

type Row = { readonly [column: string]: number | null }

/** Executions by time of creation. */
export type Range = {
  readonly workspaceKey: number
  readonly jobKey: number | undefined
  readonly from: number
  readonly until: number
}

/** Ids are in the order of creation, so the range is one piece of execution_id. */
export const executionsWithin = (read: Kysely<Tables>, { workspaceKey, jobKey, from, until }: Range) =>
  read
    .selectFrom('execution')
    .where('id', '>=', firstIdAt(from))
    .where('id', '<', firstIdAt(until))
    .where(
      jobKey === undefined
        ? sql<boolean>`workspace_key = ${workspaceKey}`
        : // The plus leaves execution_occurrence as the way in.
          sql<boolean>`job_key = ${jobKey} and +workspace_key = ${workspaceKey}`,
    )

/** Measured: 1.3 s for a million rows. */
export const exactStatistics = async (read: Kysely<Tables>, range: Range): Promise<Statistics> => {
  const row: Row = await executionsWithin(read, range)
    .select([
      ...STATUSES.map((status) => countOf(status).as(status)),
      ...percentilesOf('duration', DURATION),
      ...percentilesOf('lateness', LATENESS),
    ])
    .executeTakeFirstOrThrow()
  return { counts: countsOf(row), durationMs: durationOf(row), latenessMs: latenessOf(row), approximate: false }
}

const countOf = (status: Status) =>
  sql<number>`coalesce(sum(occurrences) filter (where status = ${STATUS_CODE[status]}), 0)`

// Success and failed are what ran to its end; null takes a row out of the percentile.
export const DURATION = sql<number>`case when status in (2, 3) then finished_at - started_at end`
export const LATENESS = sql<number>`case when attempt = 1 and "trigger" = 1 and status > 1 then started_at - scheduled_for end`

const percentilesOf = (name: 'duration' | 'lateness', value: typeof DURATION) => [
  sql<number | null>`percentile(${value}, 50)`.as(`${name}_p50`),
  sql<number | null>`percentile(${value}, 95)`.as(`${name}_p95`),
  sql<number | null>`percentile(${value}, 99)`.as(`${name}_p99`),
  sql<number | null>`max(${value})`.as(`${name}_max`),
]

const countsOf = (row: Row): Statistics['counts'] =>
  Object.fromEntries(STATUSES.map((status) => [status, row[status]])) as Statistics['counts']

const durationOf = ({ duration_p50: p50, duration_p95: p95, duration_p99: p99 }: Row): Statistics['durationMs'] =>
  p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 }

const latenessOf = (row: Row): Statistics['latenessMs'] => {
  const { lateness_p50: p50, lateness_p95: p95, lateness_p99: p99, lateness_max: max } = row
  return p50 == null || p95 == null || p99 == null || max == null ? null : { p50, p95, p99, max }
}
