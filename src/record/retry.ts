/** Whether and when a failed attempt is followed by another one. Pure. */
import type { Outcome } from '../domain/attempt.ts'
import type { Policies } from '../domain/policies.ts'

export type Failed = {
  readonly retry: Policies['retry']
  /** The attempt that failed. */
  readonly attempt: number
  readonly outcome: Pick<Outcome, 'retryable' | 'retryAfterMs'>
  readonly now: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * Epoch ms of the next attempt, or null for none. "Full jitter": uniform between 0 and the backed-off delay, so that
 * jobs that failed together do not come back together. A `Retry-After` of the target is the least wait.
 */
export const retryAt = ({ retry, attempt, outcome, now, random }: Failed): number | null => {
  if (attempt >= retry.attempts || !outcome.retryable) return null
  const backedOff = Math.min(retry.longestDelayMs, retry.firstDelayMs * retry.factor ** (attempt - 1))
  return now + Math.max(Math.floor(random() * backedOff), outcome.retryAfterMs ?? 0)
}
