/** Station 2: takes due jobs and waiting executions, once, and hands what may run to whoever sends it. */
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Batch, BatchResult, Claim, DueJob, Ledger, OutcomeWrite } from '../store/store.ts'
import { assignmentOfLeased, assignmentsOf } from './assignments.ts'
import { watchClock } from './clock-watch.ts'
import { decide, policiesOf } from './decide.ts'
import { CLAIM_AHEAD_MS, LARGEST_LOOK, untilNextLook, WORTHWHILE_ROOM } from './pace.ts'
import { replanIntervals } from './replan.ts'

export { createMembership } from './membership.ts'
export { CLAIM_AHEAD_MS } from './pace.ts'

/** What is later than this goes behind what is on time. */
const LATE_MS = 2000
/** After a look that failed, the next one waits at least this long: a database that is away is not asked in a loop. */
const REST_MS = 250
const LAST_KEY = Number.MAX_SAFE_INTEGER

export type ClaimParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  /** The time by which leases are judged: never jumps. */
  readonly leaseNow: () => number
  readonly newId: () => string
  /** Null while this node may not schedule. */
  readonly nodeKey: () => number | null
  /** How many more assignments can be taken. */
  readonly room: () => number
  readonly assign: (assignments: readonly Assignment[]) => void
  /** Outcomes that wait for a commit: each commit of claims takes them along. */
  readonly companions: () => Companions
  /** Executions that `cancel_other` ended: stop calling. */
  readonly abort: (executionIds: readonly string[]) => void
  /** The wall clock went back: instants claimed ahead are far away now. */
  readonly onClockBack: () => void
  readonly onFault: (error: unknown) => void
  /** The longest time between two looks. */
  readonly boundMs: number
}

export type Companions = {
  readonly outcomes: readonly OutcomeWrite[]
  readonly committed: (result: BatchResult) => void
  readonly failed: () => void
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
  /** Resolves when the look under way, if there is one, is through. */
  readonly settled: () => Promise<void>
  /** No look begins after this; resolves when the last one is through. */
  readonly stop: () => Promise<void>
}

