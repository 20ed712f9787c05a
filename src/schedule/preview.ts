/** What a timetable will do, shown before it is saved: next instants, effects of clock changes, and warnings. */
import { type ClockChange, clockChangesFor } from './clock-changes.ts'
import { boundsOf, compile } from './compile.ts'
import { NEVER } from './instants.ts'
import { parseSchedule } from './parse-schedule.ts'
import type { Timetable } from './timetable.ts'
import { WallClock } from './wall-clock.ts'
import { scheduleWarnings, type Warning } from './warnings.ts'

export type Preview = {
  /** Epoch ms, oldest first, delays included. */
  readonly next: readonly number[]
  readonly clockChanges: readonly ClockChange[]
  readonly warnings: readonly Warning[]
}

const YEAR_MS = 366 * 86_400_000

/** Throws a ScheduleError for a timetable that is not valid. */
export const preview = (timetable: Timetable, seed: string, after: number, count: number): Preview => {
  const compiled = compile(timetable, seed)
  const next: number[] = []
  for (let t = compiled.after(after); t !== NEVER && next.length < count; t = compiled.after(t)) next.push(t)
  return { next, clockChanges: clockChangesOf(timetable, after), warnings: warningsOf(timetable, after, next, count) }
}

const clockChangesOf = (timetable: Timetable, after: number): ClockChange[] => {
  const { first, last } = boundsOf(timetable)
  const from = Math.max(after, first - 1)
  const upTo = Math.min(after + YEAR_MS, last)
  const changes = timetable.schedules.flatMap((schedule, index) => {
    const instants = parseSchedule(schedule, `schedules[${index}]`)
    return instants instanceof WallClock && from < upTo ? clockChangesFor(instants, from, upTo) : []
  })
  const told = new Map(changes.map((change) => [`${change.at} ${change.zone} ${change.effect}`, change]))
  return [...told.values()].sort((a, b) => a.at - b.at)
}

const warningsOf = (timetable: Timetable, after: number, next: readonly number[], count: number): Warning[] => {
  const { schedules, end } = timetable
  const own = schedules.flatMap((schedule, index) => scheduleWarnings(schedule, `schedules[${index}]`, after))
  const firesByItself = schedules.some(({ kind }) => kind !== 'manual')
  const isSilent = firesByItself && next.length === 0 && count > 0
  if (isSilent && !own.some(({ code }) => code === 'never_fires')) {
    own.push({
      code: 'never_fires',
      message: `No instant lies between the start and the end${end ? ` (${end})` : ''}.`,
    })
  }
  if (next.length > 0 && next.length < count) {
    own.push({
      code: 'ends_soon',
      message: `There ${next.length === 1 ? 'is' : 'are'} only ${next.length} more, then it ends.`,
    })
  }
  const told = new Map(own.map((warning) => [`${warning.code} ${warning.message}`, warning]))
  return [...told.values()]
}
