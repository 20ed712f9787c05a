/** Reads APScheduler's cron trigger: named fields, Monday is 0, all fields must match. */
import { LAST_YEAR } from './civil.ts'
import { type DayRule, fromMonthEnd, lastWeekday, nthWeekday } from './day-rules.ts'
import { type FieldSet, fieldSet, oneNumber } from './field-set.ts'
import {
  boundsIn,
  type FieldSpec,
  fault,
  MONDAY_FIRST,
  MONTH_NAMES,
  numberIn,
  quoted,
  type Range,
  splitOnce,
  stepIn,
} from './list-field.ts'
import type { Pattern } from './pattern.ts'
import { TimeOfDay } from './time-of-day.ts'
import { FIELD_NAMES, type FieldName } from './timetable.ts'

const FIELD_SPECS: Readonly<Record<FieldName, FieldSpec>> = {
  year: { name: 'year', min: 1970, max: 9999 },
  month: { name: 'month', min: 1, max: 12, names: MONTH_NAMES },
  day: { name: 'day', min: 1, max: 31 },
  week: { name: 'week', min: 1, max: 53 },
  dayOfWeek: { name: 'day of week', min: 0, max: 6, names: MONDAY_FIRST },
  hour: { name: 'hour', min: 0, max: 23 },
  minute: { name: 'minute', min: 0, max: 59 },
  second: { name: 'second', min: 0, max: 59 },
}

/** What a field finer than the finest given one takes. */
const SMALLEST: Readonly<Record<FieldName, string>> = {
  year: '*',
  month: '1',
  day: '1',
  week: '*',
  dayOfWeek: '*',
  hour: '0',
  minute: '0',
  second: '0',
}

const POSITIONS: ReadonlyMap<string, number> = new Map([
  ['1st', 1],
  ['2nd', 2],
  ['3rd', 3],
  ['4th', 4],
  ['5th', 5],
])

type Field = {
  readonly text: string
  readonly ranges: readonly Range[]
  readonly rules: readonly DayRule[]
}

const FIELD_LENGTH_LIMIT = 256

/** `read` runs a parser for one field, so that the caller can say where the field stands when it throws a Fault. */
export const fieldsPattern = (
  given: { readonly [field in FieldName]?: string },
  read: <T>(name: FieldName, text: string, parse: (text: string) => T) => T,
): Pattern => {
  const texts = completeFields(given)
  const [year, month, day, week, dayOfWeek, hour, minute, second] = FIELD_NAMES.map((name) =>
    read(name, texts[name], (text) => parseField(name, text)),
  ) as [Field, Field, Field, Field, Field, Field, Field, Field]
  const mondayFirst = setOf('dayOfWeek', dayOfWeek)
  return {
    times: new TimeOfDay(setOf('hour', hour), setOf('minute', minute), setOf('second', second)),
    dates: setOf('day', day),
    dateRules: day.rules,
    weekdays: fieldSet(0, 6, mondayFirst.members().map(sundayFirst).map(oneNumber)),
    weekdayRules: [],
    eitherDay: false,
    months: setOf('month', month),
    years: setOf('year', year),
    weeks: setOf('week', week),
    hourRanges: hour.ranges,
    minuteRanges: minute.ranges,
    dateRanges: day.ranges,
    dayKey: `fields ${day.text} | ${dayOfWeek.text}`,
  }
}

/** The text of every field: those coarser than the finest given are `*`, finer ones take their smallest value. */
const completeFields = (given: { readonly [field in FieldName]?: string }): Record<FieldName, string> => {
  const finest = FIELD_NAMES.findLastIndex((name) => given[name] !== undefined)
  const rest = (name: FieldName, index: number): string => (index < finest || finest < 0 ? '*' : SMALLEST[name])
  const texts = FIELD_NAMES.map((name, index) => [name, given[name] ?? rest(name, index)])
  return Object.fromEntries(texts) as Record<FieldName, string>
}

const parseField = (name: FieldName, text: string): Field => {
  const spec = FIELD_SPECS[name]
  const ranges: Range[] = []
  const rules: DayRule[] = []
  if (text.length > FIELD_LENGTH_LIMIT) throw fault(spec, `has more than ${FIELD_LENGTH_LIMIT} characters`)
  for (const element of new Set(text.split(',').map((part) => part.trim()))) {
    if (element === '') throw fault(spec, `${quoted(text)} has an empty element; write * for any`)
    const rule = name === 'day' ? parseDayRule(spec, element.toLowerCase()) : null
    if (rule) rules.push(rule)
    else ranges.push(parseRange(spec, element))
  }
  return { text, ranges, rules }
}

const setOf = (name: FieldName, field: Field): FieldSet =>
  fieldSet(FIELD_SPECS[name].min, Math.min(FIELD_SPECS[name].max, LAST_YEAR), field.ranges)

const sundayFirst = (mondayFirst: number): number => (mondayFirst + 1) % 7

/** `*`, `*\/n`, `a`, `a-b`, `a-b/n`, `a/n`; names take no step. A step may not exceed the range it walks. */
const parseRange = (spec: FieldSpec, element: string): Range => {
  const [base, stepText] = splitOnce(element, '/')
  const stepOver = (from: number, to: number): number =>
    stepText === undefined ? 1 : stepIn(spec, stepText, to - from)
  if (base === '*') return { from: spec.min, to: spec.max, step: stepOver(spec.min, spec.max), isOpen: true }
  const [first, last] = splitOnce(base, '-')
  if (stepText !== undefined && !/^[0-9]/.test(base)) throw fault(spec, `${quoted(element)}: a name takes no step`)
  if (last !== undefined) {
    const [from, to] = boundsIn(spec, first, last)
    return { from, to, step: stepOver(from, to), isOpen: from === spec.min && to === spec.max }
  }
  const from = numberIn(spec, first)
  if (stepText === undefined) return { from, to: from, step: 1, isOpen: false }
  return { from, to: spec.max, step: stepOver(from, spec.max), isOpen: from === spec.min }
}

/** `last`, `2nd fri`, `last sun`. */
const parseDayRule = (spec: FieldSpec, element: string): DayRule | null => {
  if (element === 'last') return fromMonthEnd(0)
  const [position, weekdayText] = splitOnce(element, ' ')
  if (weekdayText === undefined) return null
  const weekday = MONDAY_FIRST.get(weekdayText.trim().toUpperCase())
  if (weekday === undefined) throw fault(spec, `${quoted(element)} names no weekday from mon to sun`)
  if (position === 'last') return lastWeekday(sundayFirst(weekday))
  const nth = POSITIONS.get(position)
  if (nth === undefined) throw fault(spec, `${quoted(element)} must begin with 1st, 2nd, 3rd, 4th, 5th or last`)
  return nthWeekday(sundayFirst(weekday), nth)
}
