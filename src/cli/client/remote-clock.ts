/** What time another server has, by the `Date` header of one answer. */
import { send } from './http.ts'

export type OwnClock = { readonly now: () => number; readonly monotonic: () => number }

export type ClockReading = {
  /** How far this machine is ahead of the other (negative: behind), epoch milliseconds. */
  readonly aheadMs: number
  /** What the way there and back took: the difference is known no better than half of that and half a second. */
  readonly roundTripMs: number
}

/** Null when the answer bears no date; rejects when there is no answer. */
export const readRemoteClock = async (url: URL, clock: OwnClock): Promise<ClockReading | null> => {
  const began = clock.monotonic()
  const { date } = await send({
    method: 'HEAD',
    url,
    // An answer out of a cache bears the time at which it was made.
    headers: { connection: 'close', 'cache-control': 'no-cache' },
  })
  const roundTripMs = clock.monotonic() - began
  const there = Date.parse(date ?? '')
  if (Number.isNaN(there)) return null
  // The header has whole seconds, cut off: its middle is the best guess.
  return { aheadMs: clock.now() - roundTripMs / 2 - (there + 500), roundTripMs }
}
