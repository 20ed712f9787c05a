/** What becomes of an execution when an attempt has ended, as the row to write. Pure, given `random`. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Wanted } from '../domain/event.ts'
import { withDefaults } from '../domain/policies.ts'
import { reportWithinMs } from '../domain/target.ts'
import type { OutcomeWrite } from '../store/store.ts'
import { crashOf } from './crashes.ts'
import { retryAt } from './retry.ts'

export type Recorded = {
  readonly assignment: Assignment
  readonly outcome: Outcome
  readonly to: OutcomeWrite['to']
  /** When another attempt follows. */
  readonly notBefore: number | null
}

export const outcomeWrite = (
  assignment: Assignment,
  outcome: Outcome,
  now: number,
  random: () => number,
): OutcomeWrite => {
  const policies = withDefaults(assignment.policies)
  const { attempt } = assignment
  const written = {
    workspaceKey: assignment.workspaceKey,
    jobKey: assignment.jobKey,
    executionId: assignment.executionId,
    attempt,
    handedBack: false,
    startedAt: outcome.startedAt,
    finishedAt: outcome.finishedAt,
    statusCode: outcome.statusCode,
    error: outcome.error,
    output: outcome.output,
    pauseAfterFailures: null,
    ...crashOf(assignment.target, outcome),
  }
  switch (outcome.kind) {
    case 'success':
      return { ...written, to: 'success', notBefore: null, reason: null, keepAttempt: attempt > 1 }
    case 'accepted':
      return {
        ...written,
        to: 'running',
        notBefore: outcome.finishedAt + (reportWithinMs(assignment.target) ?? 0),
        reason: null,
        keepAttempt: false,
      }
    case 'cancelled':
      // Cut by the server's own stop: somebody's cancel has ended the row before, and this write is then dropped.
      return policies.delivery === 'at_most_once'
        ? { ...written, to: 'uncertain', notBefore: null, reason: 'node_lost', keepAttempt: true }
        : { ...written, to: 'pending', notBefore: now, reason: null, keepAttempt: true }
    case 'failure': {
      const again = retryAt({ retry: policies.retry, attempt, outcome, now, random })
      return again === null
        ? {
            ...written,
            to: 'failed',
            notBefore: null,
            reason: attempt > 1 ? 'attempts_used_up' : null,
            keepAttempt: attempt > 1,
            pauseAfterFailures: policies.pauseAfterFailures,
          }
        : { ...written, to: 'pending', notBefore: again, reason: null, keepAttempt: true }
    }
  }
}

/** A success is told where somebody listens. */
export const heard = (write: OutcomeWrite, wanted: Wanted): OutcomeWrite =>
  write.to === 'success' && wanted(write.workspaceKey, write.jobKey, 'execution.succeeded')
    ? { ...write, told: true }
    : write

export const handBackWrite = (assignment: Assignment): OutcomeWrite => ({
  workspaceKey: assignment.workspaceKey,
  jobKey: assignment.jobKey,
  executionId: assignment.executionId,
  attempt: assignment.attempt,
  to: 'pending',
  notBefore: assignment.scheduledFor,
  handedBack: true,
  reason: null,
  startedAt: null,
  finishedAt: null,
  statusCode: null,
  error: null,
  output: null,
  keepAttempt: false,
  pauseAfterFailures: null,
})
