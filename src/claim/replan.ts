/** New instants for jobs that wait for one which is no longer right: the wall clock went back, or the rules of time zones changed. */
import { compile, nextAfter } from '../schedule/schedule.ts'
import type { Claim, DueJob, Ledger } from '../store/store.ts'

const PAGE = 500

type Replanning = {
  readonly nodeKey: number
  readonly now: number
  /** A walk over a million jobs outlives a lease: asked for each page. */
  readonly leaseNow: () => number
  /** The instant that a job should wait for instead of its stored one; null: it stays as it is. */
  readonly instead: (job: DueJob) => { readonly nextAt: number | null } | null
  /** After each page, with the jobs that moved. */
  readonly onMoved?: (moved: readonly Moved[]) => void
}

export type Moved = {
  readonly workspaceKey: number
  readonly jobId: string
  readonly from: number
  readonly to: number | null
}

/** Walks over all jobs whose instant is still to come, a page at a time; a moved one goes on under a new schedule version. */
const replan = async (ledger: Ledger, { nodeKey, now, leaseNow, instead, onMoved }: Replanning): Promise<void> => {
  let after: { dueAt: number; jobKey: number } | null = { dueAt: now, jobKey: Number.MAX_SAFE_INTEGER }
  while (after !== null) {
    const { jobs }: { readonly jobs: readonly DueJob[] } = await ledger.due({
      until: Number.MAX_SAFE_INTEGER,
      limit: PAGE,
      after,
    })
    const moves = jobs.flatMap((job) => {
      const to = instead(job)
      return to === null ? [] : [{ job, nextAt: to.nextAt }]
    })
    if (moves.length > 0) {
      const claims = moves.map(({ job, nextAt }) => moved(job, nextAt))
      await ledger.commit({ nodeKey, now, leaseNow: leaseNow(), outcomes: [], claims })
      onMoved?.(
        moves.map(({ job, nextAt }) => ({
          workspaceKey: job.workspaceKey,
          jobId: job.jobId,
          from: job.dueAt,
          to: nextAt,
        })),
      )
    }
    const last = jobs.at(-1)
    after = last === undefined || jobs.length < PAGE ? null : { dueAt: last.dueAt, jobKey: last.jobKey }
  }
}

type At = Pick<Replanning, 'nodeKey' | 'now' | 'leaseNow'>

/** Gives every interval job whose stored instant is more than one interval away the next instant of its grid. */
export const replanIntervals = (ledger: Ledger, at: At): Promise<void> =>
  replan(ledger, {
    ...at,
    instead: (job) => (job.dueAt - at.now > shortestInterval(job) ? { nextAt: nextOf(job, at.now) } : null),
  })

/** After the rules of time zones changed: gives every job whose next instant is another one under them that instant. */
export const replanZones = (ledger: Ledger, at: At, onMoved: (moved: readonly Moved[]) => void): Promise<void> =>
  replan(ledger, {
    ...at,
    onMoved,
    instead: (job) => {
      if (!job.timetable.schedules.some(readsClocks)) return null
      const nextAt = nextOf(job, at.now)
      if (nextAt === job.dueAt) return null
      return nextAt !== null && nextAt < job.dueAt - LARGEST_SHIFT_MS ? null : { nextAt }
    },
  })

/** No rule moves an instant further back than a zone that changes sides of the date line: what seems so waits because the clock went back. */
const LARGEST_SHIFT_MS = 26 * 3_600_000

const readsClocks = ({ kind }: { readonly kind: string }): boolean => kind !== 'interval' && kind !== 'once'

const nextOf = (job: DueJob, now: number): number | null => nextAfter(compile(job.timetable, job.jobId), now)

const shortestInterval = (job: DueJob): number =>
  Math.min(...job.timetable.schedules.map((one) => (one.kind === 'interval' ? one.everyMs : Number.POSITIVE_INFINITY)))

const moved = (job: DueJob, nextAt: number | null): Claim => ({
  jobKey: job.jobKey,
  workspaceKey: job.workspaceKey,
  scheduleVersion: job.scheduleVersion,
  dueAt: job.dueAt,
  nextAt,
  // The instants of the repeated time have their rows under the old version.
  raiseVersion: true,
  countRuns: 0,
  exclusive: false,
  onlyIf: 'always',
  cancelOthers: false,
  executions: [],
})
