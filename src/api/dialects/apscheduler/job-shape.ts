/** Jobs as clients read them: short in a list, whole alone. */
import type { Held, JobView } from '../../../services/services.ts'
import { wallClock } from './times.ts'
import { triggerObject, triggerText, zoneOfTrigger } from './trigger-shape.ts'

/** The id that its client gave it; one that was made elsewhere has ours. */
export const idOf = ({ externalId, id }: JobView): string => externalId ?? id

/** A job that nobody named goes by the name of its function; under its id it is only kept. */
const nameOf = (job: JobView): string =>
  job.target.kind === 'function' && job.name === job.externalId
    ? (job.target.function.split(/[.:]/).at(-1) ?? job.name)
    : job.name

const stateOf = ({ state, lastRun }: JobView, held: Held | null): 'running' | 'paused' | 'pending' =>
  state === 'paused' ? 'paused' : lastRun === null || held?.stopped === true ? 'pending' : 'running'

const common = (job: JobView, held: Held | null) => ({
  id: idOf(job),
  name: nameOf(job),
  next_run_time: nextRunOf(job, held),
  state: stateOf(job, held),
})

/** What is added while scheduling is shut down waits for its start. */
const nextRunOf = ({ state, nextRunAt, createdAt, timetable }: JobView, held: Held | null): string | null => {
  const waits = held?.stopped === true && createdAt > held.since
  return state !== 'active' || nextRunAt === null || waits ? null : wallClock(nextRunAt, zoneOfTrigger(timetable))
}

export const listed = (job: JobView, held: Held | null) => {
  const { id, name, next_run_time, state } = common(job, held)
  return { id, name, trigger: triggerText(job.timetable), next_run_time, state }
}

export const shown = (job: JobView, held: Held | null, zone: string) => {
  const { id, name, next_run_time, state } = common(job, held)
  const { target, policies } = job
  const isFunction = target.kind === 'function'
  return {
    id,
    name,
    func: isFunction ? target.function : null,
    trigger: triggerObject(job.timetable, zone),
    next_run_time,
    state,
    args: isFunction ? target.args : [],
    kwargs: isFunction ? target.kwargs : {},
    max_instances: policies.overlap === 'allow' ? policies.concurrency : 1,
    misfire_grace_time: policies.misfire.windowMs / 1000,
    coalesce: policies.misfire.mode !== 'all',
  }
}

/**
 * Whether it has run out, and clients take it for removed. A cron trigger that never had an instant stays in sight, so that
 * somebody sees the mistake; a date that had passed before is dropped.
 */
export const isGone = ({ state, timetable, lastRun }: JobView): boolean => {
  const isCron = timetable.schedules.some(({ kind }) => kind === 'fields' || kind === 'cron')
  return state === 'ended' && (!isCron || lastRun !== null)
}
