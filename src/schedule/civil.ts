/** Dates as whole days since 1970-01-01: integer maths, because a Temporal object costs a microsecond. */

export const DAY_SECONDS = 86_400

/** Nothing on a wall clock is due from 2600 on: 400 years, one cycle of the calendar, past the last year cron may name. */
export const LAST_YEAR = 2599

const COMMON_MONTHS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0)

export const monthLength = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (COMMON_MONTHS[month] as number)

/** Days from 1970-01-01. Counting years from March puts the leap day last, so that month starts follow one formula. */
export const dayOf = (year: number, month: number, date: number): number => {
  const y = month > 2 ? year : year - 1
  const century = Math.floor(y / 100)
  const marchMonth = month > 2 ? month - 3 : month + 9
  return (
    y * 365 + (y >> 2) - century + Math.floor(century / 4) + (((153 * marchMonth + 2) / 5) | 0) + date - 1 - 719_468
  )
}

/** The date of an epoch day as one number, year * 512 + month * 32 + date: three results without an allocation. */
export const packedDate = (day: number): number => {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0
  const date = dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) * 512 + month * 32 + date
}

export const yearIn = (packed: number): number => packed >> 9
export const monthIn = (packed: number): number => (packed >> 5) & 15
export const dateIn = (packed: number): number => packed & 31

/** 0 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((day % 7) + 11) % 7

export const LAST_DAY = dayOf(LAST_YEAR, 12, 31)

/** ISO 8601: a week belongs to the year that holds its Thursday. */
export const isoWeekOf = (day: number): number => {
  const thursday = day - ((weekdayOf(day) + 6) % 7) + 3
  return Math.floor((thursday - dayOf(yearIn(packedDate(thursday)), 1, 1)) / 7) + 1
}

/** `2026-03-08`, for sentences. */
export const dateText = (day: number): string => {
  const packed = packedDate(day)
  return `${yearIn(packed)}-${twoDigits(monthIn(packed))}-${twoDigits(dateIn(packed))}`
}

/** `02:30`, or `02:30:15` where the seconds matter. */
export const timeText = (secondOfDay: number): string => {
  const second = secondOfDay % 60
  const text = `${twoDigits(Math.floor(secondOfDay / 3600))}:${twoDigits(Math.floor(secondOfDay / 60) % 60)}`
  return second === 0 ? text : `${text}:${twoDigits(second)}`
}

export const twoDigits = (n: number): string => String(n).padStart(2, '0')
