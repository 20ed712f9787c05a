/** Which dates a schedule allows, asked in both directions and counted. */

/** Days are whole days since 1970-01-01; NO_DAY means there is none within the bound. */
export type Days = {
  /** The first allowed day from `day` on, none later than `last`. */
  next(day: number, last: number): number
  /** The last allowed day up to `day`, none earlier than `first`. */
  prev(day: number, first: number): number
  /** How many allowed days lie in [from, to). */
  count(from: number, to: number): number
}

/** Far below every day there is, so that no comparison needs a special case. */
export const NO_DAY = -0x40000000
