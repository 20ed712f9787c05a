/** Station 2: takes due jobs and waiting executions, once, and hands what may run to whoever sends it. */
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { DueJob, Ledger } from '../store/store.ts'
import { assignmentOfLeased } from './assignments.ts'
import { type Companions, createClaimer } from './claimer.ts'
import { watchClock } from './clock-watch.ts'
import { createDuePages } from './due-pages.ts'
import { CLAIM_AHEAD_MS, LARGEST_LOOK, untilNextLook, WORTHWHILE_ROOM } from './pace.ts'
import { replanIntervals } from './replan.ts'

export { createMembership, LEASE_MS } from './membership.ts'
export { CLAIM_AHEAD_MS } from './pace.ts'
export { createZoneWatch, type ZoneValues } from './zone-watch.ts'

/** After a look that failed, the next one waits at least this long: a database that is away is not asked in a loop. */
const REST_MS = 250

export type ClaimParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  /** The time by which leases are judged: never jumps. */
  readonly leaseNow: () => number
  readonly newId: () => string
  /** Null while this node may not schedule. */
  readonly nodeKey: () => number | null
  /** False while the operator holds all claiming. */
  readonly mayClaim: () => boolean
  /** How many more assignments can be taken. */
  readonly room: () => number
  readonly assign: (assignments: readonly Assignment[]) => void
  /** Outcomes that wait for a commit: each commit of claims takes them along. */
  readonly companions: () => Companions
  /** Executions that `cancel_other` ended: stop calling. */
  readonly abort: (executionIds: readonly string[]) => void
  /** The wall clock went back: instants claimed ahead are far away now. */
  readonly onClockBack: () => void
  /** The wall clock jumped against the monotonic one, by so many milliseconds. */
  readonly onJump: (ms: number) => void
  readonly onFault: (error: unknown) => void
  /** The longest time between two looks. */
  readonly boundMs: number
}

export type ClaimStation = {
  readonly start: () => void
  /** One look now: takes what is due and what waits, as far as there is room. Overlapping calls share one. */
  readonly look: () => Promise<void>
  /** Something may be due earlier than believed: a new or changed job, a manual run. */
  readonly wake: () => void
  /** An execution will wait until `at`. */
  readonly waiting: (at: number) => void
  /** A place was freed. */
  readonly freed: () => void
  /** More is due than fitted: as soon as there is room again, claims are committed. */
  readonly isBacklogged: () => boolean
  /** Resolves when nothing that was read before is still to be claimed. */
  readonly settled: () => Promise<void>
  /** No look begins after this; resolves when the last one is through. */
  readonly stop: () => Promise<void>
}

