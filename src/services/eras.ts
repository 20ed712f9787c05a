/** Under which timetables a job was due, and when: read from the states it left and the present one. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Job, Timetable } from '../domain/job.ts'
import type { FormerJob, KnownJob } from '../store/store.ts'
import { A_MOMENT_MS } from './due.ts'

/** A stretch of time with one timetable. Pauses do not end it: what they miss gets its rows too. */
export type Era = {
  readonly timetable: Timetable
  /** Its rows bear schedule versions from … to. */
  readonly versions: readonly [number, number]
  /** Instants after this one are expected … */
  readonly after: number
  /** … but up to here a run of the timetable before it may stand in for them. */
  readonly certainAfter: number
  /** … up to and including this one. */
  readonly upTo: number
  /** The maximum of runs was reached: nothing is expected after the last row. */
  readonly endsWithRows: boolean
  /** Its newest instants may still wait in the plan. */
  readonly isPresent: boolean
}

type State = Pick<Job, 'timetable' | 'scheduleVersion' | 'runs' | 'updatedAt'> & {
  readonly state: FormerJob['state']
  readonly fromAt: number
  readonly untilAt: number
}

/** Oldest first. `former`: newest first, as the store gives them. */
export const erasOf = ({ job, deletedAt }: KnownJob, former: readonly FormerJob[], now: number): Era[] => {
  const present: State = {
    ...job,
    state: deletedAt === null ? job.state : 'deleted',
    fromAt: former[0]?.untilAt ?? job.createdAt,
    untilAt: now,
  }
  const groups: State[][] = []
  for (const state of [...former.toReversed(), present]) {
    const group = groups.at(-1)
    if (group !== undefined && belongs(group.at(-1) as State, state)) group.push(state)
    else groups.push([state])
  }
  return groups.flatMap((group, place) => {
    const [first, last] = [group[0] as State, group.at(-1) as State]
    if (first.state === 'deleted') return []
    const isPresent = last === present
    const before = groups[place - 1]?.at(-1)
    const isFirst = before === undefined
    const upTo = isPresent ? horizon(job, now) : last.untilAt
    return [
      {
        timetable: first.timetable,
        versions: [isFirst ? 0 : before.scheduleVersion + 1, last.scheduleVersion] as const,
        after: first.fromAt,
        certainAfter: first.fromAt + (isFirst ? 0 : A_MOMENT_MS),
        upTo: Math.min(upTo, endOf(group)),
        endsWithRows: first.timetable.maxRuns !== undefined && last.runs >= first.timetable.maxRuns,
        isPresent,
      },
    ]
  })
}

const belongs = (before: State, state: State): boolean =>
  (before.state === 'deleted') === (state.state === 'deleted') && isDeepStrictEqual(before.timetable, state.timetable)

/** A paused job tells what it missed when it is resumed. */
const horizon = (job: Job, now: number): number =>
  job.state === 'paused' && job.missedAfter !== null ? Math.min(now, job.missedAfter) : now

/** The claim that ended the job may have been made a moment ahead of the last instant. */
const endOf = (group: readonly State[]): number => {
  const ended = group.find(({ state }) => state === 'ended')
  return ended === undefined ? Number.POSITIVE_INFINITY : ended.updatedAt + A_MOMENT_MS
}
