/** From a due job to the claim that deals with it: its rows, its next instant, its guard. Pure, given ids. */
import type { Timetable } from '../domain/job.ts'
import { type Policies, withDefaults } from '../domain/policies.ts'
import { type Compiled, compile } from '../schedule/schedule.ts'
import type { Claim, DueJob, NewExecution } from '../store/store.ts'
import { type Missed, planDue, type Run } from './misfire.ts'
import { entryFor } from './overlap.ts'

export type Decision = {
  readonly now: number
  readonly newId: () => string
  /** Waiting, never tried executions of the job. */
  readonly queued: number
  /** The store found that an execution of the job holds a lease. */
  readonly busy: boolean
}

export const policiesOf = (job: DueJob): Policies => withDefaults(job.policies)

/** Jobs share their timetables; only jitter and spread make of one something of a job's own. */
export const compiledOf = ({ timetable, jobId }: DueJob): Compiled => {
  const known = compiledBy.get(timetable)
  if (known !== undefined) return known
  const compiled = compile(timetable, jobId)
  if (!timetable.jitterMs && !timetable.spreadMs) compiledBy.set(timetable, compiled)
  return compiled
}

const compiledBy = new WeakMap<Timetable, Compiled>()

export const decide = (job: DueJob, { now, newId, queued, busy }: Decision): Claim => {
  const policies = policiesOf(job)
  const { maxRuns } = job.timetable
  const runsLeft = maxRuns === undefined ? Number.POSITIVE_INFINITY : maxRuns - job.runs
  const plan = planDue({
    compiled: compiledOf(job),
    dueAt: job.dueAt,
    now,
    misfire: policies.misfire,
    runsLeft,
  })
  const entry = entryFor(policies.overlap, { queued, busy })
  // What is skipped uses up no run.
  const counted = entry.runsAs === 'skipped' ? 0 : plan.runs.length
  const executions: NewExecution[] = plan.missed.map((missed) => missedRow(missed, newId()))
  plan.runs.forEach((run, index) => {
    // Under every policy but `allow` one run at a time: those made up for queue behind the first.
    const status = entry.runsAs === 'leased' && index > 0 && entry.exclusive ? 'pending' : entry.runsAs
    executions.push(runRow(run, newId(), status))
  })
  return {
    jobKey: job.jobKey,
    workspaceKey: job.workspaceKey,
    scheduleVersion: job.scheduleVersion,
    dueAt: job.dueAt,
    nextAt: counted >= runsLeft ? null : plan.nextAt,
    raiseVersion: false,
    countRuns: maxRuns === undefined ? 0 : counted,
    exclusive: entry.exclusive,
    onlyIf: entry.onlyIf,
    cancelOthers: entry.cancelOthers && plan.runs.length > 0,
    executions,
  }
}

const runRow = (run: Run, id: string, status: 'leased' | 'pending' | 'skipped'): NewExecution => ({
  id,
  scheduledFor: run.at,
  trigger: run.trigger,
  status,
  reason: status === 'skipped' ? 'overlap' : null,
  lastFor: null,
  occurrences: 1,
})

const missedRow = (missed: Missed, id: string): NewExecution => ({
  id,
  scheduledFor: missed.first,
  trigger: 'schedule',
  status: 'missed',
  reason: missed.reason,
  lastFor: missed.count > 1 ? missed.last : null,
  occurrences: missed.count,
})
