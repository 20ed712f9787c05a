/** How a workspace or a job did over a stretch of time, on the wire; times in milliseconds. */
import { z } from 'zod'
import { STATUSES, type Status } from '../../domain/execution.ts'
import type { QueryOf } from './paging.ts'
import { Id, Instant, InstantInput, strict } from './values.ts'

export const StatisticsQuery = strict({
  from: InstantInput.optional().describe('Default: 24 hours before `until`; at most 366 days before it.'),
  until: InstantInput.optional().describe('Default: now.'),
  job_id: Id.optional(),
})
export type StatisticsQuery = QueryOf<typeof StatisticsQuery>

const counts = Object.fromEntries(STATUSES.map((status) => [status, z.int()])) as Record<Status, z.ZodInt>
const percentiles = { p50: z.number(), p95: z.number(), p99: z.number() }

export const Statistics = strict({
  from: Instant,
  until: Instant,
  counts: strict(counts),
  success_rate: z.number().nullable().describe('Successes among what ended in success or failure, 0 to 1.'),
  duration_ms: strict(percentiles).nullable().describe('Null when nothing ran.'),
  lateness_ms: strict({ ...percentiles, max: z.number() })
    .nullable()
    .describe('Started minus scheduled, of first attempts of scheduled runs.'),
  approximate: z
    .boolean()
    .describe('Percentiles come from sums by the hour, within 5 %; counts and the maximum are exact all the same.'),
}).meta({ id: 'Statistics' })
export type Statistics = z.infer<typeof Statistics>
