/** `from` and `to` of a query: dates or instants, UTC where they name no zone; and how the bounds in use are told. Pure. */
import { refusal, shapeRefusal } from './errors.ts'
import type { Surface } from './surface.ts'

/** Epoch ms: `from` inclusive, `to` exclusive. */
export type Range = { readonly from?: number; readonly to?: number }

export type Query = Readonly<Record<string, string | undefined>>

/** Throws 400 for what is no date, and for a range that ends before it begins. */
export const rangeOf = ({ from, to }: Query): Range => {
  const range: Range = {
    ...(from === undefined || from === '' ? {} : { from: instantOf('from', from) }),
    // A day named as the end belongs to the range as a whole.
    ...(to === undefined || to === '' ? {} : { to: instantOf('to', to) + (DAY.test(to.trim()) ? DAY_MS : 0) }),
  }
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to)
    throw refusal(400, 'Invalid date range', '"from" must be earlier than "to".')
  return range
}

/** The bounds in use, without a zone: `2025-12-01T00:00:00`. */
export const rangeToTeam = ({ from, to }: Range) => ({ from: bareBound(from), to: bareBound(to) })

const DAY = /^\d{4}-\d\d-\d\d$/
const DAY_MS = 86_400_000
const ZONED = /(z|[+-]\d\d:?\d\d)$/i

const instantOf = (name: string, given: string): number => {
  // A `+` that nobody escaped comes in as a blank.
  const text = given.trim().replace(/ (\d\d:?\d\d)$/, '+$1')
  try {
    const zoned = DAY.test(text) ? `${text}T00:00:00Z` : ZONED.test(text) ? text : `${text}Z`
    return Temporal.Instant.from(zoned).epochMilliseconds
  } catch {
    throw refusal(400, 'Invalid date', `"${name}" is not an ISO date or date-time.`)
  }
}

const bareBound = (ms: number | undefined): string | null =>
  ms === undefined ? null : Temporal.Instant.fromEpochMilliseconds(ms).toString().slice(0, -1)

/** A whole number of the query, brought between its bounds; refused where it is no whole number. */
export const wholeOf = (
  surface: Surface,
  query: Query,
  { name, byDefault, least, most }: { name: string; byDefault: number; least: number; most: number },
): number => {
  const given = query[name]
  if (given === undefined || given === '') return byDefault
  if (!/^[+-]?\d{1,15}$/.test(given.trim()))
    throw shapeRefusal(surface, `Invalid ${name}`, [
      { type: 'int_parsing', loc: ['query', name], msg: 'Input should be a valid integer', input: given.slice(0, 100) },
    ])
  return Math.min(Math.max(Number(given), least), most)
}
