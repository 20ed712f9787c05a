/** A clock that tests move by hand: nothing waits, timers ring in order as time passes them. */
import type { Clock } from '../../src/domain/clock.ts'

export type ManualClock = Clock & {
  /** Lets time pass on both clocks; each timer due on the way rings at its own instant, also those set while ringing. */
  readonly advance: (ms: number) => void
  /** Moves the wall clock alone, either way, as an operator or NTP does; no timer rings. */
  readonly setWall: (epochMs: number) => void
  /** How many timers wait: nothing should be left ticking when all is done. */
  readonly pendingTimers: () => number
}

type Timer = { readonly at: number; readonly ring: () => void }

export const manualClock = (startMs: number): ManualClock => {
  let elapsed = 0
  let wallStart = startMs
  const timers = new Set<Timer>()

  const nextBefore = (limit: number): Timer | undefined => {
    let first: Timer | undefined
    // A Set keeps the order of insertion, so timers of one instant ring in the order they were set.
    for (const timer of timers) if (timer.at <= limit && (first === undefined || timer.at < first.at)) first = timer
    return first
  }

  return {
    now: () => Math.floor(wallStart + elapsed),
    monotonic: () => elapsed,
    after: (delayMs, ring) => {
      const timer = { at: elapsed + Math.max(0, delayMs), ring }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance: (ms) => {
      const target = elapsed + ms
      for (let timer = nextBefore(target); timer !== undefined; timer = nextBefore(target)) {
        timers.delete(timer)
        elapsed = timer.at
        timer.ring()
      }
      elapsed = target
    },
    setWall: (epochMs) => {
      wallStart = epochMs - elapsed
    },
    pendingTimers: () => timers.size,
  }
}
