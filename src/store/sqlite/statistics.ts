/** How executions did over a stretch of time: from their rows where those are there and not too many, else from the sums by the hour. */
import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Status } from '../../domain/execution.ts'
import { addTo, type Histogram, percentileOf } from '../../domain/histogram.ts'
import type { ExecutionStore, Statistics } from '../executions.ts'
import { statusOf } from '../sql/codes.ts'
import { HOUR_MS, HOUR_STATE, hourOf } from '../sql/rollup-hours.ts'
import { addSum, emptySum, type Sum, sumFrom } from '../sql/rollup-sums.ts'
import { WHOLE_WORKSPACE } from '../sql/rollups.ts'
import type { RollupTable, Tables } from '../sql/tables.ts'
import { DURATION, exactStatistics, executionsWithin, LATENESS, type Range } from './exact-statistics.ts'

/** About a quarter of a second of reading. */
const MOST_ROWS_READ = 200_000

export const readStatistics =
  (read: Kysely<Tables>): ExecutionStore['statistics'] =>
  async (workspaceKey, { from, until, jobKey }) => {
    const range = { workspaceKey, jobKey, from, until }
    const hours = await knownHours(read, range)
    const executions = hours.reduce((total, { executions }) => total + (executions ?? 0), 0)
    const isWhole = hours.every(({ complete }) => complete === 1)
    if (isWhole && executions <= MOST_ROWS_READ) return exactStatistics(read, range)

    const parts = partsOf(range, hours)
    const sum = emptySum()
    const live = { pending: 0, running: 0 }
    for (const hour of parts.summed) addSum(sum, hour)
    for (const part of parts.rows) await addRows(read, { ...range, ...part }, sum, live)
    return {
      counts: { ...live, ...sum.counts },
      durationMs: percentilesOf(sum.durations),
      latenessMs: latenessOf(sum),
      approximate: true,
    }
  }

type KnownHour = { readonly hour: number; readonly state: number; readonly complete: number } & {
  readonly [Column in keyof Omit<Selectable<RollupTable>, 'workspace_key' | 'job_key' | 'hour'>]:
    | Selectable<RollupTable>[Column]
    | null
}

/** In order. Of what was created before the last of them, all but these hours is empty. */
const knownHours = (read: Kysely<Tables>, { workspaceKey, jobKey, from, until }: Range): Promise<KnownHour[]> =>
  read
    .selectFrom('rollup_hour')
    .leftJoin('rollup', (join) =>
      join
        .onRef('rollup.workspace_key', '=', 'rollup_hour.workspace_key')
        .onRef('rollup.hour', '=', 'rollup_hour.hour')
        .on('rollup.job_key', '=', jobKey ?? WHOLE_WORKSPACE),
    )
    .select([
      'rollup_hour.hour',
      'rollup_hour.state',
      'rollup_hour.complete',
      'executions',
      'success',
      'failed',
      'cancelled',
      'uncertain',
      'skipped',
      'missed',
      'durations',
      'lateness',
      'latest_ms',
    ])
    .where('rollup_hour.workspace_key', '=', workspaceKey)
    .where('rollup_hour.hour', '>=', hourOf(from))
    .where('rollup_hour.hour', '<', until)
    .orderBy('rollup_hour.hour')
    .execute()

type Stretch = { readonly from: number; readonly until: number }

/** An hour of which executions are gone counts whole, even where the range cuts it: nothing tells its parts apart any more. */
const partsOf = ({ from, until }: Range, hours: readonly KnownHour[]) => {
  const summed: Sum[] = []
  const rows: Stretch[] = []
  let after = from
  for (const hour of hours) {
    const end = hour.hour + HOUR_MS
    const isInside = hour.hour >= from && end <= until
    if (hour.state === HOUR_STATE.summedUp && (isInside || hour.complete === 0)) {
      if (hour.executions !== null) summed.push(sumFrom(hour as Parameters<typeof sumFrom>[0]))
    } else {
      rows.push({ from: Math.max(from, hour.hour), until: Math.min(until, end) })
    }
    after = Math.max(after, end)
  }
  if (after < until) rows.push({ from: after, until })
  return { summed, rows: joined(rows) }
}

/** Neighbours are one question. */
const joined = (stretches: readonly Stretch[]): Stretch[] => {
  const result: Stretch[] = []
  for (const stretch of stretches) {
    const last = result.at(-1)
    if (last?.until === stretch.from) result[result.length - 1] = { from: last.from, until: stretch.until }
    else result.push(stretch)
  }
  return result
}

/** The bucket of domain/histogram.ts. */
const bucketOf = (value: typeof DURATION) =>
  sql<number | null>`case when ${value} < 1 then 0 else 1 + cast(ln(${value}) / ln(1.1) as integer) end`

const addRows = async (
  read: Kysely<Tables>,
  range: Range,
  sum: Sum,
  live: Record<'pending' | 'running', number>,
): Promise<void> => {
  const groups = await executionsWithin(read, range)
    .select([
      'status',
      bucketOf(DURATION).as('duration'),
      bucketOf(LATENESS).as('lateness'),
      sql<number>`count(*)`.as('executions'),
      sql<number>`sum(occurrences)`.as('occurrences'),
      sql<number | null>`max(${LATENESS})`.as('latest'),
    ])
    .groupBy(['status', 'duration', 'lateness'])
    .execute()
  const counts: Partial<Record<Status, number>> & typeof sum.counts = sum.counts
  for (const { status, duration, lateness, executions, occurrences, latest } of groups) {
    const word = statusOf(status)
    if (word === 'pending' || word === 'running') live[word] += occurrences
    else counts[word] += occurrences
    if (duration !== null) addTo(sum.durations, duration, executions)
    if (lateness !== null) addTo(sum.lateness, lateness, executions)
    if (latest !== null) sum.latestMs = Math.max(sum.latestMs ?? latest, latest)
  }
}

const percentilesOf = (histogram: Histogram): Statistics['durationMs'] => {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentileOf(histogram, percent))
  return p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 }
}

const latenessOf = ({ lateness, latestMs }: Sum): Statistics['latenessMs'] => {
  const percentiles = percentilesOf(lateness)
  if (percentiles === null || latestMs === null) return null
  const { p50, p95, p99 } = percentiles
  // The middle of a bucket may lie beyond the greatest that was ever measured.
  const capped = (value: number) => Math.min(value, Math.max(0, latestMs))
  return { p50: capped(p50), p95: capped(p95), p99: capped(p99), max: latestMs }
}
