/** The token bucket behind a rate limit, as the time at which it is full again. Exact: fractions of a millisecond are kept whole. Pure. */

export type Rate = {
  /** So many starts per `perMs`, evenly: a token comes every perMs / count. */
  readonly count: number
  readonly perMs: number
  /** The most that may start at one moment. In any `perMs` at most count + burst − 1 start. */
  readonly burst: number
}

/** When the bucket is full again: `at` milliseconds and `part` / count of one. In the past: it is full. */
export type Bucket = { readonly at: number; readonly part: number }

export const FULL: Bucket = { at: 0, part: 0 }

/** The first whole millisecond at which a token is there; `now` or earlier: there is one. */
export const nextTokenAt = (bucket: Bucket, rate: Rate, now: number): number => {
  const { at, part } = sane(bucket, rate, now)
  const missing = (rate.burst - 1) * rate.perMs
  return at + Math.ceil((part - missing) / rate.count)
}

/** The bucket after a token was taken at `now`, which must be there. */
export const takeToken = (bucket: Bucket, rate: Rate, now: number): Bucket => {
  const known = sane(bucket, rate, now)
  // A bucket that became full within this very millisecond keeps the fraction, so that rounding adds up to nothing.
  const isLongFull = known.at + Math.ceil(known.part / rate.count) < now
  const { at, part } = isLongFull ? { at: now, part: 0 } : known
  const parts = part + rate.perMs
  return { at: at + Math.floor(parts / rate.count), part: parts % rate.count }
}

/** A bucket takes at most burst tokens' time to fill: one that claims to need longer is from before the clock went back. */
const sane = (bucket: Bucket, rate: Rate, now: number): Bucket =>
  bucket.at > now + Math.ceil((rate.burst * rate.perMs) / rate.count) + 1 ? { at: now, part: 0 } : bucket
