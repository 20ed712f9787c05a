/** Limits and catch-up work on the wire. */
import { z } from 'zod'
import { concurrency, Rate, RateInput } from './policies.ts'
import { Instant, strict, Version } from './values.ts'

export const Limit = strict({
  name: z
    .string()
    .describe('Of jobs that name it; `host:api.example.com`: of all that call the host; `workspace`: of all jobs.'),
  concurrency,
  rate: Rate.nullable(),
  running: z.int().describe('Executions that hold a place just now.'),
  waiting: z.int().describe('Executions that wait for a place or for their time.'),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
}).meta({ id: 'Limit' })
export type Limit = z.infer<typeof Limit>

export const LimitList = strict({ items: z.array(Limit) }).meta({ id: 'LimitList' })
export type LimitList = z.infer<typeof LimitList>

export const LimitSet = strict({
  concurrency: concurrency.optional().describe('Executions at once; null or left out: no bound.'),
  rate: RateInput.nullable().optional().describe('Starts per time; null or left out: no bound.'),
}).meta({ id: 'LimitSet', examples: [{ concurrency: 5, rate: { count: 100, per_seconds: 60 } }] })
export type LimitSet = z.input<typeof LimitSet>

export const CatchUp = strict({
  paused: z.boolean(),
  paused_at: Instant.nullable(),
  pending: z.int().describe('Executions that are still to be made up for.'),
  running: z.int(),
  oldest_scheduled_for: Instant.nullable(),
  started_last_minute: z.int(),
  seconds_left: z.int().nullable().describe('At the pace of the last minute; null while nobody can tell.'),
}).meta({ id: 'CatchUp' })
export type CatchUp = z.infer<typeof CatchUp>
