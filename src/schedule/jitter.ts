/** Small stable delays that keep many jobs from starting in the same second. */
import { type Instants, NEVER, NOT_YET } from './instants.ts'

/** FNV-1a over the UTF-16 units of a job's id. */
export const seedOf = (seed: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A whole number from 0 to `most`, the same each time for the same seed and instant, evenly spread over both. */
export const shareOf = (seed: number, instant: number, most: number): number => {
  const high = Math.floor(instant / 0x100000000)
  const hash = mixed(mixed(mixed(seed) ^ high) ^ (instant >>> 0))
  return Math.floor((hash / 0x100000000) * (most + 1))
}

/** MurmurHash3's last step: every bit of the input moves every bit of the output. */
const mixed = (n: number): number => {
  let hash = n >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Each instant later by 0 to `jitterMs`, but always before the next one, so that order and number stay. */
export const jittered = (nominal: Instants, jitterMs: number, seed: number): Instants => {
  if (jitterMs === 0) return nominal
  const delayed = (instant: number): number =>
    instant + shareOf(seed, instant, Math.min(jitterMs, nominal.after(instant) - instant - 1))
  /** The last nominal instant at or before `t`, if its delay carries it beyond `t`. */
  const underWay = (t: number): number => {
    const nearest = nominal.latest(t - jitterMs - 1, t)
    return nearest === NOT_YET ? NOT_YET : delayed(nearest)
  }
  return {
    after: (t) => {
      const late = underWay(t)
      if (late > t) return late
      const next = nominal.after(t)
      return next === NEVER ? NEVER : delayed(next)
    },
    latest: (from, upTo) => {
      let nearest = nominal.latest(from - jitterMs - 1, upTo)
      if (nearest === NOT_YET) return NOT_YET
      if (delayed(nearest) > upTo) nearest = nominal.latest(from - jitterMs - 1, nearest - 1)
      return nearest !== NOT_YET && delayed(nearest) > from ? delayed(nearest) : NOT_YET
    },
    count: (from, upTo) =>
      upTo <= from ? 0 : nominal.count(from, upTo) + (underWay(from) > from ? 1 : 0) - (underWay(upTo) > upTo ? 1 : 0),
  }
}

export const shifted = (instants: Instants, byMs: number): Instants => {
  if (byMs === 0) return instants
  return {
    after: (t) => instants.after(t - byMs) + byMs,
    latest: (from, upTo) => instants.latest(from - byMs, upTo - byMs) + byMs,
    count: (from, upTo) => instants.count(from - byMs, upTo - byMs),
  }
}
