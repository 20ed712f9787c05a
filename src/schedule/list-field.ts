/** What the two field languages (crontab, APScheduler) share: numbers, ranges, steps and lists, and their faults. */
import { Fault } from './error.ts'
import type { Steps } from './field-set.ts'

export type FieldSpec = {
  /** As errors call it: `day of month`. */
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names for numbers, upper case. */
  readonly names?: ReadonlyMap<string, number>
  /** The last number `*` and `a/n` reach, where it differs from max (7 is a second name of Sunday). */
  readonly end?: number
}

/** One element of a list: where it starts, ends and steps, and whether it is open (written as a rhythm over the field). */
export type Range = Steps & { readonly isOpen: boolean }

export const fault = (spec: FieldSpec, problem: string): Fault => new Fault(`${spec.name} ${problem}`)

const isDigits = (text: string): boolean => /^[0-9]+$/.test(text)

/** A number or a name. At most as many digits as the field's largest number, so that 00000 is not taken for 0. */
export const numberIn = (spec: FieldSpec, text: string): number => {
  const named = spec.names?.get(text.toUpperCase())
  if (named !== undefined) return named
  if (text === '') throw fault(spec, `misses a number; write ${spec.min} to ${spec.max}`)
  if (!isDigits(text))
    throw fault(spec, `${quoted(text)} is not a number from ${spec.min} to ${spec.max}${orNames(spec)}`)
  const digits = Math.max(2, String(spec.max).length)
  if (text.length > digits) throw fault(spec, `${quoted(text)} has more than ${digits} digits`)
  const n = Number(text)
  if (n > spec.max) throw fault(spec, `${n} is above ${spec.max}`)
  if (n < spec.min) throw fault(spec, `${n} is below ${spec.min}`)
  return n
}

/** A step from 1 to `most`. */
export const stepIn = (spec: FieldSpec, text: string, most: number): number => {
  if (!isDigits(text)) throw fault(spec, `step ${quoted(text)} is not a number from 1 to ${most}`)
  const n = text.length > 9 ? Number.POSITIVE_INFINITY : Number(text)
  if (n === 0) throw fault(spec, 'step 0 never advances; write 1 or more')
  if (n > most) throw fault(spec, `step ${quoted(text)} is above ${most}`)
  return n
}

/** `a-b`, already split; the second part may mean another number at a range's end (SUN is 7 there). */
export const boundsIn = (
  spec: FieldSpec,
  first: string,
  last: string,
  atEnd?: (n: number) => number,
): [number, number] => {
  const from = numberIn(spec, first)
  const end = numberIn(spec, last)
  const to = atEnd && !isDigits(last) ? atEnd(end) : end
  if (to < from) {
    throw fault(
      spec,
      `range ${quoted(`${first}-${last}`)} runs backwards; write two ranges, as in ${turned(spec, first, last)}`,
    )
  }
  return [from, to]
}

/** The two ranges a backward one means: `sat-sun,mon` for `sat-mon`. */
const turned = (spec: FieldSpec, first: string, last: string): string => {
  const names = [...(spec.names?.keys() ?? [])]
  const isNamed = names.includes(first.toUpperCase())
  const least = isNamed ? (names[0] ?? '').toLowerCase() : String(spec.min)
  const most = isNamed ? (names.at(-1) ?? '').toLowerCase() : String(spec.end ?? spec.max)
  const range = (from: string, to: string): string => (from.toLowerCase() === to.toLowerCase() ? from : `${from}-${to}`)
  return `${range(first, most)},${range(least, last)}`
}

/** Splits at the first `separator`; `undefined` when there is none. */
export const splitOnce = (text: string, separator: string): readonly [string, string | undefined] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

export const quoted = (text: string): string => JSON.stringify(text.length > 20 ? `${text.slice(0, 17)}...` : text)

const orNames = (spec: FieldSpec): string => {
  const names = [...(spec.names?.keys() ?? [])]
  return names.length === 0 ? '' : ` or a name from ${names[0]} to ${names.at(-1)}`
}

const numbered = (names: string, first: number): ReadonlyMap<string, number> =>
  new Map(names.split(' ').map((name, index) => [name, index + first]))

export const MONTH_NAMES = numbered('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', 1)
export const SUNDAY_FIRST = numbered('SUN MON TUE WED THU FRI SAT', 0)
export const MONDAY_FIRST = numbered('MON TUE WED THU FRI SAT SUN', 0)
