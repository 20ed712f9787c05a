/** Which attempts count towards the quarantine of a job. Pure. */
import type { Outcome } from '../domain/attempt.ts'
import type { Target } from '../domain/target.ts'
import type { OutcomeWrite } from '../store/store.ts'

/** Only functions run inside our own process. A failure that leaves its thread standing neither counts nor clears. */
export const crashOf = (
  target: Target,
  { kind, failure }: Pick<Outcome, 'kind' | 'failure'>,
): Pick<OutcomeWrite, 'crash'> => {
  if (target.kind !== 'function') return {}
  if (failure === 'crashed') return { crash: 'counts' }
  return kind === 'success' ? { crash: 'clears' } : {}
}

/** A node that ended while it ran a function may have been brought down by it. */
export const mayHaveCrashedNode = (target: Target): boolean => target.kind === 'function'
