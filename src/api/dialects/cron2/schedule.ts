/** The schedule fields of the cron2 dialect, onto our schedules and back. Pure. */
import type { Timetable } from '../../../domain/job.ts'

export const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export type ScheduleFields = {
  readonly weekday: Weekday | null
  readonly days: number | null
  /** A day of the month, whatever its name says; 0: none. */
  readonly month: number
  readonly hours: number | null
  readonly minutes: number
}

type Schedule = Timetable['schedules'][number]

const NONE: ScheduleFields = { weekday: null, days: null, month: 0, hours: null, minutes: 0 }
const MINUTE = 60_000

/**
 * The first given of month, weekday, days decides the day, hours and minutes the time on it; hours and minutes alone are
 * an interval that begins with the minute of `now` (epoch ms). Null where nothing is scheduled by them.
 */
export const timetableOf = (fields: ScheduleFields, zone: string, now: number): Timetable | null => {
  const schedule = scheduleOf(fields, zone, now)
  return schedule === null ? null : { schedules: [schedule], zone }
}

const scheduleOf = ({ weekday, days, month, hours, minutes }: ScheduleFields, zone: string, now: number) => {
  const hour = hours ?? 0
  if (month > 0) return cron(`${minutes} ${hour} ${month} * *`, zone)
  if (weekday !== null) return cron(`${minutes} ${hour} * * ${weekday}`, zone)
  if (days !== null) return everyDays(days, { hour, minute: minutes }, zone, now)
  const everyMs = (hour * 60 + minutes) * MINUTE
  if (everyMs === 0) return null
  return { kind: 'interval', everyMs, anchor: Math.floor(now / MINUTE) * MINUTE } satisfies Schedule
}

const cron = (expression: string, zone: string): Schedule => ({ kind: 'cron', expression, zone })

/** Today where the time is still to come, else as many days from today; from there on as many days apart. */
const everyDays = (every: number, time: { hour: number; minute: number }, zone: string, now: number): Schedule => {
  const at = Temporal.PlainTime.from(time)
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const isToCome = today.toZonedDateTime({ timeZone: zone, plainTime: at }).epochMilliseconds > now
  const start = isToCome ? today : today.add({ days: every })
  return {
    kind: 'calendar',
    every,
    unit: 'day',
    start: start.toString(),
    at: at.toString({ smallestUnit: 'minute' }),
    zone,
  }
}

/** What the fields say of a timetable that another dialect may have made: nothing, where they cannot say it. */
export const fieldsOf = ({ schedules }: Timetable): ScheduleFields => {
  const [schedule, ...others] = schedules
  if (schedule === undefined || others.length > 0) return NONE
  switch (schedule.kind) {
    case 'interval': {
      const minutes = schedule.everyMs / MINUTE
      return Number.isInteger(minutes) ? { ...NONE, hours: Math.floor(minutes / 60), minutes: minutes % 60 } : NONE
    }
    case 'calendar': {
      const [hours = 0, minutes = 0] = schedule.at.split(':').map(Number)
      return schedule.unit === 'day' ? { ...NONE, days: schedule.every, hours, minutes } : NONE
    }
    case 'cron': {
      const found = /^(\d+) (\d+) (?:(\d+) \* \*|\* \* ([A-Z]{3}))$/.exec(schedule.expression)
      const weekday = WEEKDAYS.find((day) => day === found?.[4]) ?? null
      if (found === null || (found[4] !== undefined && weekday === null)) return NONE
      return {
        ...NONE,
        weekday,
        month: Number(found[3] ?? 0),
        hours: Number(found[2]),
        minutes: Number(found[1]),
      }
    }
    default:
      return NONE
  }
}

/** The zone in which the fields are read: of the schedule, where it has one. */
export const zoneOf = ({ schedules: [schedule], zone }: Timetable): string =>
  schedule !== undefined && 'zone' in schedule ? schedule.zone : zone
