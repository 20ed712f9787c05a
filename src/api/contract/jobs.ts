/** Jobs on the wire. */
import { z } from 'zod'
import { JOB_STATES, PAUSE_REASONS } from '../../domain/job.ts'
import { JobAlertsSet } from './alerts.ts'
import { ReasonCode, Status, Trigger } from './executions.ts'
import { NextCursor, ORDER, PAGE_QUERY, type QueryOf } from './paging.ts'
import { MisfireMode, Policies, PoliciesInput } from './policies.ts'
import { TIMETABLE, TIMETABLE_INPUT } from './schedules.ts'
import { Target, TargetEdit, TargetInput, TargetOverrides } from './targets.ts'
import { Id, Instant, strict, Version } from './values.ts'

export const JobState = z.enum(JOB_STATES)
export type JobState = z.infer<typeof JobState>

const place = { id: Id, slug: z.string(), name: z.string(), active: z.boolean() }
const Place = strict(place)
const TeamPlace = strict({ ...place, slack_handle: z.string().nullable() })

const EndDate = z.iso.date().meta({ examples: ['2026-12-31'] })
const endDateInput = EndDate.nullable().describe(
  'The last day on which it runs, in the time zone of the scheduler (`SCHEDULER_TIMEZONE`), today or later; null: none. After it the job is paused, and told of as `end_date`.',
)

const Metadata = z.record(z.string(), z.unknown())

export const Job = strict({
  id: Id,
  external_id: z.string().nullable().describe('What a client of another system calls it.'),
  name: z.string(),
  description: z.string().nullable(),
  owner_id: z.string(),
  state: JobState,
  pause_reason: z.enum(PAUSE_REASONS).nullable(),
  paused_at: Instant.nullable(),
  schedule_text: z.string().describe('The timetable in words.'),
  next_run_at: Instant.nullable(),
  last_run: strict({
    execution_id: Id,
    scheduled_for: Instant,
    status: Status,
    finished_at: Instant.nullable(),
  }).nullable(),
  ...TIMETABLE,
  runs: z.int().describe('Scheduled runs so far; counted for jobs with `max_runs`.'),
  target: Target,
  policies: Policies,
  metadata: Metadata,
  category: Place.nullable().describe('By what people find it.'),
  team: TeamPlace.nullable().describe('Who is in charge of it.'),
  ends_on: EndDate.nullable().describe(
    'The last day on which it runs, in the time zone of the scheduler. After it the job is paused.',
  ),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
}).meta({ id: 'Job' })
export type Job = z.infer<typeof Job>

const name = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['nightly report'] })
const description = z.string().max(2000).nullable()
const metadata = z
  .record(z.string().min(1).max(200), z.unknown())
  .describe(
    'Your own names and JSON values: at most 50, and 65535 bytes. Carillon does not look inside; a target may name texts among them, and a GitHub workflow gets all as inputs.',
  )

const externalId = z.string().min(1).max(200)

const placeInput = z.string().min(1).max(100).nullable().describe('Its id, slug or name; null: none.')

/** What a job has beside its name and target. */
export const JOB_REST = {
  description: description.optional(),
  ...TIMETABLE_INPUT,
  policies: PoliciesInput.optional(),
  metadata: metadata.optional(),
  category: placeInput.optional(),
  team: placeInput.optional(),
  ends_on: endDateInput.optional(),
}
export const ENABLED = z.boolean().optional().describe('False: the job is born paused.').meta({ default: true })

export const JobCreate = strict({
  name,
  ...JOB_REST,
  target: TargetInput,
  enabled: ENABLED,
  alerts: JobAlertsSet.optional().describe(
    'Who hears of it, from its first run on; read and changed at `/alerts` below it.',
  ),
  external_id: externalId
    .optional()
    .describe('What you call it yourself: unique in the workspace, and refused with 409 where another job has it.'),
}).meta({
  id: 'JobCreate',
  examples: [
    {
      name: 'nightly report',
      schedules: [{ kind: 'cron', expression: '30 2 * * *', time_zone: 'Europe/Berlin' }],
      target: {
        kind: 'http',
        url: 'https://example.com/reports',
        method: 'POST',
        body: { type: 'json', content: { of: 'day' } },
      },
      policies: { retry: { attempts: 3 } },
    },
  ],
})
export type JobCreate = z.input<typeof JobCreate>
/** As it was read, with what was left out filled in. */
export type NewJob = z.output<typeof JobCreate>

