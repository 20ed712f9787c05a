/** The node's own lease: taken, renewed from the main loop, lost. Everything a node runs rests on it. */
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Ledger, NodeInfo } from '../store/store.ts'

/** How long a node that stopped renewing still owns what it runs. */
export const LEASE_MS = 15_000
/** At a third of the lease, so that one lost renewal does no harm. */
const RENEW_EVERY_MS = LEASE_MS / 3
/** How soon a waiting process notices that the scheduling one is gone. */
const JOIN_EVERY_MS = 1000
/** After a renewal that failed: a disk that is full twice at the wrong moment must not cost the lease. */
const RETRY_EVERY_MS = 500
/** A call is not begun with less of the lease left than this: time to connect, and a second. */
const NEEDED_TO_START_MS = 6000

export type Membership = {
  readonly start: () => void
  /** The node's number while its lease lives; null while another process schedules or after the lease was lost. */
  readonly nodeKey: () => number | null
  /** Judged by the monotonic clock: a stalled event loop must find its lease gone. */
  readonly mayStartCalls: () => boolean
  /** One try to join or one renewal: what the timer does. */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

export type MembershipParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly node: NodeInfo
  readonly leaseNow: () => number
  readonly onJoined: () => void
  /** The lease is over: nothing that runs here may be recorded any more. */
  readonly onLost: () => void
  readonly onFault: (error: unknown) => void
}

export const createMembership = (parts: MembershipParts): Membership => {
  const { ledger, clock, node } = parts
  const leaseNow = parts.leaseNow
  let nodeKey: number | null = null
  let aliveUntil = 0
  let timer: Cancel | null = null
  let stopped = false
  let ticking: Promise<void> | null = null
  let hasFailed = false

  const lose = () => {
    if (nodeKey === null) return
    nodeKey = null
    parts.onLost()
  }

  const join = async () => {
    const asked = clock.monotonic()
    const key = await ledger.join(node, leaseNow(), leaseNow() + LEASE_MS)
    if (key === null) return
    nodeKey = key
    aliveUntil = asked + LEASE_MS
    // Told to stop while it was asking: `stop` gives back what came of it.
    if (!stopped) parts.onJoined()
  }

  const renew = async (key: number) => {
    const asked = clock.monotonic()
    if (await ledger.renew(key, leaseNow(), leaseNow() + LEASE_MS)) aliveUntil = asked + LEASE_MS
    else lose()
  }

  const tick = (): Promise<void> => {
    ticking ??= tickOnce().finally(() => {
      ticking = null
    })
    return ticking
  }

  const tickOnce = async () => {
    try {
      if (nodeKey === null) await join()
      else await renew(nodeKey)
      hasFailed = false
    } catch (error) {
      hasFailed = true
      parts.onFault(error)
    }
    if (nodeKey !== null && clock.monotonic() >= aliveUntil) lose()
  }

  const arm = () => {
    if (stopped) return
    const pause = nodeKey === null ? JOIN_EVERY_MS : hasFailed ? RETRY_EVERY_MS : RENEW_EVERY_MS
    timer = clock.after(pause, () => void tick().then(arm))
  }

  return {
    start: () => void tick().then(arm),
    nodeKey: () => nodeKey,
    mayStartCalls: () => nodeKey !== null && aliveUntil - clock.monotonic() > NEEDED_TO_START_MS,
    tick,
    stop: async () => {
      stopped = true
      timer?.()
      await ticking
      if (nodeKey !== null) await ledger.leave(nodeKey)
      nodeKey = null
    },
  }
}