export const createClaimStation = (parts: ClaimParts): ClaimStation => {
  const { ledger, clock } = parts
  const jumped = watchClock()
  const pages = createDuePages(ledger)
  let nextDueAt: number | null = null
  let nextPendingAt: number | null = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let backlog = false
  let timer: Cancel | null = null
  let looking: Promise<void> | null = null
  let soon = false
  let restUntil = 0
  /** Commits that are not answered yet, and how many places their jobs will take. */
  const claiming = new Set<Promise<void>>()
  let reserved = 0
  let running = false

  const awaitFrom = (at: number) => {
    nextPendingAt = Math.min(nextPendingAt ?? at, at)
  }

  const claimAll = createClaimer({
    ...parts,
    onSent: pages.readAhead,
    onWaiting: awaitFrom,
    onNextDue: (at) => {
      nextDueAt = at
    },
  })

  const room = (): number => parts.room() - reserved

  const takeDue = async (now: number): Promise<readonly DueJob[]> => {
    const places = room()
    backlog = places <= 0
    if (backlog) return []
    const taken = await pages.take(now, Math.min(places, LARGEST_LOOK))
    backlog = taken.more
    nextDueAt = taken.nextDueAt
    return taken.jobs
  }

  const leaseWaiting = async (nodeKey: number): Promise<number> => {
    const now = clock.now()
    const limit = Math.min(room(), LARGEST_LOOK)
    if (limit <= 0 || nextPendingAt === null || nextPendingAt > now) return 0
    const { leased, nextAt } = await ledger.lease({ nodeKey, now, leaseNow: parts.leaseNow(), limit })
    // As many as there was room for: more may wait.
    nextPendingAt = leased.length === limit ? now : nextAt
    if (leased.length > 0) parts.assign(leased.map(assignmentOfLeased))
    return leased.length
  }

  const lookOnce = async () => {
    const nodeKey = parts.nodeKey()
    if (nodeKey === null) return
    const began = clock.monotonic()
    const now = clock.now()
    const jump = jumped(now, began)
    if (jump !== 0) parts.onJump(jump)
    if (jump < 0) {
      await Promise.all(claiming)
      parts.onClockBack()
      pages.forget()
      await replanIntervals(ledger, { nodeKey, now, leaseNow: parts.leaseNow })
    }
    if (!parts.mayClaim()) return
    // Other processes add waiting executions without a word.
    if (began - askedAt >= parts.boundMs) {
      askedAt = began
      nextPendingAt = 0
    }
    // Waiting work first: it is older than what falls due now, and little of it exists.
    await leaseWaiting(nodeKey)
    const jobs = await takeDue(now)
    const before = [...claiming]
    const claimed = claimAndAssign(jobs, now, nodeKey)
    // Under backlog the next look waits only for the commit before this one, so that the store never waits for us.
    if (!backlog) await claimed
    else await Promise.all(before)
    // What the claims put into the queue, such as a run that must keep its place behind others.
    await leaseWaiting(nodeKey)
  }

  const claimAndAssign = async (jobs: readonly DueJob[], now: number, nodeKey: number): Promise<void> => {
    if (jobs.length === 0) return
    reserved += jobs.length
    const done = claimAll(jobs, { now, nodeKey })
      .then((claimed) => {
        reserved -= jobs.length
        if (claimed.length > 0) parts.assign(claimed)
      })
      .catch((error: unknown) => {
        reserved -= jobs.length
        failed(error)
      })
      .finally(() => claiming.delete(done))
    claiming.add(done)
    await done
  }

  const failed = (error: unknown) => {
    restUntil = clock.monotonic() + REST_MS
    parts.onFault(error)
  }

  const look = (): Promise<void> => {
    if (looking) {
      soon = true
      return looking
    }
    soon = false
    looking = lookOnce()
      .catch(failed)
      .finally(() => {
        looking = null
        arm()
      })
    return looking
  }

  const arm = () => {
    timer?.()
    timer = null
    if (!running) return
    const now = clock.now()
    // Waiting executions are not leased ahead of time, as due jobs are.
    const pendingAt = nextPendingAt === null ? Number.POSITIVE_INFINITY : nextPendingAt + CLAIM_AHEAD_MS
    const nextAt = Math.min(nextDueAt ?? Number.POSITIVE_INFINITY, pendingAt)
    // Held: nothing is taken, however much is due; a look only sees whether that is over.
    const delay = !parts.mayClaim()
      ? parts.boundMs
      : untilNextLook({
          now,
          nextAt: soon ? now : Number.isFinite(nextAt) ? nextAt : null,
          backlog,
          room: room(),
          boundMs: parts.boundMs,
        })
    const restMs = restUntil - clock.monotonic()
    if (delay !== null || restMs > 0) timer = clock.after(Math.max(delay ?? 0, restMs), () => void look())
  }

  return {
    start: () => {
      running = true
      void look()
    },
    look: async () => {
      await look()
      await Promise.all(claiming)
    },
    wake: () => {
      nextPendingAt = 0
      pages.forget()
      if (running) void look()
    },
    waiting: (at) => {
      if (nextPendingAt !== null && nextPendingAt <= at) return
      awaitFrom(at)
      if (running && !looking) arm()
    },
    freed: () => {
      if (!backlog || !running || looking || restUntil > clock.monotonic()) return
      if (room() >= WORTHWHILE_ROOM) void look()
      else if (timer === null) arm()
    },
    isBacklogged: () => backlog && running,
    settled: async () => {
      pages.forget()
      await looking
      await Promise.all(claiming)
    },
    stop: async () => {
      running = false
      timer?.()
      await looking
      await Promise.all(claiming)
    },
  }
}
