/** Reads a cron expression: five fields, six with seconds first, seven with the year last, or a macro. */
import { type DayRule, fromMonthEnd, lastWeekday, lastWorkingDay, nthWeekday, workingDayNear } from './day-rules.ts'
import { Fault } from './error.ts'
import { type FieldSet, fieldSet, oneNumber } from './field-set.ts'
import { Interned } from './interned.ts'
import {
  boundsIn,
  type FieldSpec,
  fault,
  MONTH_NAMES,
  numberIn,
  quoted,
  type Range,
  SUNDAY_FIRST,
  splitOnce,
  stepIn,
} from './list-field.ts'
import type { Pattern } from './pattern.ts'
import { TimeOfDay } from './time-of-day.ts'

const CRON_LENGTH_LIMIT = 256

const SPECS = {
  second: { name: 'second', min: 0, max: 59 },
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  day: { name: 'day of month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, names: MONTH_NAMES },
  weekday: { name: 'day of week', min: 0, max: 7, end: 6, names: SUNDAY_FIRST },
  year: { name: 'year', min: 1970, max: 2199 },
} satisfies Record<string, FieldSpec>

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/** One field as read: plain ranges, rules for days, and what its text gives away. */
type CronField = {
  readonly text: string
  readonly ranges: readonly Range[]
  readonly set: FieldSet
  readonly rules: readonly DayRule[]
  /** First character `*` or `?`. */
  readonly isFree: boolean
}

/** Most fields of most jobs are a star or a small number. */
const fields = new Interned<CronField>(20_000)

const readField = (spec: FieldSpec, text: string): CronField =>
  fields.get(`${spec.name} ${text}`, () => parseField(spec, text))

/** Throws a Fault that names the field, the value and what would be right. */
export const cronPattern = (expression: string): Pattern => {
  const [second, minute, hour, date, month, weekday, year] = fieldTexts(expression)
  const seconds = readField(SPECS.second, second)
  const minutes = readField(SPECS.minute, minute)
  const hours = readField(SPECS.hour, hour)
  const dates = readField(SPECS.day, date)
  const months = readField(SPECS.month, month)
  const weekdays = readField(SPECS.weekday, weekday)
  return {
    times: new TimeOfDay(hours.set, minutes.set, seconds.set),
    dates: dates.set,
    dateRules: dates.rules,
    weekdays: weekdays.set,
    weekdayRules: weekdays.rules,
    eitherDay: !dates.isFree && !weekdays.isFree,
    months: months.set,
    years: year === undefined ? null : readField(SPECS.year, year).set,
    weeks: null,
    hourRanges: hours.ranges,
    minuteRanges: minutes.ranges,
    dateRanges: dates.ranges,
    dayKey: `cron ${dates.text} | ${weekdays.text}`,
  }
}

/** 7 is Sunday too. */
const setOf = (spec: FieldSpec, ranges: readonly Range[]): FieldSet => {
  const named = fieldSet(spec.min, spec.max, ranges)
  if (spec !== SPECS.weekday) return named
  return fieldSet(0, 6, named.has(7) ? [...ranges, oneNumber(0)] : ranges)
}

/** Second to weekday, and the year if there is one. */
type FieldTexts = readonly [string, string, string, string, string, string, string?]

const fieldTexts = (expression: string): FieldTexts => {
  if (expression.length > CRON_LENGTH_LIMIT) {
    throw new Fault(`has ${expression.length} characters; at most ${CRON_LENGTH_LIMIT} are allowed`)
  }
  const odd = [...expression].findIndex((char) => char < ' ' || char > '~')
  if (odd >= 0) throw new Fault(`character ${odd + 1} is not printable ASCII; separate fields with spaces`)
  const trimmed = expression.trim()
  if (trimmed.startsWith('@')) return fieldTexts(macroExpression(trimmed))
  const texts = trimmed === '' ? [] : trimmed.split(/ +/)
  if (/^(CRON_)?TZ=/.test(trimmed)) throw new Fault('the time zone is a field of its own, not a prefix')
  if (texts.length < 5 || texts.length > 7) {
    throw new Fault(
      `has ${texts.length} fields; write 5 (minute hour day month weekday), 6 (second first) or 7 (year last)`,
    )
  }
  return (texts.length === 5 ? ['0', ...texts] : texts) as unknown as FieldTexts
}

const macroExpression = (macro: string): string => {
  const expression = MACROS.get(macro)
  if (expression === undefined)
    throw new Fault(`${quoted(macro)} is not a macro; there are ${[...MACROS.keys()].join(' ')}`)
  return expression
}

const parseField = (spec: FieldSpec, text: string): CronField => {
  const ranges: Range[] = []
  const rules: DayRule[] = []
  const elements = text.split(',')
  for (const element of new Set(elements)) {
    if (element === '') throw fault(spec, `${quoted(text)} has an empty element beside a comma`)
    const rule = parseDayRule(spec, element.toUpperCase(), elements.length === 1)
    if (rule) rules.push(rule)
    else ranges.push(element === '?' ? questionMark(spec, text) : parseRange(spec, element))
  }
  return {
    text: text.toUpperCase(),
    ranges,
    set: setOf(spec, ranges),
    rules,
    isFree: text.startsWith('*') || text.startsWith('?'),
  }
}

const questionMark = (spec: FieldSpec, text: string): Range => {
  if (spec !== SPECS.day && spec !== SPECS.weekday) throw fault(spec, '"?" stands only in the two day fields; write *')
  if (text !== '?') throw fault(spec, '"?" must stand alone')
  return wholeField(spec, 1)
}

const wholeField = (spec: FieldSpec, step: number): Range => ({
  from: spec.min,
  to: spec.end ?? spec.max,
  step,
  isOpen: true,
})

/** `*`, `a`, `a-b`, each with or without `/n`. */
const parseRange = (spec: FieldSpec, element: string): Range => {
  const [base, stepText] = splitOnce(element, '/')
  const last = spec.end ?? spec.max
  const step = stepText === undefined ? 1 : stepIn(spec, stepText, last - spec.min + 1)
  if (base === '*') return wholeField(spec, step)
  const [first, end] = splitOnce(base, '-')
  if (end !== undefined) {
    const [from, to] = boundsIn(spec, first, end, sundayLast(spec))
    return { from, to, step, isOpen: from === spec.min && to >= last }
  }
  const from = numberIn(spec, first)
  if (stepText === undefined) return { from, to: from, step, isOpen: false }
  return { from, to: Math.max(from, last), step, isOpen: from === spec.min }
}

/** SUN at a range's end is 7, so that SAT-SUN is a weekend. */
const sundayLast = (spec: FieldSpec): ((n: number) => number) | undefined =>
  spec === SPECS.weekday ? (n) => (n === 0 ? 7 : n) : undefined

const parseDayRule = (spec: FieldSpec, element: string, isAlone: boolean): DayRule | null => {
  if (spec === SPECS.day) return parseDateRule(element, isAlone)
  if (spec === SPECS.weekday) return parseWeekdayRule(element)
  return null
}

/** `L`, `L-n`, `LW`, `nW`. */
const parseDateRule = (element: string, isAlone: boolean): DayRule | null => {
  const spec = SPECS.day
  if (element.endsWith('W')) {
    if (!isAlone) throw fault(spec, `${quoted(element)} must stand alone`)
    return element === 'LW' ? lastWorkingDay : workingDayNear(numberIn(spec, element.slice(0, -1)))
  }
  if (element === 'L') return fromMonthEnd(0)
  if (!element.startsWith('L-')) return null
  return fromMonthEnd(numberIn({ ...spec, name: 'day of month L-', max: 30 }, element.slice(2)))
}

/** `dL`, `d#L`, `d#n`. */
const parseWeekdayRule = (element: string): DayRule | null => {
  const spec = SPECS.weekday
  const [day, nth] = splitOnce(element, '#')
  if (nth === 'L') return lastWeekday(numberIn(spec, day) % 7)
  if (nth !== undefined) {
    const n = numberIn({ name: 'day of week #', min: 1, max: 5 }, nth)
    return nthWeekday(numberIn(spec, day) % 7, n)
  }
  if (element === 'L') throw fault(spec, '"L" needs a day: 5L or FRI#L is the last Friday')
  return element.endsWith('L') ? lastWeekday(numberIn(spec, element.slice(0, -1)) % 7) : null
}
