/** When a job is due, on the wire: six kinds of schedule, what joins them, and the questions one may ask about them. */
import { z } from 'zod'
import { FieldProblem } from './problems.ts'
import { Id, Instant, InstantInput, InstantOrDate, kinds, LocalDate, seconds, strict } from './values.ts'

const HUNDRED_YEARS = 3_155_760_000
const MONTH = 31 * 86_400
export const MOST_SCHEDULES = 20
export const MOST_PREVIEWED = 100

const zone = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['Europe/Berlin'] })
const zoneInput = zone.optional().describe('IANA name; default: the time zone of the job.')

const DST_GAP = z.enum(['auto', 'run_after', 'skip'])
const DST_OVERLAP = z.enum(['auto', 'first', 'both'])
const clockChangesInput = {
  dst_gap: DST_GAP.optional()
    .describe(
      'A local time that the clock jumps over: run right after the gap, or skip it. `auto` by what the schedule names.',
    )
    .meta({ default: 'auto' }),
  dst_overlap: DST_OVERLAP.optional()
    .describe('A local time that comes twice: its first coming, or both. `auto` by what the schedule leaves open.')
    .meta({ default: 'auto' }),
}
const clockChanges = { dst_gap: DST_GAP, dst_overlap: DST_OVERLAP }

const expression = z
  .string()
  .min(1)
  .max(1024)
  .meta({ examples: ['*/15 9-17 * * MON-FRI'] })
const field = z.string().min(1).max(256).optional()
export const FIELD_NAMES = ['year', 'month', 'day', 'week', 'day_of_week', 'hour', 'minute', 'second'] as const
const fields = {
  year: field,
  month: field,
  day: field,
  week: field,
  day_of_week: field,
  hour: field,
  minute: field,
  second: field,
}
const every = z.int().min(1).max(1000)
const unit = z.enum(['day', 'week', 'month', 'quarter', 'year'])
const at = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a local time such as 09:30 or 09:30:15 is needed')
  .meta({ examples: ['09:30'] })
const everySeconds = seconds(1, HUNDRED_YEARS)

export const Schedule = kinds('kind', [
  strict({ kind: z.literal('cron'), expression, time_zone: zone, ...clockChanges }),
  strict({ kind: z.literal('fields'), ...fields, time_zone: zone, ...clockChanges }),
  strict({ kind: z.literal('interval'), every_seconds: everySeconds, anchor: Instant }),
  strict({ kind: z.literal('calendar'), every, unit, start: LocalDate, at, time_zone: zone, ...clockChanges }),
  strict({ kind: z.literal('once'), at: Instant }),
  strict({ kind: z.literal('manual') }),
]).meta({ id: 'Schedule' })
export type Schedule = z.infer<typeof Schedule>

export const ScheduleInput = kinds('kind', [
  strict({ kind: z.literal('cron'), expression, time_zone: zoneInput, ...clockChangesInput }),
  strict({ kind: z.literal('fields'), ...fields, time_zone: zoneInput, ...clockChangesInput }).describe(
    'Every field must match; Monday is 0; a field left out is `*` if it is larger than the smallest one given, else its least value.',
  ),
  strict({
    kind: z.literal('interval'),
    every_seconds: everySeconds,
    anchor: InstantInput.optional().describe('An instant of the grid; default: when the schedule is saved.'),
  }),
  strict({
    kind: z.literal('calendar'),
    every,
    unit,
    start: LocalDate.optional().describe('First date of the grid; default: today in the time zone.'),
    at,
    time_zone: zoneInput,
    ...clockChangesInput,
  }),
  strict({ kind: z.literal('once'), at: InstantInput }),
  strict({ kind: z.literal('manual') }),
]).meta({ id: 'ScheduleRequest' })
export type ScheduleInput = z.input<typeof ScheduleInput>

const start = InstantOrDate.nullable()
const end = InstantOrDate.nullable()
const maxRuns = z.int().min(1).max(1_000_000_000).nullable()
const delay = seconds(0, MONTH)

/** What joins the schedules of one job. */
export const TIMETABLE = {
  schedules: z.array(Schedule),
  time_zone: zone,
  start: start,
  end: end,
  max_runs: maxRuns,
  jitter_seconds: delay,
  spread_seconds: delay,
}

export const TIMETABLE_INPUT = {
  schedules: z.array(ScheduleInput).min(1).max(MOST_SCHEDULES).describe('The job is due whenever one of them is.'),
  time_zone: zone
    .optional()
    .describe('IANA name, for dates and for schedules that name none; default: that of the server.'),
  start: start.optional().describe('Nothing is due before this instant, or before this day.'),
  end: end.optional().describe('Nothing is due after this instant, or after this day.'),
  max_runs: maxRuns.optional().describe('The job ends after so many scheduled runs; null: never.'),
  jitter_seconds: delay
    .optional()
    .describe('Each occurrence is delayed by its own stable share of this.')
    .meta({ default: 0 }),
  spread_seconds: delay
    .optional()
    .describe('All occurrences of the job are delayed by one stable share of this.')
    .meta({ default: 0 }),
}

export const ValidateRequest = strict(TIMETABLE_INPUT).meta({ id: 'ValidateRequest' })
export type ValidateRequest = z.input<typeof ValidateRequest>

export const Validation = strict({
  valid: z.boolean(),
  errors: z.array(FieldProblem),
  text: z.string().nullable().describe('What the timetable means; null when it is not valid.'),
}).meta({ id: 'Validation' })
export type Validation = z.infer<typeof Validation>

export const PreviewRequest = strict({
  ...TIMETABLE_INPUT,
  count: z.int().min(1).max(MOST_PREVIEWED).optional().meta({ default: 10 }),
  after: InstantInput.optional().describe('Default: now.'),
  job_id: Id.optional().describe('Shows the jitter and spread that this job would have.'),
}).meta({ id: 'PreviewRequest' })
export type PreviewRequest = z.input<typeof PreviewRequest>

export const Preview = strict({
  text: z.string(),
  next: z.array(Instant),
  clock_changes: z.array(
    strict({
      at: Instant,
      time_zone: zone,
      kind: z.enum(['gap', 'overlap']),
      shift_seconds: z.number(),
      effect: z.string(),
    }),
  ),
  warnings: z.array(strict({ code: z.string(), message: z.string() })),
}).meta({ id: 'Preview' })
export type Preview = z.infer<typeof Preview>
