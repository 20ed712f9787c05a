/** What a person should know about a timetable that is valid but may not mean what they think. */
import { parseDate } from './calendar.ts'
import { dateIn, packedDate } from './civil.ts'
import type { FieldSet } from './field-set.ts'
import { NEVER, NOT_YET } from './instants.ts'
import type { Range } from './list-field.ts'
import { parseSchedule, patternOf } from './parse-schedule.ts'
import type { Pattern } from './pattern.ts'
import type { Schedule } from './timetable.ts'
import { listed, MONTHS } from './words.ts'

export type Warning = {
  readonly code: 'never_fires' | 'skips_months' | 'clamps_day' | 'both_day_fields' | 'uneven_step' | 'ends_soon'
  readonly message: string
}

/** February as in common years. */
const MONTH_LENGTHS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** What is odd about one schedule of a timetable. `name` is how the message calls it. */
export const scheduleWarnings = (schedule: Schedule, path: string, after: number): Warning[] => {
  const instants = parseSchedule(schedule, path)
  const warnings: Warning[] = []
  if (schedule.kind !== 'manual' && instants.after(after) === NEVER) {
    const isOver = instants.latest(NOT_YET, after) !== NOT_YET
    const message = isOver ? 'all its instants have passed' : 'no date or time matches it, it can never fire'
    warnings.push({ code: 'never_fires', message: `${path}: ${message}.` })
  }
  if (schedule.kind === 'calendar') warnings.push(...calendarWarnings(schedule.unit, schedule.start))
  const pattern = patternOf(schedule, path)
  return pattern === null ? warnings : [...warnings, ...patternWarnings(pattern)]
}

const calendarWarnings = (unit: string, start: string): Warning[] => {
  const date = dateIn(packedDate(parseDate(start)))
  if (date < 29 || unit === 'day' || unit === 'week') return []
  return [{ code: 'clamps_day', message: `In months without day ${date} it runs on the last day of the month.` }]
}

const patternWarnings = (pattern: Pattern): Warning[] => [
  ...skippedMonths(pattern),
  ...(pattern.eitherDay ? [EITHER_DAY] : []),
  ...unevenStep(pattern.minuteRanges, pattern.times.minutes, 'minute', 'hour'),
  ...unevenStep(pattern.hourRanges, pattern.times.hours, 'hour', 'day'),
  ...unevenStep(pattern.dateRanges, pattern.dates, 'day', 'month'),
]

const EITHER_DAY: Warning = {
  code: 'both_day_fields',
  message: 'Day of month and day of week are both given: a day that matches either of them is enough.',
}

const skippedMonths = ({ dates, dateRules, weekdays, weekdayRules, eitherDay, months }: Pattern): Warning[] => {
  if (dates.size === 0 || dateRules.length > 0 || dates.first < 29) return []
  if (eitherDay && weekdays.size + weekdayRules.length > 0) return []
  const short = months.members().filter((month) => (MONTH_LENGTHS[month] as number) < dates.first)
  if (short.length === 0) return []
  const names = short.map((month) => `${MONTHS[month]}${month === 2 && dates.first === 29 ? ' of common years' : ''}`)
  const message = `Day ${dates.first} does not exist in ${listed(names, 'or')}: nothing runs there. L is the last day of any month.`
  return [{ code: 'skips_months', message }]
}

/** A step that does not divide its field starts anew each time the field does, so its spacing is uneven. */
const unevenStep = (ranges: readonly Range[], set: FieldSet, unit: string, around: string): Warning[] => {
  const [range] = ranges
  if (range === undefined || ranges.length > 1 || !range.isOpen || range.step === 1) return []
  // No step divides months of 28 to 31 days.
  if (unit !== 'day' && (set.max - set.min + 1) % range.step === 0) return []
  const members = listed(set.members().map(String))
  const message = `Every ${range.step} ${unit}s starts anew each ${around}: it runs at ${unit} ${members}.`
  return [{ code: 'uneven_step', message }]
}
