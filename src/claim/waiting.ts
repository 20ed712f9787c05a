/** The station's view of the queue: when something in it may be leased, and leasing as much of it as there are places for. */
import type { Clock } from '../domain/clock.ts'
import type { LeasedExecution, Ledger } from '../store/store.ts'
import { CLAIM_AHEAD_MS, LARGEST_LOOK, WORTHWHILE_ROOM } from './pace.ts'
import { hogsOf, type Load } from './shares.ts'

export type WaitingParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly leaseNow: () => number
  readonly load: () => Load
  readonly capacity: number
  /** Places for anybody, and those that are kept for who holds little. */
  readonly room: () => number
  readonly kept: () => number
  /** Places for catch-up work, and how many there can be. */
  readonly catchUpLeft: () => number
  readonly catchUpMost: number
  readonly assign: (leased: readonly LeasedExecution[]) => void
}

export type Waiting = {
  /** An execution waits from `at` on. */
  readonly from: (at: number) => void
  /** Is it news that something waits from `at` on? */
  readonly isSooner: (at: number) => boolean
  /** Anything may have come or been let in: ask. */
  readonly ask: () => void
  /** `on time`: all but catch-up work. Does nothing when nothing is due. */
  readonly lease: (nodeKey: number, kinds: 'on time' | 'all') => Promise<void>
  /** When a look is worth while, as `untilNextLook` counts; null: nothing waits for a time. */
  readonly nextLookAt: () => number | null
  /** Catch-up work waited for its budget, and enough of it is free again: tells so once. */
  readonly isCatchUpFree: () => boolean
}

export const createWaiting = (parts: WaitingParts): Waiting => {
  const { ledger, clock } = parts
  let nextAt: number | null = 0
  /** What was heard while a lease was under way, which its answer does not know. */
  let heard: number | null = null
  /** Catch-up work may wait that its budget, or the places, did not suffice for. */
  let catchUpWaits = true
  let isCatchUpHeldUp = false
  let sweep = true

  const earlier = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? (a ?? b) : Math.min(a, b)

  const leaseAll = async (nodeKey: number, now: number, limit: number, catchUp: number): Promise<boolean> => {
    heard = null
    const query = { nodeKey, now, leaseNow: parts.leaseNow(), limit, catchUp, sweep }
    sweep = false
    const { leased, nextAt: next } = await ledger.lease(query)
    const caughtUp = leased.filter(({ trigger }) => trigger === 'catch_up').length
    if (catchUp > 0) catchUpWaits = caughtUp === catchUp
    // As many as there was room for: more may wait.
    const isFull = leased.length === limit && caughtUp === 0
    nextAt = earlier(isFull ? now : next, heard)
    if (leased.length > 0) parts.assign(leased)
    return isFull
  }

  /** Who holds little finds a place among those that are kept. */
  const leaseOthers = async (nodeKey: number, now: number): Promise<void> => {
    const limit = Math.min(parts.kept(), parts.room() + parts.kept())
    const except = hogsOf(parts.load().byWorkspace, parts.capacity)
    if (limit <= 0 || except.length === 0) return
    const { leased } = await ledger.lease({ nodeKey, now, leaseNow: parts.leaseNow(), limit, catchUp: 0, except })
    if (leased.length > 0) parts.assign(leased)
  }

  return {
    from: (at) => {
      nextAt = earlier(nextAt, at)
      heard = earlier(heard, at)
    },
    isSooner: (at) => nextAt === null || nextAt > at,
    ask: () => {
      nextAt = 0
      heard = 0
      sweep = true
    },
    lease: async (nodeKey, kinds) => {
      const now = clock.now()
      const isDue = nextAt !== null && nextAt <= now
      if (isDue) catchUpWaits = true
      const limit = Math.min(parts.room(), LARGEST_LOOK)
      const catchUp = kinds === 'all' ? Math.max(0, Math.min(limit, parts.catchUpLeft())) : 0
      if (!isDue && !(catchUpWaits && catchUp > 0)) return
      const isFull = limit <= 0 || (await leaseAll(nodeKey, now, limit, catchUp))
      if (isFull) await leaseOthers(nodeKey, now)
    },
    nextLookAt: () => {
      const left = parts.catchUpLeft()
      isCatchUpHeldUp = catchUpWaits && left <= 0
      // Waiting executions are not leased ahead of time, as due jobs are.
      return earlier(nextAt === null ? null : nextAt + CLAIM_AHEAD_MS, catchUpWaits && left > 0 ? clock.now() : null)
    },
    isCatchUpFree: () => {
      const worthWhile = Math.max(1, Math.min(WORTHWHILE_ROOM, parts.catchUpMost / 4))
      return isCatchUpHeldUp && parts.catchUpLeft() >= worthWhile
    },
  }
}