/** Fields left out stay, also inside `target` and `policies`; `schedules`, `headers`, `metadata` and the like are replaced whole. */
export const JobUpdate = strict({
  name: name.optional(),
  ...JOB_REST,
  schedules: TIMETABLE_INPUT.schedules.optional(),
  target: TargetEdit.optional(),
}).meta({ id: 'JobUpdate' })
export type JobUpdate = z.input<typeof JobUpdate>

export const JobPage = strict({ items: z.array(Job), next_cursor: NextCursor }).meta({ id: 'JobPage' })
export type JobPage = z.infer<typeof JobPage>

export const JobQuery = strict({
  ...PAGE_QUERY,
  state: JobState.optional(),
  owner: z
    .union([z.literal('me'), Id], { error: '`me` or the id of a user is needed' })
    .optional()
    .describe('`me`, or the id of a user.'),
  search: z.string().min(1).max(200).optional().describe('Part of the name.'),
  external_id: externalId.optional().describe('What a client of another system calls it.'),
  category: z.string().min(1).max(100).optional().describe('Its id, slug or name.'),
  team: z.string().min(1).max(100).optional().describe('Its id, slug or name.'),
  application: Id.optional().describe('Its id: jobs that call its APIs.'),
  ends_before: EndDate.optional().describe('With an end date before this day.'),
  sort: z.enum(['created_at', 'name', 'updated_at']).default('created_at'),
  order: ORDER,
})
export type JobQuery = QueryOf<typeof JobQuery>

export const RunRequest = strict({
  target: TargetOverrides.optional(),
  metadata: metadata.optional().describe('Instead of that of the job, for this run alone.'),
}).meta({ id: 'RunRequest' })
export type RunRequest = z.input<typeof RunRequest>

export const CloneRequest = strict({
  name: name.optional().describe('Default: the name of the original with `(copy)` behind it.'),
  enabled: z.boolean().optional().describe('True: the copy runs at once beside its original.').meta({ default: false }),
}).meta({ id: 'CloneRequest' })
export type CloneRequest = z.input<typeof CloneRequest>

export const ResumeRequest = strict({
  catch_up: MisfireMode.optional()
    .describe('What becomes of the occurrences that passed while the job was paused.')
    .meta({ default: 'skip' }),
  dry_run: z.boolean().optional().describe('Only count; change nothing.').meta({ default: false }),
}).meta({ id: 'ResumeRequest' })
export type ResumeRequest = z.input<typeof ResumeRequest>

export const Resumed = strict({
  job: Job,
  missed: z.int().describe('Occurrences that passed while the job was paused.'),
  would_run: strict({ skip: z.int(), latest: z.int(), all: z.int() }).describe(
    'Runs that each way of catching up makes.',
  ),
}).meta({ id: 'Resumed' })
export type Resumed = z.infer<typeof Resumed>

const MOST_OCCURRENCES = 100
const howMany = z.coerce.number().int().min(0).max(MOST_OCCURRENCES).default(10)

export const OccurrenceQuery = strict({
  past: howMany.describe('How many that have passed.'),
  coming: howMany.describe('How many to come.'),
})
export type OccurrenceQuery = QueryOf<typeof OccurrenceQuery>

export const Occurrence = strict({
  scheduled_for: Instant,
  last_for: Instant.nullable(),
  occurrences: z.int(),
  status: z.enum([...Status.options, 'planned']),
  trigger: Trigger,
  reason: ReasonCode.nullable(),
  reason_text: z.string().nullable(),
  execution_id: Id.nullable().describe('Null for one to come.'),
}).meta({ id: 'Occurrence' })
export type Occurrence = z.infer<typeof Occurrence>

export const OccurrenceList = strict({ items: z.array(Occurrence).describe('Oldest first.') }).meta({
  id: 'OccurrenceList',
})
export type OccurrenceList = z.infer<typeof OccurrenceList>
