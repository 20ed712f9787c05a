/** When is a job due? The door: pure answers about timetables; preview, stored next run and fire all pass through `nextAfter`. */
import { type Compiled, compile } from './compile.ts'
import { parsedAt } from './error.ts'
import { NEVER, NOT_YET } from './instants.ts'
import type { Timetable } from './timetable.ts'
import { zoneNamed } from './zone.ts'

export { type Around, around } from './around.ts'
export type { ClockChange } from './clock-changes.ts'
export { type Compiled, checkTimetable, closingOf, compile } from './compile.ts'
export { ScheduleError } from './error.ts'
export { type Preview, preview } from './preview.ts'
export type { DstGap, DstOverlap, Schedule, Timetable } from './timetable.ts'
export type { Warning } from './warnings.ts'
export { tzdata } from './zone.ts'

/** The first instant strictly after `after`, in epoch milliseconds; null when there is none any more. */
export const nextAfter = (compiled: Compiled, after: number): number | null => {
  const found = compiled.after(after)
  return found === NEVER ? null : found
}

/** The newest instant in (from, upTo]. */
export const latestUpTo = (compiled: Compiled, from: number, upTo: number): number | null => {
  const found = compiled.latest(from, upTo)
  return found === NOT_YET ? null : found
}

/** How many instants lie in (from, upTo]. The cost grows with the days between, not with the instants. */
export const countBetween = (compiled: Compiled, from: number, upTo: number): number => compiled.count(from, upTo)

/** The instants in (from, upTo], oldest first, at most `limit`. */
export const instantsBetween = (compiled: Compiled, from: number, upTo: number, limit: number): number[] => {
  const found: number[] = []
  for (let t = compiled.after(from); t <= upTo && t !== NEVER && found.length < limit; t = compiled.after(t))
    found.push(t)
  return found
}

/** Whether nothing is due after `after`, for a timetable that is meant to fire by itself: a manual one is not. */
export const neverFires = (timetable: Timetable, after: number): boolean =>
  timetable.schedules.some(({ kind }) => kind !== 'manual') && compile(timetable, '').after(after) === NEVER

/** A zone's name as it should be stored: `us/eastern` becomes `US/Eastern`. Throws a ScheduleError naming `path`. */
export const canonicalZone = (name: string, path = 'zone'): string => parsedAt(path, name, () => zoneNamed(name)).name
