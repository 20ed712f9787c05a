/** Gathers what there is to know of a job at one instant, past or future, and has it explained. */
import type { Actor } from '../domain/actor.ts'
import type { Job } from '../domain/job.ts'
import { around, compile, countBetween, instantsBetween, type Timetable } from '../schedule/schedule.ts'
import type { FormerJob } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { type ExecutionView, executionView } from './execution-view.ts'
import { type Explanation, explain, type InForce } from './explain.ts'
import { knownJobFor } from './undoing.ts'

export type Explained = Explanation & {
  readonly at: number
  readonly jobId: string
  readonly jobName: string
  /** The execution that the answer is about; null where there is none. */
  readonly execution: ExecutionView | null
}

/** A look at the outages reaches so far beyond the instant: the longest misfire window is longer, but rare. */
const OUTAGE_REACH_MS = 86_400_000

export const createExplaining = ({ store, clock }: Deps) => {
  return async (actor: Actor, id: string, at: number): Promise<Explained> => {
    const { job, deletedAt } = await knownJobFor(store, actor, 'job.view', id)
    const { workspaceKey, key } = job
    const now = clock.now()
    const former = await store.history.formerJobs(key)
    const [row = null] = await store.history.rowsFor(workspaceKey, key, at)
    const inForce = stateAt({ ...job, state: deletedAt === null ? job.state : 'deleted' }, former, at)
    const explanation = explain({
      at,
      now,
      createdAt: job.createdAt,
      deletedAt,
      inForce,
      around: around(inForce.timetable, job.id, at),
      row,
      inTheWay:
        row?.status === 'skipped'
          ? await store.history.underWayAt(workspaceKey, key, { instant: row.finishedAt ?? at, exceptId: row.id })
          : null,
      outages: row?.status === 'missed' ? await store.history.outages(at - OUTAGE_REACH_MS, at + OUTAGE_REACH_MS) : [],
      instantsBefore: at > now ? instantsUpTo(inForce.timetable, job.id, { from: now, upTo: at }) : 0,
      completeSince: row === null ? await store.retention.completeSince(workspaceKey, key) : null,
      isPlanned: row === null && at <= now && (await isWaiting(job, at, now)),
    })
    return { ...explanation, at, jobId: job.id, jobName: job.name, execution: row === null ? null : executionView(row) }
  }

  /** All instants from the planned one up to now wait for whoever takes it. */
  async function isWaiting(job: Job, at: number, now: number): Promise<boolean> {
    const planned = await store.jobs.overdueAt(job.key, now)
    return planned !== null && planned <= at
  }
}

/** Only a maximum of runs asks for it. Counting steps over several schedules one by one: somebody may ask about the year 9000. */
const MOST_COUNTED = 10_000

const instantsUpTo = (
  timetable: Timetable,
  seed: string,
  { from, upTo }: { readonly from: number; readonly upTo: number },
): number => {
  if (timetable.maxRuns === undefined) return 1
  const compiled = compile(timetable, seed)
  return timetable.schedules.length === 1
    ? countBetween(compiled, from, upTo)
    : instantsBetween(compiled, from, upTo, MOST_COUNTED).length
}

/** The newest state that had begun; what is to come is judged by the present one. */
const stateAt = (
  present: Omit<Job, 'state'> & { readonly state: FormerJob['state'] },
  former: readonly FormerJob[],
  at: number,
): InForce => {
  const states = [{ ...present, fromAt: former[0]?.untilAt ?? present.createdAt, untilAt: null }, ...former]
  const found = states.findIndex(({ fromAt }) => fromAt <= at)
  const place = found === -1 ? states.length - 1 : found
  return { ...(states[place] as (typeof states)[number]), changedBy: former[place]?.changedBy ?? null }
}
