/** When a job is due next: one computation for what is stored, what is shown and what the store is told to expect. */
import type { Job, JobState } from '../domain/job.ts'
import { compile, nextAfter, type Timetable } from '../schedule/schedule.ts'

/** Claims are made less than this ahead of their time. */
export const A_MOMENT_MS = 1000

export const runsLeft = ({ timetable, runs }: Pick<Job, 'timetable' | 'runs'>): number =>
  timetable.maxRuns === undefined ? Number.POSITIVE_INFINITY : Math.max(0, timetable.maxRuns - runs)

/** The next instant strictly after `now`, were the job active; null when there is none any more. */
export const nextInstant = (job: Pick<Job, 'id' | 'timetable' | 'runs'>, now: number): number | null =>
  runsLeft(job) === 0 ? null : nextAfter(compile(job.timetable, job.id), now)

/** What is stored for the job as it is. */
export const dueAtOf = (job: Job, now: number): number | null => (job.state === 'active' ? nextInstant(job, now) : null)

/** A job that only runs when asked has no instants and does not end for want of them. */
const isManualOnly = (timetable: Timetable): boolean => timetable.schedules.every(({ kind }) => kind === 'manual')

export const stateWith = (timetable: Timetable, dueAt: number | null): JobState =>
  dueAt === null && !isManualOnly(timetable) ? 'ended' : 'active'
