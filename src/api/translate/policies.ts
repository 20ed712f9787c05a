/** Policies between the wire and the domain. */
import type { Policies } from '../../domain/policies.ts'
import type { Rate } from '../../domain/rate.ts'
import type * as wire from '../contract/policies.ts'
import { toMs, toSeconds } from './values.ts'

/** What a caller leaves out comes from `base`: the defaults for a new job, the present policies for an edit. */
export const policiesFrom = (input: wire.PoliciesInput, base: Policies): Policies => {
  const { retry = {}, misfire = {} } = input
  return {
    retry: {
      attempts: retry.attempts ?? base.retry.attempts,
      firstDelayMs: msOr(retry.first_delay_seconds, base.retry.firstDelayMs),
      factor: retry.factor ?? base.retry.factor,
      longestDelayMs: msOr(retry.longest_delay_seconds, base.retry.longestDelayMs),
    },
    misfire: {
      mode: misfire.mode ?? base.misfire.mode,
      windowMs: msOr(misfire.window_seconds, base.misfire.windowMs),
      cap: misfire.cap ?? base.misfire.cap,
    },
    overlap: input.overlap ?? base.overlap,
    timeoutMs: msOr(input.timeout_seconds, base.timeoutMs),
    delivery: input.delivery ?? base.delivery,
    pauseAfterFailures: input.pause_after_failures === undefined ? base.pauseAfterFailures : input.pause_after_failures,
    concurrency: input.concurrency === undefined ? base.concurrency : input.concurrency,
    rate: input.rate === undefined ? base.rate : rateFrom(input.rate),
    limits: input.limits ?? base.limits,
  }
}

export const rateFrom = (rate: wire.RateInput | null): Rate | null =>
  rate === null ? null : { count: rate.count, perMs: toMs(rate.per_seconds), burst: rate.burst ?? 1 }

export const rateToWire = (rate: Rate | null): wire.Rate | null =>
  rate === null ? null : { count: rate.count, per_seconds: toSeconds(rate.perMs), burst: rate.burst }

const msOr = (seconds: number | undefined, otherwise: number): number =>
  seconds === undefined ? otherwise : toMs(seconds)

export const policiesToWire = ({ retry, misfire, ...rest }: Policies): wire.Policies => ({
  retry: {
    attempts: retry.attempts,
    first_delay_seconds: toSeconds(retry.firstDelayMs),
    factor: retry.factor,
    longest_delay_seconds: toSeconds(retry.longestDelayMs),
  },
  misfire: { mode: misfire.mode, window_seconds: toSeconds(misfire.windowMs), cap: misfire.cap },
  overlap: rest.overlap,
  timeout_seconds: toSeconds(rest.timeoutMs),
  delivery: rest.delivery,
  pause_after_failures: rest.pauseAfterFailures,
  concurrency: rest.concurrency,
  rate: rateToWire(rest.rate),
  limits: [...rest.limits],
})
