/** Starts and stops the stations, in order, and hands each one's result to the next. */
import {
  CLAIM_AHEAD_MS,
  createClaimStation,
  createMembership,
  createZoneWatch,
  LEASE_MS,
  type Moved,
  type ZoneValues,
} from './claim/claim.ts'
import { createDispatchStation, type Transport } from './dispatch/dispatch.ts'
import type { Clock } from './domain/clock.ts'
import type { Interest } from './domain/event.ts'
import type { RetentionRules } from './domain/retention.ts'
import {
  createEndDateWatch,
  createInterests,
  createRecordStation,
  createRecovery,
  createReporting,
  createUpkeep,
  type Recorded,
  type Reporting,
  type UpkeepReport,
} from './record/record.ts'
import type { Ledger, NodeInfo, ReportStore, Store } from './store/store.ts'

export { LEASE_MS }

/** Assignments held and under way at most: bounds memory and what a crash leaves to be repeated. */
const DEFAULT_CAPACITY = 3072
const DEFAULT_CATCH_UP_SHARE = 0.25

/** What the engine tells those who watch: metrics, log, the demo's terminal. */
export type EngineWatcher = {
  readonly recorded: (recorded: readonly Recorded[]) => void
  readonly fenced: (count: number) => void
  readonly recovered: (counts: { readonly retried: number; readonly uncertain: number }) => void
  readonly paused: (jobKeys: readonly number[]) => void
  readonly scheduling: (on: boolean) => void
  readonly fault: (where: string, error: unknown) => void
  /** Jobs that wait for another instant, since the rules of time zones changed. */
  readonly moved: (jobs: readonly Moved[], releases: { readonly from: string; readonly to: string }) => void
  readonly upkeep: (report: UpkeepReport) => void
  /** Jobs that were paused because their end date has passed. */
  readonly expired: (jobKeys: readonly number[]) => void
}

export type EngineParts = {
  readonly ledger: Ledger
  readonly reports: ReportStore
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  readonly node: NodeInfo
  readonly transport: Transport
  readonly watcher: EngineWatcher
  /** The longest time between two looks at the store. */
  readonly boundMs: number
  readonly capacity?: number
  /** The part of the capacity that catch-up work may hold, above 0 and at most 1. */
  readonly catchUpShare?: number
  /** Who listens to what is not written otherwise. Default: nobody. */
  readonly interests?: (now: number) => Promise<readonly Interest[]>
  /** False while the operator holds all claiming. Default: never. */
  readonly mayClaim?: () => boolean
  /** The release of the rules of time zones, and the one that stored instants rest on. Default: they never change. */
  readonly zones?: { readonly release: string; readonly values: ZoneValues }
  /** Where end dates are days. Default: nobody looks after them. */
  readonly endDateZone?: string
  /** Default: nothing is forgotten, nothing summed up. */
  readonly upkeep?: {
    readonly store: Pick<Store, 'retention' | 'rollups' | 'maintenance'>
    readonly bounds: RetentionRules
  }
}

export type ClockJumps = { readonly count: number; readonly last: { readonly at: number; readonly ms: number } | null }

export type Engine = {
  readonly start: () => void
  /** Hands back what is not sent, waits up to `graceMs` for calls under way, records all, gives the lease back. */
  readonly stop: (graceMs: number) => Promise<void>
  readonly scheduling: () => boolean
  readonly inFlight: () => number
  /** Something may be due sooner than the engine believes. */
  readonly wake: () => void
  /** A job was changed: returns when all that was claimed ahead of it before has been sent. */
  readonly changed: (jobKey: number) => Promise<void>
  readonly cancelled: (executionId: string) => void
  /** A target reports what came of an attempt, to whichever process; false when the attempt had ended. */
  readonly reported: Reporting['report']
  /** How often the wall clock jumped since the start, and the last time it did. */
  readonly jumps: () => ClockJumps
  /** For tests, and for those who drive the engine by hand: join, look, recover, flush, once. */
  readonly tick: () => Promise<void>
}

