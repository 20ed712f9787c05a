/** Executions on the wire: the record of an occurrence or of a manual run, and the attempts at it. */
import { z } from 'zod'
import { REASONS, type Reason, STATUSES } from '../../domain/execution.ts'
import { NextCursor, ORDER, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Progress } from './reports.ts'
import { Id, Instant, InstantInput, strict } from './values.ts'

export const Status = z.enum(STATUSES)
export type Status = z.infer<typeof Status>
export const Trigger = z.enum(['schedule', 'catch_up', 'manual'])
export type Trigger = z.infer<typeof Trigger>
export const ReasonCode = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]])

const execution = {
  id: Id,
  job_id: Id,
  job_name: z.string(),
  trigger: Trigger,
  status: Status,
  reason: ReasonCode.nullable().describe('Why it did not run, or ended without an outcome of its own.'),
  reason_text: z.string().nullable(),
  scheduled_for: Instant,
  last_for: Instant.nullable().describe('The newest instant, where one record stands for a range of occurrences.'),
  occurrences: z.int().describe('How many occurrences the record stands for.'),
  attempt: z.int().describe('Number of the present or last attempt; 0 before the first.'),
  not_before: Instant.nullable().describe('When the next attempt may start.'),
  waiting_for: strict({
    kind: z.enum(['other_run', 'limit', 'catch_up']),
    limit: z
      .string()
      .nullable()
      .describe('`database`, `host:api.example.com`, `workspace`, or `job`: its own policies.'),
  })
    .nullable()
    .describe('What holds up a pending execution: another one of its job, a limit, its turn in the catch-up work.'),
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
  duration_seconds: z.number().nullable(),
  lateness_seconds: z.number().nullable().describe('Started minus scheduled.'),
  status_code: z.int().nullable().describe('What the target answered.'),
  error: z.string().nullable(),
  report_due_at: Instant.nullable().describe('The target has taken it over, and may report until then.'),
  progress: Progress.nullable().describe('What the target last reported.'),
  requested_by: z.string().nullable().describe('Who asked for a manual run or for another try: the id of a user.'),
}

export const Execution = strict(execution).meta({ id: 'Execution' })
export type Execution = z.infer<typeof Execution>

export const Attempt = strict({
  number: z.int(),
  status: z.enum(['success', 'failed', 'cancelled', 'uncertain']),
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  output: z.string().nullable(),
}).meta({ id: 'Attempt' })
export type Attempt = z.infer<typeof Attempt>

export const ExecutionDetail = strict({
  ...execution,
  output: z.string().nullable().describe('The start of what the target answered.'),
  log: z.array(z.string()).describe('Lines that the target reported, the newest last.'),
  log_dropped: z.int().describe('Older lines that gave way to newer ones.'),
  attempts: z
    .array(Attempt)
    .describe('Attempts that ended, oldest first. A success at the first try is told by the execution itself.'),
}).meta({ id: 'ExecutionDetail' })
export type ExecutionDetail = z.infer<typeof ExecutionDetail>

export const ExecutionPage = strict({ items: z.array(Execution), next_cursor: NextCursor }).meta({
  id: 'ExecutionPage',
})
export type ExecutionPage = z.infer<typeof ExecutionPage>

export const ExecutionQuery = strict({
  ...PAGE_QUERY,
  job_id: Id.optional(),
  status: z
    .union([Status.transform((one) => [one]), z.array(Status).max(STATUSES.length)], {
      error: `one of ${STATUSES.join(', ')} is needed; repeat the parameter for several`,
    })
    .optional()
    .describe('Repeat for several.'),
  trigger: Trigger.optional(),
  from: InstantInput.optional().describe('Created at or after.'),
  until: InstantInput.optional().describe('Created before.'),
  order: ORDER,
})
export type ExecutionQuery = QueryOf<typeof ExecutionQuery>
