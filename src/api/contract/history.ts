/** The past of a job on the wire: its versions, why an instant went as it did, and what the ledger lacks. */
import { z } from 'zod'
import { VERDICTS } from '../../domain/verdict.ts'
import { Execution } from './executions.ts'
import { JobState } from './jobs.ts'
import { NextCursor, type QueryOf } from './paging.ts'
import { Id, Instant, InstantInput, strict, Version } from './values.ts'

export const JobVersion = strict({
  version: Version,
  state: z.enum([...JobState.options, 'deleted']),
  name: z.string(),
  from: Instant,
  until: Instant.nullable().describe('Null: it is in force.'),
  change: z
    .enum(['created', 'changed', 'paused', 'resumed', 'deleted', 'restored'])
    .nullable()
    .describe('How it came to be; null where that is no longer known.'),
  changed_by: z.string().nullable().describe('The user or key; null: the server itself, or no longer known.'),
  fields: z.array(z.string()).describe('What differs from the version before; never values.'),
}).meta({ id: 'JobVersion' })
export type JobVersion = z.infer<typeof JobVersion>

export const JobHistory = strict({ items: z.array(JobVersion).describe('Newest first.') }).meta({ id: 'JobHistory' })
export type JobHistory = z.infer<typeof JobHistory>

export const UndoRequest = strict({
  to_version: z.int().min(1).optional().describe('Default: the version before the present one.'),
}).meta({ id: 'UndoRequest' })
export type UndoRequest = z.input<typeof UndoRequest>

export const ExplainQuery = strict({ at: InstantInput.describe('Past or future.') })
export type ExplainQuery = QueryOf<typeof ExplainQuery>

export const Explanation = strict({
  job_id: Id,
  job_name: z.string(),
  at: Instant,
  verdict: z.enum(VERDICTS),
  sentences: z.array(z.string()).describe('What happened or will happen, and why, in plain English.'),
  execution: Execution.nullable(),
}).meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof Explanation>

export const LedgerQuery = strict({
  from: InstantInput.optional().describe('Default: 24 hours before `until`; at most 366 days before it.'),
  until: InstantInput.optional().describe('Default: now. The same one with every page.'),
  job_id: Id.optional().describe('Default: all jobs of the workspace, those deleted meanwhile with them.'),
  cursor: z.string().min(1).max(2048).optional().describe('`next_cursor` of the page before.'),
})
export type LedgerQuery = QueryOf<typeof LedgerQuery>

export const LedgerCheck = strict({
  from: Instant,
  until: Instant,
  jobs: z.int().describe('Jobs that this page is through with.'),
  expected: z.int().describe('Occurrences that should have a row by now.'),
  waiting: z.int().describe('Of these, those that wait in the plan for a server to take them.'),
  missing: z.int().describe('Of these, those without a row: always 0, or something was lost.'),
  gaps: z
    .array(strict({ job_id: Id, job_name: z.string(), first: Instant, last: Instant, count: z.int() }))
    .describe('Where rows are missing; at most 1,000.'),
  oddities: z
    .array(
      strict({
        job_id: Id,
        job_name: z.string(),
        execution_id: Id,
        scheduled_for: Instant,
        problem: z.enum(['not_due', 'miscounted']),
      }),
    )
    .describe('Rows that do not fit the schedule of their time; at most 1,000.'),
  never_firing: z
    .array(strict({ job_id: Id, job_name: z.string() }))
    .describe('A warning: jobs that have ended because their schedule has no instant at all; at most 1,000.'),
  next_cursor: NextCursor,
}).meta({ id: 'LedgerCheck' })
export type LedgerCheck = z.infer<typeof LedgerCheck>
