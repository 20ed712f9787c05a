/** Chance that can be had again: the same seed gives the same run. */

export type Random = {
  /** Uniform in [0, 1). */
  readonly next: () => number
  /** Uniform in [from, to). */
  readonly between: (from: number, to: number) => number
  /** A whole number from 0 to `below` - 1. */
  readonly index: (below: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  // Marsaglia's xorshift needs a state other than zero; the multiplication spreads neighbouring seeds.
  state = Math.imul(state ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 0x100000000
  }
  const index = (below: number): number => Math.floor(next() * below)
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    index,
    pick: (from) => {
      if (from.length === 0) throw new Error('nothing to pick from')
      return from[index(from.length)] as (typeof from)[number]
    },
  }
}
