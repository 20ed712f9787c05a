/** The end date of a job: it runs all through that day, in the zone of the scheduler, and never after it. Pure. */
import type { Job, Timetable } from './job.ts'

/** The date of an instant in a zone, such as 2026-11-24. */
export const dateAt = (now: number, zone: string): string => zonedAt(now, zone).toPlainDate().toString()

export const daysLater = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString()

/** A day of the calendar, written YYYY-MM-DD. */
export const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  try {
    return Temporal.PlainDate.from(text).toString() === text
  } catch {
    return false
  }
}

/**
 * Whether people take it for one that runs: also between its last run and the end of its end date. `today` is the date in the
 * zone of the scheduler.
 */
export const isActive = ({ state, endsOn }: Pick<Job, 'state' | 'endsOn'>, today: string): boolean =>
  state !== 'paused' && (endsOn === null ? state === 'active' : endsOn >= today)

export const endsOnOf = ({ lastDay }: Timetable): string | null => lastDay?.date ?? null

/** `endsOn` undefined leaves the end date of the present timetable, null takes it away. */
export const withEndDate = (
  timetable: Timetable,
  endsOn: string | null | undefined,
  { present, zone }: { readonly present: Timetable | null; readonly zone: string },
): Timetable => {
  const rest = withoutEndDate(timetable)
  const lastDay = endsOn === undefined ? present?.lastDay : endsOn === null ? undefined : { date: endsOn, zone }
  return lastDay === undefined ? rest : { ...rest, lastDay }
}

const MONDAY = 1
const REMINDED_FROM_HOUR = 9

/** The date of now if it is a Monday, nine o'clock or later; else null. */
export const reminderDay = (now: number, zone: string): string | null => {
  const local = zonedAt(now, zone)
  return local.dayOfWeek === MONDAY && local.hour >= REMINDED_FROM_HOUR ? local.toPlainDate().toString() : null
}

export const withoutEndDate = ({ lastDay: _, ...rest }: Timetable): Timetable => rest

const zonedAt = (now: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
