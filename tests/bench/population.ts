/** The jobs of the bench: many, each due once inside the time that a run looks at, spread or all at one instant. */
import { newId } from '../../src/domain/ids.ts'
import type { Timetable } from '../../src/domain/job.ts'
import type { HttpTarget } from '../../src/domain/target.ts'
import type { NewJob } from '../../src/store/store.ts'

/** The scheduler's clock is set to about here for a run, so that one database serves at any time of the day. */
export const GROUND = Date.UTC(2030, 5, 10)
const DAY = 86_400_000
/** Jobs that no window claims fall due only here. */
const FAR_AHEAD = GROUND + 10 * DAY

/** `count` jobs due at even distances over `lengthMs` from `startMs` after GROUND; 0 is one instant. */
export type Window = { readonly startMs: number; readonly lengthMs: number; readonly count: number }

export type Population = {
  readonly jobs: number
  readonly windows: readonly Window[]
  /** All jobs repeat at this interval from the instant their window gives; otherwise none comes back during a run. */
  readonly everyMs: number | null
  readonly url: string
}

export const newJobs = function* (
  population: Population,
  owner: { readonly workspaceKey: number; readonly ownerId: string },
): Generator<NewJob> {
  const { jobs } = population
  const dueAt = dueInstants(population)
  const target: HttpTarget = { kind: 'http', url: population.url, method: 'GET' }
  const step = scatter(jobs)
  for (let index = 0; index < jobs; index++) {
    // The order of creation says nothing about the order of falling due: neighbours in time lie apart in the tables.
    const place = (index * step) % jobs
    const due = dueAt[place] ?? FAR_AHEAD
    yield {
      id: newId(),
      ...owner,
      name: `job ${index}`,
      description: null,
      timetable: population.everyMs === null ? monthly(place / jobs) : interval(population.everyMs, due),
      target,
      policies: {},
      metadata: {},
      state: 'active',
      now: GROUND - DAY,
      dueAt: due,
    }
  }
}

const dueInstants = ({ jobs, windows }: Population): Float64Array => {
  const dueAt = new Float64Array(jobs).fill(FAR_AHEAD)
  let at = 0
  for (const { startMs, lengthMs, count } of windows) {
    for (let index = 0; index < count; index++) {
      dueAt[at++] = GROUND + startMs + Math.floor((index * lengthMs) / count)
    }
  }
  if (at > jobs) throw new RangeError(`${at} due instants for ${jobs} jobs`)
  return dueAt
}

/** Once a month at one of 1,440 local times, in the order of the window: neighbours in time stay so, as a daily crowd does. */
const monthly = (share: number): Timetable => {
  const minute = Math.floor(share * 1440)
  const expression = `${minute % 60} ${Math.floor(minute / 60)} 1 * *`
  return { schedules: [{ kind: 'cron', expression, zone: 'Europe/Berlin' }], zone: 'Europe/Berlin' }
}

/** No schedule may come back within a second; several of them together may. */
const interval = (everyMs: number, anchor: number): Timetable => {
  const count = Math.ceil(1000 / everyMs)
  const schedules = Array.from({ length: count }, (_, index) => ({
    kind: 'interval' as const,
    everyMs: everyMs * count,
    anchor: anchor + index * everyMs,
  }))
  return { schedules, zone: 'UTC' }
}

/** A step near the golden section of `count` that has no divisor in common with it: it visits every place once. */
const scatter = (count: number): number => {
  let step = Math.max(1, Math.floor(count * 0.618))
  while (divisor(step, count) !== 1) step += 1
  return step
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
