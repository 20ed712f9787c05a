/** One instant beside a timetable: is it due then, what is near it, and does a change of the clock play a part? */
import { type ClockChange, clockChangesFor } from './clock-changes.ts'
import { boundsOf, compile } from './compile.ts'
import { NEVER, NOT_YET } from './instants.ts'
import { seedOf, shareOf } from './jitter.ts'
import { parseSchedule } from './parse-schedule.ts'
import type { Timetable } from './timetable.ts'
import { WallClock } from './wall-clock.ts'

export type Around = {
  readonly isDue: boolean
  /** For an instant that the schedules name, and jitter or spread moves: where to. */
  readonly delayedTo: number | null
  readonly before: number | null
  readonly after: number | null
  /** The first and the last millisecond of the timetable; null: open. */
  readonly first: number | null
  readonly last: number | null
  /** Close by, and touching a time that a schedule names. */
  readonly clockChange: ClockChange | null
}

/** A gap of Casey's 3 h, and the hours in which its effect is asked about. */
const CLOSE_MS = 4 * 3_600_000

export const around = (timetable: Timetable, seed: string, at: number): Around => {
  const compiled = compile(timetable, seed)
  const isDue = compiled.after(at - 1) === at
  const before = compiled.latest(NOT_YET, at - 1)
  const after = compiled.after(at)
  const { first, last } = boundsOf(timetable)
  return {
    isDue,
    delayedTo: isDue ? null : delayedTo(timetable, seed, at),
    before: before === NOT_YET ? null : before,
    after: after === NEVER ? null : after,
    first: first === NOT_YET ? null : first,
    last: last === NEVER ? null : last,
    clockChange: closeChange(timetable, at),
  }
}

const delayedTo = (timetable: Timetable, seed: string, at: number): number | null => {
  const { jitterMs: _, spreadMs = 0, ...undelayed } = timetable
  if (compile(undelayed, seed).after(at - 1) !== at) return null
  // Jitter never carries an instant as far as the next one, so the first that spread leaves here is this one.
  const found = compile(timetable, seed).after(at + shareOf(seedOf(seed), 0, spreadMs) - 1)
  return found === NEVER || found === at ? null : found
}

const closeChange = (timetable: Timetable, at: number): ClockChange | null => {
  const changes = timetable.schedules.flatMap((schedule, index) => {
    const instants = parseSchedule(schedule, `schedules[${index}]`)
    return instants instanceof WallClock ? clockChangesFor(instants, at - CLOSE_MS, at + CLOSE_MS) : []
  })
  return changes.toSorted((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))[0] ?? null
}
