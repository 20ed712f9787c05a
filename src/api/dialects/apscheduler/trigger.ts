/** Triggers as clients write them down, read into timetables. Pure: `now` anchors what names no start. */
import type { Timetable } from '../../../domain/job.ts'
import { invalidTrigger } from './errors.ts'
import { instantIn } from './times.ts'

export type Fields = Readonly<Record<string, unknown>>
export type Ground = { readonly now: number; readonly zone: string }

const UNITS = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const
const CRON_FIELDS = {
  year: 'year',
  month: 'month',
  day: 'day',
  week: 'week',
  day_of_week: 'dayOfWeek',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
} as const

const BOUNDS = ['start_date', 'end_date', 'timezone', 'jitter'] as const

const ARGUMENTS = {
  interval: [...Object.keys(UNITS), ...BOUNDS],
  cron: [...Object.keys(CRON_FIELDS), ...BOUNDS],
  date: ['run_date', 'timezone'],
} as const satisfies Record<string, readonly string[]>
type Kind = keyof typeof ARGUMENTS

const EVERY_ARGUMENT: ReadonlySet<string> = new Set(Object.values(ARGUMENTS).flat())

export const isTriggerArgument = (name: string): boolean => EVERY_ARGUMENT.has(name)

/** As soon as the job can be taken: an instant that has passed would count as missed. */
const AT_ONCE_MS = 1000

/** `trigger` is `interval`, `cron` or `date` with its arguments beside it, or an object with `type` and arguments; absent: run once, now. */
export const timetableOf = (trigger: unknown, beside: Fields, ground: Ground): Timetable => {
  const { kind, given } = kindAndArguments(trigger, beside)
  const allowed: readonly string[] = ARGUMENTS[kind]
  const stray = Object.keys(given).find((name) => !allowed.includes(name))
  if (stray !== undefined)
    throw invalidTrigger(stray, given[stray], `the trigger ${kind} takes ${allowed.join(', ')} alone`)
  const zone = zoneOf(given.timezone, ground.zone)
  switch (kind) {
    case 'interval':
      return intervalOf(given, { ...ground, zone })
    case 'cron':
      return { schedules: [{ kind: 'fields', zone, ...cronFields(given) }], zone, ...boundsOf(given, zone) }
    case 'date': {
      const at = isGiven(given.run_date) ? instantIn('run_date', given.run_date, zone) : ground.now + AT_ONCE_MS
      return { schedules: [{ kind: 'once', at }], zone }
    }
  }
}

const kindAndArguments = (trigger: unknown, beside: Fields): { readonly kind: Kind; readonly given: Fields } => {
  const right = 'use one of interval, cron, date'
  if (trigger === undefined || trigger === null) return { kind: 'date', given: beside }
  const isNested = typeof trigger === 'object' && !Array.isArray(trigger)
  const { type, ...inner } = (isNested ? trigger : { type: trigger }) as Fields
  const kind = (Object.keys(ARGUMENTS) as Kind[]).find((each) => each === type)
  if (kind === undefined) throw invalidTrigger('trigger', type ?? 'an object without type', right)
  return { kind, given: { ...beside, ...inner } }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

const zoneOf = (given: unknown, otherwise: string): string => {
  if (!isGiven(given)) return otherwise
  try {
    if (typeof given !== 'string' || given === '') throw new RangeError('no text')
    return new Intl.DateTimeFormat('en', { timeZone: given }) && given
  } catch {
    throw invalidTrigger('timezone', given, 'give an IANA time zone such as Europe/Berlin')
  }
}

const intervalOf = (given: Fields, { now, zone }: Ground): Timetable => {
  let everyMs = 0
  for (const [name, unit] of Object.entries(UNITS)) {
    const value = given[name]
    if (!isGiven(value)) continue
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      throw invalidTrigger(name, value, 'give a number that is not negative')
    everyMs += value * unit
  }
  everyMs = Math.round(everyMs)
  if (everyMs < 1000)
    throw invalidTrigger(
      'trigger',
      'interval',
      'the sum of weeks, days, hours, minutes and seconds must be 1 second or more',
    )
  const anchor = isGiven(given.start_date) ? instantIn('start_date', given.start_date, zone) : now
  return { schedules: [{ kind: 'interval', everyMs, anchor }], zone, ...boundsOf(given, zone) }
}

const cronFields = (given: Fields): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const [name, ours] of Object.entries(CRON_FIELDS)) {
    const value = given[name]
    if (!isGiven(value)) continue
    const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    if (!isNumber && (typeof value !== 'string' || value.trim() === ''))
      throw invalidTrigger(name, value, 'give a whole number, or an expression such as "*/5", "mon-fri" or "last sun"')
    fields[ours] = String(value).trim()
  }
  return fields
}

const LONGEST_JITTER = 31 * 86_400

const boundsOf = (given: Fields, zone: string): Pick<Timetable, 'start' | 'end' | 'jitterMs'> => {
  const { start_date, end_date, jitter } = given
  const written = (field: string, value: unknown): string => new Date(instantIn(field, value, zone)).toISOString()
  if (isGiven(jitter) && !(typeof jitter === 'number' && jitter >= 0 && jitter <= LONGEST_JITTER))
    throw invalidTrigger('jitter', jitter, `give a number of seconds from 0 to ${LONGEST_JITTER}`)
  return {
    ...(isGiven(start_date) ? { start: written('start_date', start_date) } : {}),
    ...(isGiven(end_date) ? { end: written('end_date', end_date) } : {}),
    ...(typeof jitter === 'number' && jitter > 0 ? { jitterMs: Math.round(jitter * 1000) } : {}),
  }
}
