/** What the coming clock changes will do to a schedule, said in a sentence before it happens. */
import { DAY_SECONDS, dateText, timeText } from './civil.ts'
import type { WallClock } from './wall-clock.ts'
import { listed } from './words.ts'
import type { Stretch } from './zone.ts'

export type ClockChange = {
  /** The instant of the change, epoch ms. */
  readonly at: number
  readonly zone: string
  readonly kind: 'gap' | 'overlap'
  readonly shiftMs: number
  /** E.g. `02:30 does not exist on 2026-03-08; runs at 03:00`. */
  readonly effect: string
}

/** Up to this many times are named one by one. */
const MOST_NAMED = 3

/** The changes in (from, upTo] that touch a time this schedule names. */
export const clockChangesFor = (wall: WallClock, from: number, upTo: number): ClockChange[] => {
  const { zone } = wall.rule
  const changes: ClockChange[] = []
  for (let index = zone.indexAt(Math.floor(from / 1000)) + 1; ; index++) {
    const stretch = zone.stretch(index - 1)
    const at = stretch.end * 1000
    if (!(at <= upTo)) return changes
    const next = zone.stretch(index)
    const effect = next.jump > 0 ? gapEffect(wall, next) : overlapEffect(wall, next)
    const kind = next.jump > 0 ? 'gap' : 'overlap'
    if (at > from && effect !== null) changes.push({ at, zone: zone.name, kind, shiftMs: next.jump * 1000, effect })
  }
}

const gapEffect = (wall: WallClock, stretch: Stretch): string | null => {
  const end = stretch.start + stretch.offset
  const missing = timesBetween(wall, end - stretch.jump, end)
  if (missing === null) return null
  const verb = missing.count === 1 ? 'does' : 'do'
  const lost = `${missing.text} ${verb} not exist on ${dateText(missing.day)}`
  const isPutOff = wall.rule.runsAfterGap && stretch.missingFrom < end
  const next = wall.after(stretch.start * 1000 - 1)
  const nextAt = Number.isFinite(next) ? next / 1000 + wall.rule.zone.at(next / 1000).offset : null
  if (nextAt === null) return `${lost}; there is no run`
  const at = onDay(nextAt, missing.day)
  if (!isPutOff) return `${lost}; ${missing.count === 1 ? 'it is' : 'they are'} skipped, the next run is at ${at}`
  return `${lost}; runs ${missing.count === 1 ? '' : 'once '}at ${at}`
}

const overlapEffect = (wall: WallClock, stretch: Stretch): string | null => {
  const start = stretch.start + stretch.offset
  const repeated = timesBetween(wall, start, start - stretch.jump)
  if (repeated === null) return null
  const runsTwice = wall.rule.runsBothPasses || stretch.freshFrom === stretch.start
  const verb = repeated.count === 1 ? 'comes' : 'come'
  const subject = repeated.count === 1 ? 'runs' : 'each runs'
  return `${repeated.text} ${verb} twice on ${dateText(repeated.day)}; ${subject} ${runsTwice ? 'both times' : 'once, the first time'}`
}

/** The times the schedule names in a stretch [from, to) of wall-clock seconds; null when it names none. */
const timesBetween = (
  wall: WallClock,
  from: number,
  to: number,
): { readonly text: string; readonly count: number; readonly day: number } | null => {
  const count = wall.matchesBetween(from, to)
  if (count === 0) return null
  const first = wall.firstMatch(from, to)
  const day = Math.floor(first / DAY_SECONDS)
  if (count > MOST_NAMED) {
    const last = wall.lastMatch(from, to - 1)
    return { text: `${count} times from ${onDay(first, day)} to ${onDay(last, day)}`, count, day }
  }
  const named: string[] = []
  for (let match = first; named.length < count; match = wall.firstMatch(match + 1, to)) named.push(onDay(match, day))
  return { text: listed(named), count, day }
}

/** `03:00`, or `00:00 on 2026-03-29` where that is another day than the sentence is about. */
const onDay = (wallSecond: number, day: number): string => {
  const own = Math.floor(wallSecond / DAY_SECONDS)
  const time = timeText(wallSecond - own * DAY_SECONDS)
  return own === day ? time : `${time} on ${dateText(own)}`
}
