/** Limits and catch-up work between the wire and the use cases. */
import type { Allowance } from '../../domain/limits.ts'
import type { CatchUpView, LimitView } from '../../services/services.ts'
import type * as wire from '../contract/limits.ts'
import { rateFrom, rateToWire } from './policies.ts'
import { instant, instantOrNull } from './values.ts'

export const limitToWire = (limit: LimitView): wire.Limit => ({
  name: limit.name,
  concurrency: limit.concurrency,
  rate: rateToWire(limit.rate),
  running: limit.running,
  waiting: limit.waiting,
  version: limit.version,
  created_at: instant(limit.createdAt),
  updated_at: instant(limit.updatedAt),
})

export const allowanceFrom = ({ concurrency = null, rate = null }: wire.LimitSet): Allowance => ({
  concurrency,
  rate: rateFrom(rate),
})

export const catchUpToWire = (work: CatchUpView): wire.CatchUp => ({
  paused: work.pausedAt !== null,
  paused_at: instantOrNull(work.pausedAt),
  pending: work.pending,
  running: work.running,
  oldest_scheduled_for: instantOrNull(work.oldestScheduledFor),
  started_last_minute: work.startedLastMinute,
  seconds_left: work.secondsLeft,
})
