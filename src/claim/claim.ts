/** Station 2: takes due jobs and waiting executions, once, and hands what may run to whoever sends it. */
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Wanted } from '../domain/event.ts'
import type { DueJob, Ledger } from '../store/store.ts'
import { assignmentOfLeased } from './assignments.ts'
import { type Companions, createClaimer } from './claimer.ts'
import { watchClock } from './clock-watch.ts'
import { createDuePages } from './due-pages.ts'
import { createNeighbours } from './neighbours.ts'
import {
  BESIDE_OTHERS_MS,
  LARGEST_LOOK,
  LOOK_BESIDE_OTHERS,
  NEIGHBOUR_LOOK_MS,
  untilNextLook,
  WORTHWHILE_ROOM,
} from './pace.ts'
import { replanIntervals } from './replan.ts'
import { hogsOf, type Load, mostCatchUp, reserveOf } from './shares.ts'
import { createWaiting } from './waiting.ts'

export { createMembership, LEASE_MS } from './membership.ts'
export { CLAIM_AHEAD_MS } from './pace.ts'
export type { Moved } from './replan.ts'
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
  /** Who holds the places that are taken. */
  readonly load: () => Load
  /** How many places there are in all, and the part of them that catch-up work may hold. */
  readonly capacity: number
  readonly catchUpShare: number
  readonly assign: (assignments: readonly Assignment[]) => void
  /** Outcomes that wait for a commit: each commit of claims takes them along. */
  readonly companions: () => Companions
  /** Executions that `cancel_other` ended: stop calling. */
  readonly abort: (executionIds: readonly string[]) => void
  /** The wall clock went back: instants claimed ahead are far away now. */
  readonly onClockBack: () => void
  /** Somebody listens: what is skipped, and a job's end, are told to them. */
  readonly wanted: Wanted
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
  const neighbours = createNeighbours(ledger)
  let nextDueAt: number | null = null
  let isShared = false
  let askedAt = Number.NEGATIVE_INFINITY
  let backlog = false
  let lastTaken: readonly DueJob[] = []
  let othersFoundAt = Number.NEGATIVE_INFINITY
  let timer: Cancel | null = null
  let looking: Promise<void> | null = null
  let soon = false
  let restUntil = 0
  /** Commits that are not answered yet, and how many places their jobs will take. */
  const claiming = new Set<Promise<void>>()
  let reserved = 0
  let running = false

  const claimAll = createClaimer({
    ...parts,
    onSent: pages.readAhead,
    onWaiting: (at) => waiting.from(at),
    onNextDue: (at) => {
      nextDueAt = at
    },
  })

  /** Places for who holds little. */
  const kept = (): number => reserveOf(parts.capacity, isShared)
  const room = (): number => parts.room() - reserved - kept()
  const catchUpMost = mostCatchUp(parts.capacity, parts.catchUpShare)

  const waiting = createWaiting({
    ...parts,
    room,
    kept,
    catchUpLeft: () => Math.min(room(), catchUpMost - parts.load().catchUp),
    catchUpMost,
    assign: (leased) => parts.assign(leased.map(assignmentOfLeased)),
  })

  const takeDue = async (now: number): Promise<readonly DueJob[]> => {
    const wasBacklog = backlog
    const isBesideOthers = clock.monotonic() - othersFoundAt < BESIDE_OTHERS_MS
    const places = Math.min(room(), isBesideOthers ? LOOK_BESIDE_OTHERS : LARGEST_LOOK)
    const [taken, others] = await Promise.all([
      places > 0 ? pages.take(now, places) : { jobs: [], nextDueAt, more: true },
      wasBacklog ? takeDueOfOthers(now) : [],
    ])
    backlog = taken.more
    nextDueAt = taken.nextDueAt
    if (!isShared) lastTaken = []
    else if (taken.jobs.length > 0) lastTaken = taken.jobs
    if (others.length === 0) return taken.jobs
    othersFoundAt = clock.monotonic()
    const known = new Set(others.map(({ jobKey }) => jobKey))
    return [...others, ...taken.jobs.filter(({ jobKey }) => !known.has(jobKey))]
  }

  /** The reserve is for who holds little, so that nobody's flood fills all places and all pages. */
  const takeDueOfOthers = (now: number): Promise<readonly DueJob[]> => {
    const counts = new Map(parts.load().byWorkspace)
    // Quick calls hold no place for long: who filled the last page counts as well.
    for (const { workspaceKey } of lastTaken) counts.set(workspaceKey, (counts.get(workspaceKey) ?? 0) + 1)
    return neighbours.find({ now, limit: Math.min(kept(), room() + kept()), hogs: hogsOf(counts, parts.capacity) })
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
      waiting.ask()
      isShared = await ledger.isShared()
    }
    // Waiting work first: it is older than what falls due now, and little of it exists.
    await waiting.lease(nodeKey, 'on time')
    const jobs = await takeDue(now)
    const before = [...claiming]
    const claimed = claimAndAssign(jobs, now, nodeKey)
    // Under backlog the next look waits only for the commit before this one, so that the store never waits for us.
    if (!backlog) await claimed
    else await Promise.all(before)
    // What the claims put into the queue, such as a run that must keep its place behind others; then what is made up for.
    await waiting.lease(nodeKey, 'all')
  }

  const claimAndAssign = async (jobs: readonly DueJob[], now: number, nodeKey: number): Promise<void> => {
    if (jobs.length === 0) return
    let places = 0
    const reserve = (count: number) => {
      reserved += count - places
      places = count
    }
    reserve(jobs.length)
    const done = claimAll(jobs, { now, nodeKey, onDecided: reserve })
      .then((claimed) => {
        reserve(0)
        if (claimed.length > 0) parts.assign(claimed)
      })
      .catch((error: unknown) => {
        reserve(0)
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
    const nextAt = Math.min(nextDueAt ?? Number.POSITIVE_INFINITY, waiting.nextLookAt() ?? Number.POSITIVE_INFINITY)
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
    const untilMs = delay ?? (isShared ? NEIGHBOUR_LOOK_MS : null)
    if (untilMs !== null || restMs > 0) timer = clock.after(Math.max(untilMs ?? 0, restMs), () => void look())
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
      waiting.ask()
      pages.forget()
      if (running) void look()
    },
    waiting: (at) => {
      const isSooner = waiting.isSooner(at)
      waiting.from(at)
      if (isSooner && running && !looking) arm()
    },
    freed: () => {
      if (!running || looking || restUntil > clock.monotonic()) return
      if (backlog && room() >= WORTHWHILE_ROOM) void look()
      else if ((backlog && timer === null) || waiting.isCatchUpFree()) arm()
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
