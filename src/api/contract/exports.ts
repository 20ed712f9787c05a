/** Whole lists on the wire: what can be left out, and in which form they come. */
import { z } from 'zod'
import { ExecutionQuery } from './executions.ts'
import { JobFilter } from './job-many.ts'
import type { QueryOf } from './paging.ts'
import { strict } from './values.ts'

export const JobExportQuery = strict({
  ...JobFilter.shape,
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .describe('`json`: what `POST /api/v3/jobs/import` takes. `csv`: a table to look at.'),
})
export type JobExportQuery = QueryOf<typeof JobExportQuery>

const { job_id, status, trigger, from, until } = ExecutionQuery.shape

export const ExecutionExportQuery = strict({
  job_id,
  status,
  trigger,
  from,
  until,
  format: z.enum(['csv', 'ndjson']).default('csv').describe('`ndjson`: one JSON object a line, as lists show them.'),
})
export type ExecutionExportQuery = QueryOf<typeof ExecutionExportQuery>

/** `secrets` holds fingerprints only. */
export const JobExport = strict({
  jobs: z.array(z.record(z.string(), z.unknown())).describe('Each as `POST /api/v3/jobs` takes it, secrets apart.'),
}).meta({ id: 'JobExport' })
export type JobExport = z.infer<typeof JobExport>
