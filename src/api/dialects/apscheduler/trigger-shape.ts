/** Timetables as triggers, in words and as an object: also those that were made elsewhere and are none of APScheduler's. Pure. */
import type { Timetable } from '../../../domain/job.ts'
import { wallClock, zoneText } from './times.ts'

type Schedule = Timetable['schedules'][number]
type FieldsSchedule = Extract<Schedule, { kind: 'fields' }>

/** In the order in which APScheduler writes them. */
const FIELD_NAMES = [
  ['year', 'year'],
  ['month', 'month'],
  ['day', 'day'],
  ['week', 'week'],
  ['day_of_week', 'dayOfWeek'],
  ['hour', 'hour'],
  ['minute', 'minute'],
  ['second', 'second'],
] as const

/** Of the first schedule that has one: what the times of the trigger are told in. */
export const zoneOfTrigger = ({ schedules, zone }: Timetable): string =>
  schedules.flatMap((schedule) => ('zone' in schedule ? [schedule.zone] : []))[0] ?? zone

/** `interval[0:00:05]`, `cron[hour='9', minute='0']`, `date[2027-01-15 14:30:00 UTC]`; several schedules are joined by `or`. */
export const triggerText = ({ schedules, zone }: Timetable): string => {
  const texts = schedules.map((schedule) => scheduleText(schedule, zone))
  return texts.length === 1 ? (texts[0] as string) : `or[${texts.join(', ')}]`
}

const scheduleText = (schedule: Schedule, zone: string): string => {
  switch (schedule.kind) {
    case 'interval':
      return `interval[${durationText(schedule.everyMs)}]`
    case 'fields':
      return `cron[${Object.entries(fieldsOf(schedule)).map(quoted).join(', ')}]`
    case 'once':
      return `date[${wallClock(schedule.at, zone)} ${zoneText(schedule.at, zone)}]`
    case 'cron':
      return `crontab[${schedule.expression}]`
    case 'calendar':
      return `calendar[every ${schedule.every} ${schedule.unit}, at ${schedule.at}]`
    case 'manual':
      return 'manual'
  }
}

const quoted = ([name, text]: [string, string]): string => `${name}='${text}'`

const fieldsOf = (schedule: FieldsSchedule): Record<string, string> =>
  Object.fromEntries(
    FIELD_NAMES.flatMap(([name, ours]) => {
      const text = schedule[ours]
      return text === undefined ? [] : [[name, text]]
    }),
  )

/** As Python writes a timedelta: `1 day, 0:00:00`. */
const durationText = (ms: number): string => {
  const days = Math.floor(ms / 86_400_000)
  const seconds = Math.floor(ms / 1000) % 86_400
  const two = (n: number) => String(n).padStart(2, '0')
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}000`
  const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`
  return days === 0 ? clock : `${days} day${days === 1 ? '' : 's'}, ${clock}`
}

/** `{ type: 'interval', seconds: 5 }`: what made the trigger, as it could be sent again. */
export const triggerObject = (timetable: Timetable, zone: string): Readonly<Record<string, unknown>> => {
  const [only, ...more] = timetable.schedules
  const own = zoneOfTrigger(timetable)
  if (only === undefined || more.length > 0)
    return { type: 'or', triggers: timetable.schedules.map((each) => scheduleText(each, timetable.zone)) }
  return {
    ...objectOf(only, own),
    ...(timetable.start === undefined ? {} : { start_date: shownBound(timetable.start, own) }),
    ...(timetable.end === undefined ? {} : { end_date: shownBound(timetable.end, own) }),
    ...(timetable.jitterMs === undefined ? {} : { jitter: timetable.jitterMs / 1000 }),
    ...(own === zone ? {} : { timezone: own }),
  }
}

/** A date without a time stays one: it means the whole day. */
const shownBound = (text: string, zone: string): string =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : wallClock(Temporal.Instant.from(text).epochMilliseconds, zone)

const objectOf = (schedule: Schedule, zone: string): Readonly<Record<string, unknown>> => {
  switch (schedule.kind) {
    case 'interval':
      return { type: 'interval', ...partsOf(schedule.everyMs) }
    case 'fields':
      return { type: 'cron', ...fieldsOf(schedule) }
    case 'once':
      return { type: 'date', run_date: wallClock(schedule.at, zone) }
    case 'cron':
      return { type: 'crontab', expression: schedule.expression }
    case 'calendar':
      return { type: 'calendar', every: schedule.every, unit: schedule.unit, start: schedule.start, at: schedule.at }
    case 'manual':
      return { type: 'manual' }
  }
}

const PARTS = [
  ['weeks', 604_800_000],
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const

/** Only the parts that are not 0. */
const partsOf = (ms: number): Record<string, number> => {
  const parts: Record<string, number> = {}
  let left = ms
  for (const [name, unit] of PARTS) {
    if (left >= unit) parts[name] = Math.floor(left / unit)
    left %= unit
  }
  return left === 0 ? parts : { ...parts, seconds: left / 1000 }
}
