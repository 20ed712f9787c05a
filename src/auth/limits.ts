/** How often passwords may be guessed: failures count, per account, per address and in all. */
import ipaddr from 'ipaddr.js'
import type { Clock } from '../domain/clock.ts'
import { DomainError } from '../domain/errors.ts'

type Guess = {
  /** The user's id, or the name somebody made up: both are limited alike, so that nobody can tell them apart. */
  readonly account: string
  /** Null where the account alone counts (a password asked for within a session). */
  readonly address: string | null
  /** Asked only when the limits would refuse: whether the account has a session from this address. */
  readonly isKnownAddress: () => Promise<boolean>
}

export type Limits = {
  /**
   * Does the work when a guess is left, and counts it if it answers false. Work that throws does not count. Throws
   * `rate_limited` with the seconds to wait, without doing the work.
   */
  readonly guarded: (guess: Guess, work: () => Promise<boolean>) => Promise<boolean>
  /** Counts against the address alone, for questions whose answer tells whether a name is taken. */
  readonly countAgainst: (address: string) => void
  /** Throws `rate_limited` when the address has no guess left. */
  readonly checkAddress: (address: string) => void
}

const GUESS_LIMITS = { windowMs: 15 * 60_000, perAccount: 10, perAddress: 50, inAll: 1000 } as const

/** Guesses that wait for others of the same account to end; more are refused. */
const MOST_WAITING = 200

/** Beyond this the empty ones are cleared away. */
const MOST_WINDOWS = 4000

/**
 * Windows, not token buckets: a bucket that refills lets twice its size through in its first window. Strangers who use
 * up an account's guesses do not lock its owner out: an address with a session of that account has guesses of its own.
 * The limits are kept in memory, for each process: a restart forgives, as a person with a shell could.
 */
export const createLimits = (clock: Clock): Limits => {
  const windows = new Map<string, Window>()
  let settled = signal()
  let waiting = 0

  const windowOf = (name: string, most: number): Window => {
    const known = windows.get(name)
    if (known !== undefined) return known
    const fresh: Window = { most, failures: [], underWay: 0 }
    windows.set(name, fresh)
    return fresh
  }

  const strangers = ({ account, address }: Guess): Window[] => [
    windowOf(`account ${account}`, GUESS_LIMITS.perAccount),
    ...(address === null ? [] : [windowOf(`address ${networkOf(address)}`, GUESS_LIMITS.perAddress)]),
    windowOf('all', GUESS_LIMITS.inAll),
  ]
  const known = ({ account, address }: Guess): Window[] => [
    windowOf(`known ${networkOf(address ?? '')} ${account}`, GUESS_LIMITS.perAccount),
  ]

  /** Answers the windows to count in, once each of them has a guess left. */
  const enter = async (guess: Guess): Promise<Window[]> => {
    // Bounded: more than `inAll` failures of strangers are refused before they are counted.
    if (windows.size > MOST_WINDOWS) forgetOld(windows, clock.monotonic())
    let asked: boolean | null = null
    for (;;) {
      const now = clock.monotonic()
      let wanted = asked === true ? known(guess) : strangers(guess)
      let wait = Math.max(...wanted.map((window) => waitOf(window, now)))
      if (wait > 0 && asked === null) {
        asked = guess.address !== null && (await guess.isKnownAddress())
        if (asked) continue
        wanted = strangers(guess)
        wait = Math.max(...wanted.map((window) => waitOf(window, clock.monotonic())))
      }
      if (wait > 0) throw tooMany(wait)
      if (wanted.every((window) => window.failures.length + window.underWay < window.most)) {
        for (const window of wanted) window.underWay++
        return wanted
      }
      if (waiting >= MOST_WAITING) throw tooMany(1000)
      waiting++
      await settled.promise
      waiting--
    }
  }

  return {
    guarded: async (guess, work) => {
      const counted = await enter(guess)
      let right = true
      try {
        right = await work()
        return right
      } finally {
        const now = clock.monotonic()
        for (const window of counted) {
          window.underWay--
          if (!right) window.failures.push(now)
        }
        const before = settled
        settled = signal()
        before.resolve()
      }
    },
    countAgainst: (address) => {
      windowOf(`address ${networkOf(address)}`, GUESS_LIMITS.perAddress).failures.push(clock.monotonic())
    },
    checkAddress: (address) => {
      const wait = waitOf(windowOf(`address ${networkOf(address)}`, GUESS_LIMITS.perAddress), clock.monotonic())
      if (wait > 0) throw tooMany(wait)
    },
  }
}

/** Times of the failures of the last 15 minutes, oldest first, and guesses that are being judged. */
type Window = { readonly most: number; readonly failures: number[]; underWay: number }

/** Milliseconds until a guess is left; 0 when one is. */
const waitOf = (window: Window, now: number): number => {
  while (window.failures[0] !== undefined && window.failures[0] <= now - GUESS_LIMITS.windowMs) window.failures.shift()
  const first = window.failures[window.failures.length - window.most]
  return first === undefined ? 0 : first + GUESS_LIMITS.windowMs - now
}

const forgetOld = (windows: Map<string, Window>, now: number): void => {
  for (const [name, window] of windows) {
    waitOf(window, now)
    if (window.failures.length === 0 && window.underWay === 0) windows.delete(name)
  }
}

const tooMany = (waitMs: number): DomainError => {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
  return new DomainError('rate_limited', `Too many failed attempts; try again in ${retryAfter} seconds.`, {
    retryAfter,
  })
}

/** One household or server owns a whole /64 of IPv6: it counts as one address. */
const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':')
}

const signal = () => Promise.withResolvers<void>()
