/** Running a job by hand, and the instants it ran and will run at. */
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import { REASONS, type Reason, type Status, type Trigger } from '../domain/execution.ts'
import { newId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import { withDefaults } from '../domain/policies.ts'
import { compile, instantsBetween } from '../schedule/schedule.ts'
import type { OccurrenceRow } from '../store/store.ts'
import { jobFor, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { runsLeft } from './due.ts'
import { createEndDates, refuseExpired } from './end-dates.ts'
import { type ExecutionView, executionView } from './execution-view.ts'
import { refuse } from './fields.ts'
import { noting } from './noting.ts'
import { overridden, type RunOverrides, refuseAddress } from './targets.ts'
import { staleError } from './written.ts'

export type RunChoice = {
  /** Refused as stale when the job has another version. */
  readonly ifVersion?: number | null
  /** For a request that may be repeated: an execution that has this id already is the answer. */
  readonly executionId?: string | undefined
}

export type OccurrenceView = {
  /** Null for a coming one. */
  readonly executionId: string | null
  readonly scheduledFor: number
  /** A range of occurrences that did not run: its newest instant, and how many. */
  readonly lastFor: number | null
  readonly occurrences: number
  readonly status: Status | 'planned'
  readonly trigger: Trigger
  readonly reason: Reason | null
  readonly reasonText: string | null
}

const MOST_OCCURRENCES = 100

export const createJobRuns = (deps: Deps) => {
  const { store, clock, signals, mayCall } = deps
  const { today } = createEndDates(deps)
  /** Whatever the state of the job: somebody asks for it. But not after its end date. */
  const run = async (
    actor: Actor,
    id: string,
    overrides: RunOverrides = {},
    { ifVersion = null, executionId }: RunChoice = {},
  ): Promise<ExecutionView> => {
    const job = await jobFor(store, actor, 'job.run', id)
    const made = executionId === undefined ? null : await store.executions.byId(job.workspaceKey, executionId)
    if (made !== null) return executionView(made)
    if (ifVersion !== null && job.version !== ifVersion) throw staleError(job.version)
    refuseExpired(job.timetable, today())
    const { target, errors } = overridden(deps.auth.secrets, job, overrides)
    refuse(errors)
    if (target !== null) refuseAddress(target, mayCall)
    const runId = executionId ?? newId()
    const subject = { kind: 'execution', id: runId }
    const execution = await noting(deps, actor, { deed: 'job.run', subject, jobId: id }).executions.createManual({
      id: runId,
      workspaceKey: job.workspaceKey,
      jobKey: job.key,
      now: clock.now(),
      exclusive: withDefaults(job.policies).overlap !== 'allow',
      requestedBy: userIdOf(actor),
      target,
      ifVersion,
    })
    signals.wake()
    return executionView(execution)
  }

  const occurrences = async (
    actor: Actor,
    id: string,
    { past, coming }: { readonly past: number; readonly coming: number },
  ): Promise<readonly OccurrenceView[]> => {
    const job = await jobFor(store, actor, 'job.view', id)
    checkCount('past', past)
    checkCount('coming', coming)
    const now = clock.now()
    const rows = past === 0 ? [] : await store.executions.occurrences(job.workspaceKey, job.key, now + 1, past)
    return [...rows.map(pastView).reverse(), ...comingInstants(job, now, coming).map(plannedView)]
  }

  return { run, occurrences }
}

const checkCount = (field: 'past' | 'coming', count: number): void => {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_OCCURRENCES) return
  throw invalid(field, count, `give a whole number from 0 to ${MOST_OCCURRENCES}`)
}

const comingInstants = (job: Job, now: number, count: number): number[] =>
  job.state === 'active'
    ? instantsBetween(compile(job.timetable, job.id), now, Number.POSITIVE_INFINITY, Math.min(count, runsLeft(job)))
    : []

const pastView = ({ id, reason, ...row }: OccurrenceRow): OccurrenceView => ({
  executionId: id,
  scheduledFor: row.scheduledFor,
  lastFor: row.lastFor,
  occurrences: row.occurrences,
  status: row.status,
  trigger: row.trigger,
  reason,
  reasonText: reason === null ? null : REASONS[reason],
})

const plannedView = (scheduledFor: number): OccurrenceView => ({
  executionId: null,
  scheduledFor,
  lastFor: null,
  occurrences: 1,
  status: 'planned',
  trigger: 'schedule',
  reason: null,
  reasonText: null,
})