export const createClaimStation = (parts: ClaimParts): ClaimStation => {
  const { ledger, clock } = parts
  const jumped = watchClock()
  let nextDueAt: number | null = null
  let nextPendingAt: number | null = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let backlog = false
  let timer: Cancel | null = null
  let looking: Promise<void> | null = null
  let soon = false
  let restMs = 0
  let running = false

  /** On-time jobs first; late ones with the room that is left. */
  const takeDue = async (now: number, room: number): Promise<DueJob[]> => {
    const limit = Math.min(room, LARGEST_LOOK)
    const edge = now - LATE_MS
    const onTime = await ledger.due({ until: now + CLAIM_AHEAD_MS, limit, after: { dueAt: edge, jobKey: LAST_KEY } })
    const jobs = [...onTime.jobs]
    if (jobs.length < limit && onTime.nextDueAt !== null && onTime.nextDueAt <= edge) {
      jobs.push(...(await ledger.due({ until: edge, limit: limit - jobs.length, after: null })).jobs)
    }
    backlog = jobs.length === limit
    nextDueAt = onTime.nextDueAt
    return jobs
  }

  const claimAll = async (jobs: readonly DueJob[], now: number, nodeKey: number): Promise<readonly Assignment[]> => {
    const queueing = jobs.filter((job) => policiesOf(job).overlap.startsWith('queue')).map((job) => job.jobKey)
    const loads = queueing.length === 0 ? [] : await ledger.load(queueing)
    const queuedBy = new Map(loads.map((load) => [load.jobKey, load.queued]))
    const decideAll = (some: readonly DueJob[], busy: boolean) =>
      some.map((job) => decide(job, { now, newId: parts.newId, queued: queuedBy.get(job.jobKey) ?? 0, busy }))

    const { assignments, busy } = await commit(decideAll(jobs, false), jobs, { now, nodeKey })
    if (busy.length > 0) await commit(decideAll(busy, true), busy, { now, nodeKey })
    return assignments
  }

  const commit = async (
    claims: readonly Claim[],
    jobs: readonly DueJob[],
    by: { readonly now: number; readonly nodeKey: number },
  ): Promise<{ readonly assignments: readonly Assignment[]; readonly busy: readonly DueJob[] }> => {
    const result = await commitWithCompanions({ ...by, leaseNow: parts.leaseNow(), claims })
    nextDueAt = result.nextDueAt
    if (result.cancelledIds.length > 0) parts.abort(result.cancelledIds)
    const assignments: Assignment[] = []
    const busy: DueJob[] = []
    claims.forEach((claim, index) => {
      const job = jobs[index] as DueJob
      if (result.claimed[index] === 'busy') {
        busy.push(job)
      } else if (result.claimed[index] !== 'gone') {
        for (const row of claim.executions) if (row.status === 'pending') awaitFrom(row.scheduledFor)
        if (result.claimed[index] === 'claimed') assignments.push(...assignmentsOf(claim, job))
        else awaitFrom(claim.dueAt)
      }
    })
    return { assignments, busy }
  }

  const commitWithCompanions = async (batch: Omit<Batch, 'outcomes'>): Promise<BatchResult> => {
    const companions = parts.companions()
    try {
      const result = await ledger.commit({ ...batch, outcomes: companions.outcomes })
      companions.committed(result)
      return result
    } catch (error) {
      companions.failed()
      throw error
    }
  }

  const awaitFrom = (at: number) => {
    nextPendingAt = Math.min(nextPendingAt ?? at, at)
  }

  const leaseWaiting = async (nodeKey: number): Promise<number> => {
    const now = clock.now()
    const limit = Math.min(parts.room(), LARGEST_LOOK)
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
    if (jumped(now, began) < 0) {
      parts.onClockBack()
      await replanIntervals(ledger, { nodeKey, now, leaseNow: parts.leaseNow() })
    }
    // Other processes add waiting executions without a word.
    if (began - askedAt >= parts.boundMs) {
      askedAt = began
      nextPendingAt = 0
    }
    // Waiting work first: it is older than what falls due now, and little of it exists.
    await leaseWaiting(nodeKey)
    const room = parts.room()
    const jobs = room > 0 ? await takeDue(now, room) : []
    backlog = room <= 0 || backlog
    const claimed = jobs.length > 0 ? await claimAll(jobs, now, nodeKey) : []
    if (claimed.length > 0) parts.assign(claimed)
    // What the claims put into the queue, such as a run that must keep its place behind others.
    await leaseWaiting(nodeKey)
  }

  const look = (): Promise<void> => {
    if (looking) {
      soon = true
      return looking
    }
    soon = false
    restMs = 0
    looking = lookOnce()
      .catch((error: unknown) => {
        restMs = REST_MS
        parts.onFault(error)
      })
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
    const delay = untilNextLook({
      now,
      nextAt: soon ? now : Number.isFinite(nextAt) ? nextAt : null,
      backlog,
      room: parts.room(),
      boundMs: parts.boundMs,
    })
    if (delay !== null || restMs > 0) timer = clock.after(Math.max(delay ?? 0, restMs), () => void look())
  }

  return {
    start: () => {
      running = true
      void look()
    },
    look,
    wake: () => {
      nextPendingAt = 0
      if (running) void look()
    },
    waiting: (at) => {
      if (nextPendingAt !== null && nextPendingAt <= at) return
      awaitFrom(at)
      if (running && !looking) arm()
    },
    freed: () => {
      if (!backlog || !running || looking) return
      if (parts.room() >= WORTHWHILE_ROOM) void look()
      else if (timer === null) arm()
    },
    isBacklogged: () => backlog && running,
    settled: async () => {
      await looking
    },
    stop: async () => {
      running = false
      timer?.()
      await looking
    },
  }
}
