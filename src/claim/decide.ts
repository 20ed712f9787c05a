/** From a due job to the claim that deals with it: its rows, its next instant, its guard. Pure, given ids. */
import type { Timetable } from '../domain/job.ts'
import { type Policies, withDefaults } from '../domain/policies.ts'
import { type Compiled, closingOf, compile } from '../schedule/schedule.ts'
import type { Claim, DueJob, NewExecution } from '../store/store.ts'
import { type Missed, planDue, type Run } from './misfire.ts'
import { entryFor } from './overlap.ts'

export type Decision = {
  readonly now: number
  readonly newId: () => string
  /** Waiting, never tried executions of the job, catch-up work apart. */
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
    ...(job.timetable.lastDay && { closesAt: () => closingOf(job.timetable) }),
  })
  const entry = entryFor(policies.overlap, { queued, busy, limited: job.limited })
  // What is skipped uses up no run.
  const counted = entry.runsAs === 'skipped' ? 0 : plan.runs.length
  const executions: NewExecution[] = plan.missed.map((missed) => missedRow(missed, newId()))
  let onTime = 0
  for (const run of plan.runs) {
    if (run.trigger !== 'catch_up') onTime += 1
    executions.push(
      runRow(run, newId(), entry.runsAs === 'leased' ? bornAs(run, entry.exclusive, onTime) : entry.runsAs),
    )
  }
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
    cancelOthers: entry.cancelOthers && onTime > 0,
    executions,
  }
}

/** Catch-up work goes through the queue, where it has a budget. Under every policy but `allow` one run at a time: others wait. */
const bornAs = (run: Run, exclusive: boolean, onTime: number): 'leased' | 'pending' =>
  run.trigger === 'catch_up' || (exclusive && onTime > 1) ? 'pending' : 'leased'

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
