/** Many jobs in one request on the wire: an action for all of them, and jobs that come from a file. */
import { z } from 'zod'
import { JobState } from './jobs.ts'
import { MisfireMode, PoliciesInput } from './policies.ts'
import { Id, strict } from './values.ts'

const MOST_IDS = 1000

export const JobFilter = strict({
  state: JobState.optional(),
  owner: z
    .union([z.literal('me'), Id], { error: '`me` or the id of a user is needed' })
    .optional()
    .describe('`me`, or the id of a user.'),
  search: z.string().min(1).max(200).optional().describe('Part of the name.'),
}).meta({ id: 'JobFilter' })
export type JobFilter = z.input<typeof JobFilter>

export const BulkEdit = strict({
  owner_id: Id.optional().describe('Only an administrator gives jobs to somebody else.'),
  metadata: z
    .record(z.string().min(1).max(200), z.unknown())
    .optional()
    .describe('Joined with what each job has; null takes an entry away.'),
  policies: PoliciesInput.optional().describe('What is left out stays as each job has it.'),
}).meta({ id: 'BulkEdit' })
export type BulkEdit = z.input<typeof BulkEdit>

export const BulkRequest = strict({
  action: z.enum(['pause', 'resume', 'delete', 'run', 'edit']),
  ids: z.array(Id).min(1).max(MOST_IDS).optional(),
  filter: JobFilter.optional().describe('All jobs that it means, at most 1000; `{}` means every job.'),
  catch_up: MisfireMode.optional()
    .describe('For `resume`: what becomes of the occurrences that passed meanwhile.')
    .meta({ default: 'skip' }),
  edit: BulkEdit.optional().describe('For `edit`.'),
  confirm_count: z
    .int()
    .min(0)
    .optional()
    .describe('How many jobs you mean: refused when it is another number. Needed to delete by `filter`.'),
  dry_run: z.boolean().optional().describe('Only tell what would be done.').meta({ default: false }),
}).meta({ id: 'BulkRequest' })
export type BulkRequest = z.input<typeof BulkRequest>

export const BulkResult = strict({
  action: BulkRequest.shape.action,
  dry_run: z.boolean(),
  done: z.int(),
  failed: z.int(),
  items: z.array(
    strict({
      id: Id,
      ok: z.boolean(),
      code: z.string().nullable().describe('Why not: a code of the table of errors.'),
      message: z.string().nullable(),
      execution_id: Id.nullable().describe('Of `run`.'),
    }),
  ),
}).meta({ id: 'BulkResult' })
export type BulkResult = z.infer<typeof BulkResult>

export const ImportRequest = strict({
  jobs: z
    .array(z.unknown())
    .min(1)
    .max(10_000)
    .describe('Each as `POST /api/v3/jobs` takes it; an export in JSON has this form.'),
  secrets: z
    .record(z.string().min(1).max(64), z.string().min(1).max(8192))
    .optional()
    .describe('The secrets of an export, by their fingerprints: filled in where a job has the fingerprint.'),
  dry_run: z.boolean().optional().describe('Only check.').meta({ default: false }),
}).meta({ id: 'ImportRequest' })
export type ImportRequest = z.input<typeof ImportRequest>

export const ImportResult = strict({
  dry_run: z.boolean(),
  count: z.int(),
  items: z.array(strict({ row: z.int().describe('From 0.'), id: Id, name: z.string() })),
}).meta({ id: 'ImportResult' })
export type ImportResult = z.infer<typeof ImportResult>
