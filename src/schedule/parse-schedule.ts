/** Turns one written schedule into its set of instants, or says what is wrong with it. */
import { calendarDays, parseDate, parseTime } from './calendar.ts'
import { cronPattern } from './cron.ts'
import { Fault, parsedAt, ScheduleError } from './error.ts'
import { fieldsPattern } from './fields.ts'
import { grid, type Instants, noInstants, single } from './instants.ts'
import { Interned } from './interned.ts'
import { isOpen, type Pattern, patternDays } from './pattern.ts'
import { singleTime } from './time-of-day.ts'
import {
  CALENDAR_UNITS,
  type CalendarSchedule,
  type CronSchedule,
  type FieldsSchedule,
  type IntervalSchedule,
  type Schedule,
} from './timetable.ts'
import { WallClock } from './wall-clock.ts'
import { type Zone, zoneNamed } from './zone.ts'

/** Beyond this an instant is outside what a Date can hold. */
const LAST_INSTANT = 8.64e15
/** As fine as cron can say. */
const SHORTEST_INTERVAL = 1000
const MOST_CALENDAR_STEPS = 10_000

const parsed = new Interned<Instants>(50_000)

/** `path` is where the schedule stands, e.g. `schedules[0]`. Throws a ScheduleError. */
export const parseSchedule = (schedule: Schedule, path: string): Instants =>
  parsed.get(JSON.stringify(schedule), () => parseAnew(schedule, path))

const parseAnew = (schedule: Schedule, path: string): Instants => {
  switch (schedule.kind) {
    case 'cron':
    case 'fields':
      return parsePattern(schedule, path)
    case 'interval':
      return parseInterval(schedule, path)
    case 'calendar':
      return parseCalendar(schedule, path)
    case 'once':
      return single(wholeNumber(schedule.at, `${path}.at`, -LAST_INSTANT, LAST_INSTANT))
    case 'manual':
      return noInstants
    default:
      throw new ScheduleError({
        path: `${path}.kind`,
        value: (schedule as { kind?: unknown }).kind,
        problem: 'is not a kind of schedule; there are cron, fields, interval, calendar, once and manual',
      })
  }
}

/** The pattern of a schedule written in fields; null for the other kinds. */
export const patternOf = (schedule: Schedule, path: string): Pattern | null => {
  if (schedule.kind === 'cron') return parsedText(`${path}.expression`, schedule.expression, cronPattern)
  if (schedule.kind !== 'fields') return null
  return fieldsPattern(schedule, (name, text, parse) => parsedText(`${path}.${name}`, text, parse))
}

const parsePattern = (schedule: CronSchedule | FieldsSchedule, path: string): Instants => {
  const pattern = patternOf(schedule, path) as Pattern
  const openness = { hour: isOpen(pattern.hourRanges), minute: isOpen(pattern.minuteRanges) }
  return new WallClock({ days: patternDays(pattern), times: pattern.times, ...onTheClock(schedule, path, openness) })
}

const parseCalendar = (schedule: CalendarSchedule, path: string): Instants => {
  const every = wholeNumber(schedule.every, `${path}.every`, 1, MOST_CALENDAR_STEPS)
  const unit = oneOf(schedule.unit, `${path}.unit`, CALENDAR_UNITS)
  const start = parsedText(`${path}.start`, schedule.start, parseDate)
  const time = parsedText(`${path}.at`, schedule.at, parseTime)
  return new WallClock({
    days: calendarDays(every, unit, start),
    times: singleTime(Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60),
    ...onTheClock(schedule, path, { hour: false, minute: false }),
  })
}

const parseInterval = (schedule: IntervalSchedule, path: string): Instants => {
  const every = wholeNumber(schedule.everyMs, `${path}.everyMs`, SHORTEST_INTERVAL, LAST_INSTANT)
  return grid(every, wholeNumber(schedule.anchor, `${path}.anchor`, -LAST_INSTANT, LAST_INSTANT))
}

type OnTheClock = { readonly zone: Zone; readonly runsAfterGap: boolean; readonly runsBothPasses: boolean }

/** A schedule that names its hour is an appointment and moves past a gap; one that leaves it open is a rhythm and does not. */
const onTheClock = (
  schedule: CronSchedule | FieldsSchedule | CalendarSchedule,
  path: string,
  open: { readonly hour: boolean; readonly minute: boolean },
): OnTheClock => {
  const gap = oneOf(schedule.dstGap ?? 'auto', `${path}.dstGap`, ['auto', 'run_after', 'skip'])
  const overlap = oneOf(schedule.dstOverlap ?? 'auto', `${path}.dstOverlap`, ['auto', 'first', 'both'])
  return {
    zone: parsedAt(`${path}.zone`, schedule.zone, () => zoneNamed(schedule.zone)),
    runsAfterGap: gap === 'auto' ? !open.hour : gap === 'run_after',
    runsBothPasses: overlap === 'auto' ? open.hour || open.minute : overlap === 'both',
  }
}

/** Callers may hand over unchecked JSON: a text that is none is an error, not a crash. */
export const parsedText = <T>(path: string, value: string, parse: (text: string) => T): T =>
  parsedAt(path, value, () => {
    if (typeof value !== 'string') throw new Fault('must be a text')
    return parse(value)
  })

export const wholeNumber = (value: number, path: string, least: number, most: number): number => {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new ScheduleError({ path, value, problem: `must be a whole number from ${least} to ${most}` })
}

const oneOf = <T extends string>(value: T, path: string, choices: readonly T[]): T => {
  if (choices.includes(value)) return value
  throw new ScheduleError({ path, value, problem: `must be one of ${choices.join(', ')}` })
}
