/** From a timetable to a compiled one: schedules joined, cut by start and end, delayed by spread and jitter. */
import { parseDate } from './calendar.ts'
import { Fault, parsedAt, ScheduleError } from './error.ts'
import { cut, type Instants, NEVER, NOT_YET, union } from './instants.ts'
import { Interned } from './interned.ts'
import { jittered, seedOf, shareOf, shifted } from './jitter.ts'
import { parsedText, parseSchedule, wholeNumber } from './parse-schedule.ts'
import type { Timetable } from './timetable.ts'
import { zoneNamed } from './zone.ts'

const MOST_SCHEDULES = 100
const LONGEST_DELAY = 31 * 86_400_000
const MOST_RUNS = 1_000_000_000

declare const compiled: unique symbol
/** Opaque: ask it through `nextAfter`, `latestUpTo`, `countBetween` and `instantsBetween`. */
export type Compiled = Instants & { readonly [compiled]?: never }

const joined = new Interned<Instants>(50_000)

/** `seed` is the job's id: jitter is stable per seed and occurrence, spread per seed. Throws a ScheduleError. */
export const compile = (timetable: Timetable, seed: string): Compiled => {
  const { schedules, zone, start, end, lastDay } = timetable
  const nominal = joined.get(JSON.stringify([schedules, zone, start, end, lastDay]), () => nominalOf(timetable))
  checkDelays(timetable)
  const { jitterMs = 0, spreadMs = 0 } = timetable
  if (jitterMs === 0 && spreadMs === 0) return nominal
  const hash = seedOf(seed)
  return cut(shifted(jittered(nominal, jitterMs, hash), shareOf(hash, 0, spreadMs)), NOT_YET, closingOf(timetable))
}

/** The last millisecond of the last day; Infinity for a timetable without one. */
export const closingOf = ({ lastDay }: Timetable): number => {
  if (lastDay === undefined) return NEVER
  const zone = parsedAt('lastDay.zone', lastDay.zone, () => zoneNamed(lastDay.zone))
  return parsedText('lastDay', lastDay.date, (text) => startOfDay(text, zone.name, 1) - 1)
}

/** Throws a ScheduleError for a wrong syntax, zone, date or range; not for a timetable that can never fire. */
export const checkTimetable = (timetable: Timetable): void => {
  nominalOf(timetable)
  checkDelays(timetable)
  if (timetable.maxRuns !== undefined) wholeNumber(timetable.maxRuns, 'maxRuns', 1, MOST_RUNS)
}

/** The instants before any delay. */
const nominalOf = (timetable: Timetable): Instants => {
  const { schedules, start, end, lastDay } = timetable
  if (!Array.isArray(schedules)) {
    throw new ScheduleError({ path: 'schedules', value: schedules, problem: 'must be a list' })
  }
  if (schedules.length > MOST_SCHEDULES) {
    const problem = `are too many; at most ${MOST_SCHEDULES} are allowed`
    throw new ScheduleError({ path: 'schedules', value: schedules.length, problem })
  }
  const members = new Set(schedules.map((schedule, index) => parseSchedule(schedule, `schedules[${index}]`)))
  const { first, last } = boundsOf(timetable)
  if (last < first) {
    const [path, value] = closingOf(timetable) < first ? ['lastDay', lastDay?.date] : ['end', end]
    throw new ScheduleError({ path, value, problem: `is before the start ${start}` })
  }
  return cut(union([...members]), first, last)
}

const checkDelays = (timetable: Timetable): void => {
  if (timetable.jitterMs !== undefined) wholeNumber(timetable.jitterMs, 'jitterMs', 0, LONGEST_DELAY)
  if (timetable.spreadMs !== undefined) wholeNumber(timetable.spreadMs, 'spreadMs', 0, LONGEST_DELAY)
}

/** The first and the last millisecond the timetable covers. */
export const boundsOf = (timetable: Timetable): { readonly first: number; readonly last: number } => {
  const zone = parsedAt('zone', timetable.zone, () => zoneNamed(timetable.zone))
  const { start, end } = timetable
  return {
    first: start === undefined ? NOT_YET : parsedText('start', start, (text) => firstInstantOf(text, zone.name)),
    last: Math.min(
      end === undefined ? NEVER : parsedText('end', end, (text) => lastInstantOf(text, zone.name)),
      closingOf(timetable),
    ),
  }
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

const firstInstantOf = (text: string, zone: string): number =>
  isDate(text) ? startOfDay(text, zone, 0) : instantOf(text)

const lastInstantOf = (text: string, zone: string): number =>
  isDate(text) ? startOfDay(text, zone, 1) - 1 : instantOf(text)

/** Midnight, or the first instant after it where the clock jumps over midnight. */
const startOfDay = (date: string, zone: string, daysLater: number): number => {
  parseDate(date)
  return Temporal.PlainDate.from(date).add({ days: daysLater }).toZonedDateTime(zone).epochMilliseconds
}

const instantOf = (text: string): number => {
  const form = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?$/.exec(text)
  if (form === null) throw new Fault('must be an instant such as 2026-03-31T09:00:00Z, or a date such as 2026-03-31')
  if (form[1] === undefined) throw new Fault('has no offset; end it with Z or with an offset such as +09:00')
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    throw new Fault('does not exist in the calendar or on the clock')
  }
}