export const createEngine = (parts: EngineParts): Engine => {
  const { ledger, clock, watcher } = parts
  const { capacity = DEFAULT_CAPACITY, catchUpShare = DEFAULT_CATCH_UP_SHARE } = parts
  const leaseNow = steadyTime(clock)
  // The lease is kept until all is recorded, so it alone does not tell that nothing new may begin.
  let stopping = false
  let jumps: ClockJumps = { count: 0, last: null }
  const fault = (where: string) => (error: unknown) => watcher.fault(where, error)

  const interests = createInterests({
    read: parts.interests ?? (async () => []),
    clock,
    onFault: fault('interests'),
  })

  const membership = createMembership({
    ledger,
    clock,
    node: parts.node,
    leaseNow,
    onJoined: () => {
      if (stopping) return
      watcher.scheduling(true)
      interests.start()
      // What a predecessor left is taken back first: it is older than anything that falls due now.
      void recovery
        .start()
        .then(planZones)
        .then(() => {
          if (stopping || membership.nodeKey() === null) return
          claim.start()
          endDates?.start()
          upkeep?.start()
        })
      reporting.start()
    },
    onLost: () => {
      watcher.scheduling(false)
      interests.stop()
      dispatch.abandon()
      record.abandon()
      void claim.stop()
      void recovery.stop()
      void reporting.stop()
      void endDates?.stop()
      void upkeep?.stop()
    },
    onFault: fault('membership'),
  })

  const onRecorded = (recorded: readonly Recorded[]) => {
    for (const { notBefore } of recorded) if (notBefore !== null) claim.waiting(notBefore)
    watcher.recorded(recorded)
  }

  const record = createRecordStation({
    ledger,
    clock,
    random: parts.random,
    nodeKey: membership.nodeKey,
    leaseNow,
    othersCommitSoon: () => claim.isBacklogged(),
    wanted: interests.wanted,
    onRecorded,
    onFenced: watcher.fenced,
    onAwaited: (until) => reporting.awaited(until),
    onReleased: () => claim.waiting(clock.now()),
    onPaused: watcher.paused,
    onFault: fault('record'),
  })

  const reporting = createReporting({
    reports: parts.reports,
    clock,
    random: parts.random,
    wanted: async () => {
      await interests.refresh()
      return interests.wanted
    },
    active: () => membership.nodeKey() !== null,
    onRecorded,
    onReleased: () => claim.waiting(clock.now()),
    onPaused: watcher.paused,
    onFault: fault('record'),
  })

  const dispatch = createDispatchStation({
    clock,
    transport: parts.transport,
    capacity,
    mayStartCalls: membership.mayStartCalls,
    onOutcome: (assignment, outcome) => {
      record.record(assignment, outcome)
      claim.freed()
    },
    onHandBack: (assignment) => {
      record.handBack(assignment)
      claim.waiting(assignment.scheduledFor)
    },
  })

  const claim = createClaimStation({
    ledger,
    clock,
    leaseNow,
    newId: parts.newId,
    nodeKey: membership.nodeKey,
    room: dispatch.room,
    load: dispatch.load,
    capacity,
    catchUpShare,
    assign: dispatch.assign,
    companions: record.handOver,
    mayClaim: parts.mayClaim ?? (() => true),
    onJump: (ms) => {
      jumps = { count: jumps.count + 1, last: { at: clock.now(), ms } }
    },
    abort: (ids) => ids.forEach(dispatch.cancel),
    onClockBack: dispatch.handBackHeld,
    wanted: interests.wanted,
    onFault: fault('claim'),
    boundMs: parts.boundMs,
  })

  const recovery = createRecovery({
    ledger,
    clock,
    leaseNow,
    active: () => membership.nodeKey() !== null,
    onRecovered: (counts) => {
      claim.waiting(clock.now())
      watcher.recovered(counts)
    },
    onQuarantined: watcher.paused,
    onFault: fault('recover'),
  })

  const planZones =
    parts.zones === undefined
      ? async () => {}
      : createZoneWatch({
          ...parts.zones,
          ledger,
          clock,
          leaseNow,
          nodeKey: membership.nodeKey,
          onMoved: watcher.moved,
          onFault: fault('zones'),
        })

  const endDates =
    parts.endDateZone === undefined
      ? null
      : createEndDateWatch({
          ledger,
          clock,
          zone: parts.endDateZone,
          active: () => membership.nodeKey() !== null,
          onExpired: watcher.expired,
          onFault: fault('end dates'),
        })

  const upkeep =
    parts.upkeep === undefined
      ? null
      : createUpkeep({
          ...parts.upkeep,
          clock,
          active: () => membership.nodeKey() !== null,
          onRound: watcher.upkeep,
          onFault: fault('upkeep'),
        })

  return {
    start: membership.start,
    stop: async (graceMs) => {
      stopping = true
      interests.stop()
      await claim.stop()
      await recovery.stop()
      await reporting.stop()
      await endDates?.stop()
      await upkeep?.stop()
      await dispatch.drain(graceMs)
      await record.flush()
      await membership.stop()
      await parts.transport.close()
    },
    scheduling: () => membership.nodeKey() !== null,
    inFlight: dispatch.inFlight,
    wake: claim.wake,
    changed: async (jobKey) => {
      // What another process claimed ahead is not known here, but how far ahead it may be.
      let until: number | null = clock.now() + CLAIM_AHEAD_MS
      if (membership.nodeKey() !== null) {
        // A look may have claimed under the former timetable and not handed over yet.
        await claim.settled()
        until = dispatch.heldUntil(jobKey)
      }
      // A timer may ring a fraction of a millisecond early.
      if (until !== null) await ringAfter(clock, until - clock.now() + 1)
    },
    cancelled: dispatch.cancel,
    reported: async (attempt, told, note) => {
      const isRecorded = await reporting.report(attempt, told, note)
      // Its call may still be open here, and nothing that comes of it counts any more.
      if (isRecorded) dispatch.cancelAttempt(attempt.executionId, attempt.attempt)
      return isRecorded
    },
    jumps: () => jumps,
    tick: async () => {
      await membership.tick()
      await interests.refresh()
      await recovery.scan()
      await reporting.sweep()
      await claim.look()
      await record.flush()
      await endDates?.look()
    },
  }
}

const ringAfter = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve)
  })

/** A time that only goes forward, at real pace: a wall clock that is set must not end leases, nor prolong them. */
const steadyTime = (clock: Clock): (() => number) => {
  const offset = clock.now() - clock.monotonic()
  return () => Math.floor(clock.monotonic() + offset)
}
