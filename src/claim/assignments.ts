/** From what the store gave to what a worker is given. Pure. */
import type { Assignment } from '../domain/attempt.ts'
import { withDefaults } from '../domain/policies.ts'
import type { Claim, DueJob, LeasedExecution } from '../store/store.ts'
import { policiesOf } from './decide.ts'

/** The runs of a claim that hold a lease from birth. */
export const assignmentsOf = (claim: Claim, job: DueJob): Assignment[] =>
  claim.executions
    .filter((row) => row.status === 'leased')
    .map((row) => ({
      executionId: row.id,
      workspaceKey: job.workspaceKey,
      jobId: job.jobId,
      jobKey: job.jobKey,
      jobName: job.jobName,
      attempt: 1,
      scheduledFor: row.scheduledFor,
      trigger: row.trigger,
      timeoutMs: policiesOf(job).timeoutMs,
      target: job.target,
      policies: job.policies,
    }))

export const assignmentOfLeased = (leased: LeasedExecution): Assignment => ({
  ...leased,
  timeoutMs: withDefaults(leased.policies).timeoutMs,
})
