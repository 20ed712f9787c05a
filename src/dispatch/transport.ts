/** THE PORT between deciding and doing: how an assignment reaches a worker and its outcome comes back. */
import type { Assignment, Outcome } from '../domain/attempt.ts'

export type Transport = {
  /** `done` is called once, also after `cancel`. */
  readonly send: (assignment: Assignment, done: (outcome: Outcome) => void) => void
  /** Stops the call if it is still under way; its outcome is then `cancelled`. */
  readonly cancel: (executionId: string) => void
  readonly close: () => Promise<void>
}
