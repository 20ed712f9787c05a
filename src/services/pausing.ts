/** Pausing a job, and taking it up again with or without what it missed. */
import type { Actor } from '../domain/actor.ts'
import { newId } from '../domain/ids.ts'
import type { Job, JobState } from '../domain/job.ts'
import { type MisfireMode, withDefaults } from '../domain/policies.ts'
import { compile } from '../schedule/schedule.ts'
import type { NewExecution, ResumePlan } from '../store/store.ts'
import { jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { A_MOMENT_MS, nextInstant, runsLeft, stateWith } from './due.ts'
import { createEndDates, refuseExpired } from './end-dates.ts'
import { jobFacts } from './facts.ts'
import { type JobView, jobViews } from './job-view.ts'
import { leavingOf, missedWhilePaused } from './leaving.ts'
import { missedRow } from './missed.ts'
import { noting } from './noting.ts'
import { type CatchUp, catchUpOf, type Paused, wouldRun } from './resume-plan.ts'
import { written } from './written.ts'

export type ResumeChoice = {
  /** What becomes of the instants that passed while the job was paused; default `skip`. */
  readonly catchUp?: MisfireMode | undefined
  /** Only count, change nothing. */
  readonly dryRun?: boolean | undefined
}

export type Resumed = {
  readonly job: JobView
  /** Executions that each mode makes of what was missed. */
  readonly wouldRun: Readonly<Record<MisfireMode, number>>
  readonly missed: number
}

export const createPausing = (deps: Deps) => {
  const { store, clock, auth, signals } = deps
  const { today } = createEndDates(deps)
  const viewOf = async (job: Job): Promise<JobView> => (await jobViews(deps, job.workspaceKey, [job]))[0] as JobView

  const moving = (actor: Actor, deed: 'job.paused' | 'job.resumed', job: Job, state: JobState) =>
    noting(deps, actor, {
      deed,
      subject: { kind: 'job', id: job.id },
      before: jobFacts(auth.secrets, job, job),
      after: jobFacts(auth.secrets, job, { ...job, state }),
    })

  const pauseJob = async (actor: Actor, job: Job): Promise<Job | null> => {
    if (job.state === 'paused') return job
    const now = clock.now()
    const at = await leavingOf(store, job, { now, reason: 'paused' })
    return moving(actor, 'job.paused', job, 'paused').jobs.pause(job, 'by_user', at)
  }

  /** Who asks may rely on it: nothing fires any more once this has answered. */
  const pause = async (actor: Actor, id: string, ifVersion: number | null = null): Promise<JobView> => {
    const job = await written({
      ifVersion,
      read: () => jobFor(store, actor, 'job.change', id),
      write: (job) => pauseJob(actor, job),
    })
    await signals.changed(job.key)
    return viewOf(job)
  }

  const resume = async (
    actor: Actor,
    id: string,
    { catchUp = 'skip', dryRun = false }: ResumeChoice,
    ifVersion: number | null = null,
  ): Promise<Resumed> => {
    const answer = await written({
      ifVersion,
      read: () => jobFor(store, actor, 'job.change', id),
      write: async (job) => {
        const now = clock.now()
        const paused = pausedOf(job, now)
        if (paused === null) return { job, wouldRun: { skip: 0, latest: 0, all: 0 }, missed: 0 }
        refuseExpired(job.timetable, today())
        const resumed = () => {
          const plan = planOf(job, catchUpOf(paused, catchUp), now)
          return moving(actor, 'job.resumed', job, plan.state).jobs.resume(job, plan, { now })
        }
        const after = dryRun ? job : await resumed()
        return after === null ? null : { job: after, wouldRun: wouldRun(paused), missed: paused.missed?.count ?? 0 }
      },
    })
    if (!dryRun) signals.wake()
    return { ...answer, job: await viewOf(answer.job) }
  }

  return { pause, resume }
}

/** Null for a job that is not paused: there is nothing to take up. */
const pausedOf = (job: Job, now: number): Paused | null =>
  job.state !== 'paused'
    ? null
    : {
        compiled: compile(job.timetable, job.id),
        missed: missedWhilePaused(job, now),
        cap: withDefaults(job.policies).misfire.cap,
        runsLeft: runsLeft(job),
      }

const planOf = (job: Job, catchUp: CatchUp, now: number): ResumePlan => {
  const countRuns = job.timetable.maxRuns === undefined ? 0 : catchUp.runs.length
  const dueAt = nextInstant({ ...job, runs: job.runs + countRuns }, takenUpTo(job, now))
  return {
    dueAt,
    state: stateWith(job.timetable, dueAt),
    executions: rowsOf(catchUp),
    countRuns,
    exclusive: withDefaults(job.policies).overlap !== 'allow',
  }
}

/**
 * A run taken a moment ahead of its time may still be to come: the schedule goes on after it. Rows that lie further ahead
 * are from before the clock went back; waiting for those times to come again would keep the job silent.
 */
export const takenUpTo = ({ missedAfter }: Job, now: number): number =>
  missedAfter !== null && missedAfter > now && missedAfter - now <= A_MOMENT_MS ? missedAfter : now

const rowsOf = ({ runs, missed }: CatchUp): NewExecution[] => [
  ...(missed === null ? [] : [missedRow(missed, missed.reason)]),
  ...runs.map(
    (scheduledFor): NewExecution => ({
      id: newId(),
      scheduledFor,
      trigger: 'catch_up',
      status: 'pending',
      reason: null,
      lastFor: null,
      occurrences: 1,
    }),
  ),
]
