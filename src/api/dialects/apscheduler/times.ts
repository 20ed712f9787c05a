/** Dates and times as APScheduler reads and shows them: on the wall clock of the trigger's zone. Pure. */
import { invalidTrigger } from './errors.ts'

const FORM =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s?(Z|z|[+-]\d{2}:?\d{2})?$/

/** Epoch ms of `2024-01-15 14:30:00`, `2024-01-15T14:30:00+09:00` or `2024-01-15`, which is its midnight. */
export const instantIn = (field: string, value: unknown, zone: string): number => {
  const right = 'give a date such as 2027-01-15, or a date and time such as 2027-01-15 14:30:00'
  const form = typeof value === 'string' ? FORM.exec(value.trim()) : null
  if (form === null) throw invalidTrigger(field, value, right)
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', offset] = form
  try {
    const local = Temporal.PlainDateTime.from(
      {
        year: Number(year),
        month: Number(month),
        day: Number(day),
        hour: Number(hour),
        minute: Number(minute),
        second: Number(second),
        millisecond: Number(fraction.padEnd(3, '0').slice(0, 3)),
      },
      { overflow: 'reject' },
    )
    const at = offset === undefined ? zone : /z/i.test(offset) ? 'UTC' : offset
    return local.toZonedDateTime(at).epochMilliseconds
  } catch {
    throw invalidTrigger(field, value, `there is no such date or time; ${right}`)
  }
}

/** `2027-01-15 14:30:00`. */
export const wallClock = (instant: number, zone: string): string => {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime()
  return local.toString({ smallestUnit: 'second', roundingMode: 'floor' }).replace('T', ' ')
}

/** `UTC`, `EST`; an offset where the zone has no short name in English. */
export const zoneText = (instant: number, zone: string): string => {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(instant)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}
