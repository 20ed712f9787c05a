/** Turns due jobs into a commit: decides on each, sends what waits along, and tells what came of it. */
import type { Assignment } from '../domain/attempt.ts'
import type { Wanted } from '../domain/event.ts'
import type { Batch, BatchResult, Claim, DueJob, Ledger, OutcomeWrite } from '../store/store.ts'
import { assignmentsOf } from './assignments.ts'
import { decide, policiesOf } from './decide.ts'

/** Outcomes that travel in a commit of claims: exactly one of the two functions is called, once. */
export type Companions = {
  readonly outcomes: readonly OutcomeWrite[]
  readonly committed: (result: BatchResult) => void
  readonly failed: () => void
}

export type ClaimerParts = {
  readonly ledger: Ledger
  readonly leaseNow: () => number
  readonly newId: () => string
  readonly companions: () => Companions
  readonly abort: (executionIds: readonly string[]) => void
  /** A commit was sent and is not answered yet. */
  readonly onSent: (now: number) => void
  /** An execution was born that waits in the queue from `at`. */
  readonly onWaiting: (at: number) => void
  /** The earliest stored instant after the commit. */
  readonly onNextDue: (at: number | null) => void
  readonly wanted: Wanted
}

/** Resolves with what may be sent. */
export type ClaimAll = (
  jobs: readonly DueJob[],
  by: {
    readonly now: number
    readonly nodeKey: number
    /** Told before the commit: how many places the runs will take. The rest waits in the queue, or does not run. */
    readonly onDecided: (places: number) => void
  },
) => Promise<readonly Assignment[]>

export const createClaimer = (parts: ClaimerParts): ClaimAll => {
  const commit = async (
    claims: readonly Claim[],
    jobs: readonly DueJob[],
    by: { readonly now: number; readonly nodeKey: number },
  ): Promise<{ readonly assignments: readonly Assignment[]; readonly busy: readonly DueJob[] }> => {
    const result = await commitWithCompanions({ ...by, leaseNow: parts.leaseNow(), claims })
    parts.onNextDue(result.nextDueAt)
    if (result.cancelledIds.length > 0) parts.abort(result.cancelledIds)
    const assignments: Assignment[] = []
    const busy: DueJob[] = []
    claims.forEach((claim, index) => {
      const job = jobs[index] as DueJob
      if (result.claimed[index] === 'busy') {
        busy.push(job)
      } else if (result.claimed[index] !== 'gone') {
        for (const row of claim.executions) if (row.status === 'pending') parts.onWaiting(row.scheduledFor)
        if (result.claimed[index] === 'claimed') assignments.push(...assignmentsOf(claim, job))
        else parts.onWaiting(claim.dueAt)
      }
    })
    return { assignments, busy }
  }

  const commitWithCompanions = async (batch: Omit<Batch, 'outcomes'>): Promise<BatchResult> => {
    const companions = parts.companions()
    try {
      const committing = parts.ledger.commit({ ...batch, outcomes: companions.outcomes })
      parts.onSent(batch.now)
      const result = await committing
      companions.committed(result)
      return result
    } catch (error) {
      companions.failed()
      throw error
    }
  }

  const heard = (claim: Claim): Claim => {
    const { workspaceKey, jobKey } = claim
    const isHeard =
      parts.wanted(workspaceKey, jobKey, 'execution.skipped') || parts.wanted(workspaceKey, jobKey, 'job.ended')
    return isHeard ? { ...claim, told: true } : claim
  }

  return async (jobs, { now, nodeKey, onDecided }) => {
    const queueing = jobs.filter(asksForItsQueue).map((job) => job.jobKey)
    const loads = queueing.length === 0 ? [] : await parts.ledger.load(queueing)
    const queuedBy = new Map(loads.map((load) => [load.jobKey, load.queued]))
    const decideAll = (some: readonly DueJob[], busy: boolean) =>
      some.map((job) => heard(decide(job, { now, newId: parts.newId, queued: queuedBy.get(job.jobKey) ?? 0, busy })))

    const claims = decideAll(jobs, false)
    onDecided(placesOf(claims))
    const { assignments, busy } = await commit(claims, jobs, { now, nodeKey })
    if (busy.length > 0) await commit(decideAll(busy, true), busy, { now, nodeKey })
    return assignments
  }
}

const asksForItsQueue = (job: DueJob): boolean => {
  const { overlap } = policiesOf(job)
  return overlap.startsWith('queue') || (job.limited && overlap === 'skip')
}

const placesOf = (claims: readonly Claim[]): number => {
  let places = 0
  for (const { executions } of claims) for (const { status } of executions) if (status === 'leased') places += 1
  return places
}
