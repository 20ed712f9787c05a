/** The times and days of a cron or fields schedule in words: `At 09:00`, `from Monday to Friday`. */
import { timeText, twoDigits } from './civil.ts'
import { WEEKDAYS } from './day-rules.ts'
import type { FieldSet } from './field-set.ts'
import type { Pattern } from './pattern.ts'
import { everyUnit, listed, listedRuns, MONTHS } from './words.ts'

/** Up to this many times of a day are named one by one. */
const MOST_TIMES = 6

export const describeTimes = ({ times }: Pattern): string => {
  const { hours, minutes, seconds } = times
  if (times.perDay <= MOST_TIMES) return `At ${listed(timesOfDay(times.hours, minutes, seconds))}`
  const secondsEvery = rhythm(seconds)
  if (seconds.size > 1) {
    const within = minutes.isFull && hours.isFull ? '' : ` of ${minutesOf(minutes)}${hoursOf(hours)}`
    if (secondsEvery > 0) return `Every ${everyUnit(secondsEvery, 'second')}${within}`
    return `At seconds ${listedRuns(seconds.members(), String)}${within === '' ? ' of every minute' : within}`
  }
  const second = seconds.first === 0 ? '' : `, at second ${seconds.first}`
  const minutesEvery = rhythm(minutes)
  if (minutesEvery > 0) return `Every ${everyUnit(minutesEvery, 'minute')}${hoursOf(hours)}${second}`
  const hoursEvery = rhythm(hours)
  if (minutes.size === 1 && hoursEvery > 0) {
    return `Every ${everyUnit(hoursEvery, 'hour')} at minute ${minutes.first}${second}`
  }
  return `At ${minutesOf(minutes)}${hours.isFull ? ' of every hour' : hoursOf(hours)}${second}`
}

/** Empty where every day is meant and the times already say a rhythm. */
export const describeDays = (pattern: Pattern): string => {
  const { months, times } = pattern
  const weekly = weekdayText(pattern)
  const monthly = dateText(pattern)
  const days = [monthly, weekly].filter((part) => part !== '').join(pattern.eitherDay ? ' or ' : ', only if it falls ')
  const inMonths = months.isFull || isOneDate(pattern) ? '' : `in ${listedRuns(months.members(), monthName)}`
  const inWeeks =
    pattern.weeks === null || pattern.weeks.isFull ? '' : `in ISO week ${listedRuns(pattern.weeks.members(), String)}`
  const inYears =
    pattern.years === null || pattern.years.isFull ? '' : `in ${listedRuns(pattern.years.members(), String)}`
  const every = days === '' && times.perDay <= MOST_TIMES ? 'every day' : days
  return [every, inMonths, inWeeks, inYears].filter((part) => part !== '').join(' ')
}

const timesOfDay = (hours: FieldSet, minutes: FieldSet, seconds: FieldSet): string[] =>
  hours
    .members()
    .flatMap((h) => minutes.members().flatMap((m) => seconds.members().map((s) => timeText(h * 3600 + m * 60 + s))))

/** The step of a set that is a rhythm from its start and divides its field, as a step of 5 divides an hour; else 0. */
const rhythm = (set: FieldSet): number => {
  const span = set.max - set.min + 1
  const step = span / set.size
  if (set.size < 2 || !Number.isInteger(step)) return 0
  return set.members().every((n, index) => n === set.min + index * step) ? step : 0
}

const minutesOf = (minutes: FieldSet): string =>
  minutes.isFull
    ? 'every minute'
    : `${minutes.size === 1 ? 'minute' : 'minutes'} ${listedRuns(minutes.members(), String)}`

const hoursOf = (hours: FieldSet): string => {
  if (hours.isFull) return ''
  const members = hours.members()
  const isRun = hours.last - hours.first + 1 === members.length
  if (isRun) return ` from ${twoDigits(hours.first)}:00 to ${twoDigits(hours.last)}:59`
  const every = rhythm(hours)
  return every > 0 ? ` of every ${ordinal(every)} hour` : ` of the hours ${listed(members.map(twoDigits))}`
}

const ordinal = (n: number): string => (n === 2 ? 'second' : n === 3 ? 'third' : `${n}th`)

/** `on days 1 and 15 of the month`, `on 29 February`, `on the last day of the month`; empty when any date will do. */
const dateText = (pattern: Pattern): string => {
  const { dates, dateRules, months } = pattern
  if (dates.isFull) return ''
  if (isOneDate(pattern)) return `on ${listed(months.members().map((month) => `${dates.first} ${monthName(month)}`))}`
  const numbers = listedRuns(dates.members(), String)
  const numbered = dates.size === 0 ? [] : [`${dates.size === 1 ? 'day' : 'days'} ${numbers}`]
  return `on ${listed([...numbered, ...dateRules.map((rule) => rule.text)])} of the month`
}

/** `from Monday to Friday`, `on the third Tuesday of the month`; empty when any weekday will do. */
const weekdayText = ({ weekdays, weekdayRules }: Pattern): string => {
  if (weekdays.isFull) return ''
  // A week is read from Monday on, so that a weekend stays together.
  const members = weekdays
    .members()
    .map((n) => (n === 0 ? 7 : n))
    .sort((a, b) => a - b)
  const isRun = members.length > 2 && (members.at(-1) ?? 0) - (members[0] ?? 0) === members.length - 1
  const named = listedRuns(members, (n) => WEEKDAYS[n % 7] ?? '')
  if (weekdayRules.length === 0) return `${isRun ? 'from' : 'on'} ${named}`
  const ruled = weekdayRules.map((rule) => rule.text)
  return `on ${listed(named === '' ? ruled : [named, ...ruled])} of the month`
}

/** One date of named months, such as 29 February. */
const isOneDate = ({ dates, dateRules, months, eitherDay }: Pattern): boolean =>
  dates.size === 1 && dateRules.length === 0 && !months.isFull && !eitherDay

const monthName = (month: number): string => MONTHS[month] ?? ''
