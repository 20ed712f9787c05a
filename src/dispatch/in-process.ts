/** The transport of a single process: the executor is in the same memory. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Transport } from './transport.ts'

/** What this transport needs of an executor: begin, and a way to stop. */
export type Start = (assignment: Assignment, done: (outcome: Outcome) => void) => () => void

export const createInProcessTransport = (start: Start, close: () => Promise<void>): Transport => {
  const cancels = new Map<string, () => void>()
  return {
    send: (assignment, done) => {
      let ended = false
      // Null until `start` has answered: some end at once.
      let cancel: (() => void) | null = null
      cancel = start(assignment, (outcome) => {
        ended = true
        // A later attempt may have taken its place.
        if (cancel !== null && cancels.get(assignment.executionId) === cancel) cancels.delete(assignment.executionId)
        done(outcome)
      })
      if (!ended) cancels.set(assignment.executionId, cancel)
    },
    cancel: (executionId) => cancels.get(executionId)?.(),
    close,
  }
}
