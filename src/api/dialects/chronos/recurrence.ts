/** When a job of the chronos dialect runs: once, or again and again from its first instant on. Pure. */
import type { Timetable } from '../../../domain/job.ts'

export const RECURRENCES = ['hourly', 'daily', 'weekly', 'monthly'] as const
export type Recurrence = (typeof RECURRENCES)[number]

const HOUR = 3_600_000
const UNITS = { daily: 'day', weekly: 'week', monthly: 'month' } as const

/**
 * `firstAt`: epoch ms. Hourly counts elapsed hours; the others keep the local time of the first run, and a day that a month
 * lacks becomes its last one.
 */
export const timetableOf = (firstAt: number, recurrence: Recurrence | null, zone: string): Timetable => {
  if (recurrence === null) return { schedules: [{ kind: 'once', at: firstAt }], zone }
  const instant = Temporal.Instant.fromEpochMilliseconds(firstAt)
  if (recurrence === 'hourly')
    return {
      schedules: [{ kind: 'interval', everyMs: HOUR, anchor: firstAt }],
      zone,
      start: instant.toString({ smallestUnit: 'millisecond' }),
    }
  const local = instant.toZonedDateTimeISO(zone)
  const at = local.toPlainTime().toString({ smallestUnit: 'second' })
  const start = local.toPlainDate().toString()
  return { schedules: [{ kind: 'calendar', every: 1, unit: UNITS[recurrence], start, at, zone }], zone }
}

/** Null: once, or at times that the dialect has no word for. */
export const recurrenceOf = ({ schedules: [schedule, ...others] }: Timetable): Recurrence | null => {
  if (schedule === undefined || others.length > 0) return null
  if (schedule.kind === 'interval') return schedule.everyMs === HOUR ? 'hourly' : null
  if (schedule.kind !== 'calendar' || schedule.every !== 1) return null
  return RECURRENCES.find((known) => known !== 'hourly' && UNITS[known] === schedule.unit) ?? null
}

/** An instant with its offset, or a local time of the zone; null for what is neither. */
export const instantIn = (text: string, zone: string): number | null => {
  try {
    return /(Z|[+-]\d\d:?\d\d)$/i.test(text)
      ? Temporal.Instant.from(text).epochMilliseconds
      : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
  } catch {
    return null
  }
}
