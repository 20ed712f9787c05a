/** After the wall clock went back: interval jobs keep their real spacing, instead of staying silent until the clock has caught up. */
import { compile, nextAfter } from '../schedule/schedule.ts'
import type { Claim, DueJob, Ledger } from '../store/store.ts'

const PAGE = 500

/** Gives every interval job whose stored instant is more than one interval away the next instant of its grid, under a new schedule version. */
export const replanIntervals = async (
  ledger: Ledger,
  { nodeKey, now, leaseNow }: { readonly nodeKey: number; readonly now: number; readonly leaseNow: number },
): Promise<void> => {
  let after: { dueAt: number; jobKey: number } | null = { dueAt: now, jobKey: Number.MAX_SAFE_INTEGER }
  while (after !== null) {
    const { jobs }: { readonly jobs: readonly DueJob[] } = await ledger.due({
      until: Number.MAX_SAFE_INTEGER,
      limit: PAGE,
      after,
    })
    const claims = jobs.filter((job) => job.dueAt - now > shortestInterval(job)).map((job) => moved(job, now))
    if (claims.length > 0) await ledger.commit({ nodeKey, now, leaseNow, outcomes: [], claims })
    const last = jobs.at(-1)
    after = last === undefined || jobs.length < PAGE ? null : { dueAt: last.dueAt, jobKey: last.jobKey }
  }
}

const shortestInterval = (job: DueJob): number =>
  Math.min(...job.timetable.schedules.map((one) => (one.kind === 'interval' ? one.everyMs : Number.POSITIVE_INFINITY)))

const moved = (job: DueJob, now: number): Claim => ({
  jobKey: job.jobKey,
  workspaceKey: job.workspaceKey,
  scheduleVersion: job.scheduleVersion,
  dueAt: job.dueAt,
  nextAt: nextAfter(compile(job.timetable, job.jobId), now),
  // The instants of the repeated time have their rows under the old version.
  raiseVersion: true,
  countRuns: 0,
  exclusive: false,
  onlyIf: 'always',
  cancelOthers: false,
  executions: [],
})
