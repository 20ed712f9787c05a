/** The values a caller writes down: six kinds of schedule, and the timetable that joins them for one job. */

/** What becomes of a wall-clock time that the clock jumps over. `auto`: run right after the gap if the hour is named. */
export type DstGap = 'auto' | 'run_after' | 'skip'

/** What becomes of a wall-clock time that comes twice. `auto`: both times only if the hour or the minute is open. */
export type DstOverlap = 'auto' | 'first' | 'both'

type ClockChanges = { readonly dstGap?: DstGap; readonly dstOverlap?: DstOverlap }

export type CronSchedule = ClockChanges & { readonly kind: 'cron'; readonly expression: string; readonly zone: string }

export const FIELD_NAMES = ['year', 'month', 'day', 'week', 'dayOfWeek', 'hour', 'minute', 'second'] as const
export type FieldName = (typeof FIELD_NAMES)[number]

/** APScheduler's cron trigger: Monday is 0, every field must match, omitted fields follow its default rule. */
export type FieldsSchedule = ClockChanges & { readonly kind: 'fields'; readonly zone: string } & {
  readonly [field in FieldName]?: string
}

/** Absolute time, deaf to clock changes. The grid runs both ways from the anchor; the timetable's `start` cuts it. */
export type IntervalSchedule = { readonly kind: 'interval'; readonly everyMs: number; readonly anchor: number }

export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type CalendarUnit = (typeof CALENDAR_UNITS)[number]

/** Every n days, weeks, months, quarters or years at a local time; a day the month lacks becomes its last day. */
export type CalendarSchedule = ClockChanges & {
  readonly kind: 'calendar'
  readonly every: number
  readonly unit: CalendarUnit
  /** YYYY-MM-DD, the first date of the grid. */
  readonly start: string
  /** HH:MM or HH:MM:SS. */
  readonly at: string
  readonly zone: string
}

type OnceSchedule = { readonly kind: 'once'; readonly at: number }
type ManualSchedule = { readonly kind: 'manual' }

export type Schedule =
  | CronSchedule
  | FieldsSchedule
  | IntervalSchedule
  | CalendarSchedule
  | OnceSchedule
  | ManualSchedule

/** Everything that decides when one job is due: the union of its schedules, cut by start and end, delayed by jitter or spread. */
export type Timetable = {
  readonly schedules: readonly Schedule[]
  /** Judges a date-only start or end. */
  readonly zone: string
  /** An RFC 3339 instant, or YYYY-MM-DD: from that date's first instant. Inclusive. */
  readonly start?: string
  /** An RFC 3339 instant, or YYYY-MM-DD: through that date's last instant. Inclusive; judges the instant before any delay. */
  readonly end?: string
  /** Nothing is due after that date, a date of a zone of its own; judges instants after their delay. */
  readonly lastDay?: { readonly date: string; readonly zone: string }
  /** Only carried: whoever keeps the executions counts them. */
  readonly maxRuns?: number
  /** Each occurrence is delayed by its own stable share of this, never as far as the next one. */
  readonly jitterMs?: number
  /** All occurrences of a job are delayed by one stable share of this. */
  readonly spreadMs?: number
}
