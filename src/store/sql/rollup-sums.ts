/** The sums of one hour: executions go in, a row comes out, and rows add up. */
import type { Selectable } from 'kysely'
import type { Status } from '../../domain/execution.ts'
import { addAll, addTo, bucketOf, type Histogram, histogramOf, histogramText } from '../../domain/histogram.ts'
import { STATUS_CODE, statusOf, TRIGGER_CODE } from './codes.ts'
import type { ExecutionTable, RollupTable } from './tables.ts'

type Ended = Exclude<Status, 'pending' | 'running'>
const ENDED: readonly Ended[] = ['success', 'failed', 'cancelled', 'uncertain', 'skipped', 'missed']

export type Sum = {
  executions: number
  readonly counts: Record<Ended, number>
  readonly durations: Histogram
  readonly lateness: Histogram
  latestMs: number | null
}

export const emptySum = (): Sum => ({
  executions: 0,
  counts: { success: 0, failed: 0, cancelled: 0, uncertain: 0, skipped: 0, missed: 0 },
  durations: new Map(),
  lateness: new Map(),
  latestMs: null,
})

type Summed = Pick<
  Selectable<ExecutionTable>,
  'status' | 'occurrences' | 'attempt' | 'trigger' | 'scheduled_for' | 'started_at' | 'finished_at'
>

/** What a duration and a lateness are, here and in every engine's `statistics.ts`. */
export const addExecution = (sum: Sum, row: Summed): void => {
  const status = statusOf(row.status) as Ended
  sum.executions += 1
  sum.counts[status] += row.occurrences
  const ran = row.status === STATUS_CODE.success || row.status === STATUS_CODE.failed
  if (ran && row.started_at !== null && row.finished_at !== null)
    addTo(sum.durations, bucketOf(row.finished_at - row.started_at))
  if (row.attempt === 1 && row.trigger === TRIGGER_CODE.schedule && row.started_at !== null) {
    const lateness = row.started_at - row.scheduled_for
    addTo(sum.lateness, bucketOf(lateness))
    sum.latestMs = Math.max(sum.latestMs ?? lateness, lateness)
  }
}

export const addSum = (sum: Sum, other: Sum): void => {
  sum.executions += other.executions
  for (const status of ENDED) sum.counts[status] += other.counts[status]
  addAll(sum.durations, other.durations)
  addAll(sum.lateness, other.lateness)
  if (other.latestMs !== null) sum.latestMs = Math.max(sum.latestMs ?? other.latestMs, other.latestMs)
}

type SumRow = Omit<Selectable<RollupTable>, 'workspace_key' | 'hour' | 'job_key'>

/** Every column in a fixed order, so that many rows share one statement. */
export const sumRow = ({ executions, counts, durations, lateness, latestMs }: Sum): SumRow => ({
  executions,
  success: counts.success,
  failed: counts.failed,
  cancelled: counts.cancelled,
  uncertain: counts.uncertain,
  skipped: counts.skipped,
  missed: counts.missed,
  durations: histogramText(durations),
  lateness: histogramText(lateness),
  latest_ms: latestMs,
})

export const sumFrom = (row: SumRow): Sum => ({
  executions: row.executions,
  counts: {
    success: row.success,
    failed: row.failed,
    cancelled: row.cancelled,
    uncertain: row.uncertain,
    skipped: row.skipped,
    missed: row.missed,
  },
  durations: histogramOf(row.durations),
  lateness: histogramOf(row.lateness),
  latestMs: row.latest_ms,
})
