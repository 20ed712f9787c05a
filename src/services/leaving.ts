/** A job leaves the instants it had so far, by a pause, an edit or its end: those that had come and nobody took are told. */
import type { Reason } from '../domain/execution.ts'
import type { Job } from '../domain/job.ts'
import { compile } from '../schedule/schedule.ts'
import type { Leaving, Store } from '../store/store.ts'
import { dueAtOf, runsLeft } from './due.ts'
import { type MissedRange, missedAfter, missedFrom, missedRow } from './missed.ts'

/** `reason` is that of an active job; what a paused one missed was missed because of the pause. */
export const leavingOf = async (
  store: Store,
  job: Job,
  { now, reason }: { readonly now: number; readonly reason: Reason },
): Promise<Leaving> => {
  const overdueAt = job.state === 'active' ? await store.jobs.overdueAt(job.key, now) : null
  if (overdueAt !== null) {
    const missed = missedFrom(compile(job.timetable, job.id), overdueAt, now)
    return { now, expectedDueAt: overdueAt, missed: [missedRow(missed, reason)] }
  }
  const missed = missedWhilePaused(job, now)
  return { now, expectedDueAt: dueAtOf(job, now), missed: missed === null ? [] : [missedRow(missed, 'paused')] }
}

/** A job without a run left had no instants to miss. */
export const missedWhilePaused = (job: Job, now: number): MissedRange | null =>
  job.missedAfter === null || runsLeft(job) === 0
    ? null
    : missedAfter(compile(job.timetable, job.id), job.missedAfter, now)
