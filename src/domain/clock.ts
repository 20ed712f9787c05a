/** Time as every station sees it: the only file that reads the machine's clocks. */

/** Takes back a timer; calling it twice, or after the timer rang, does nothing. */
export type Cancel = () => void

export type Clock = {
  /** Wall clock, epoch milliseconds. May jump either way. */
  readonly now: () => number
  /** Milliseconds from an arbitrary start; never jumps. For durations and deadlines. */
  readonly monotonic: () => number
  /** Rings once, `delayMs` from now by the monotonic clock. A pending timer does not keep the process alive. */
  readonly after: (delayMs: number, ring: () => void) => Cancel
}

// setTimeout counts in a 32-bit integer; longer waits are cut and the caller looks again.
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, ring) => {
    const timer = setTimeout(ring, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS)).unref()
    return () => clearTimeout(timer)
  },
}
