/** A schedule told by a wall clock, carried onto real instants through the gaps and overlaps of its zone. */
import { DAY_SECONDS, LAST_DAY } from './civil.ts'
import { type Days, NO_DAY } from './days.ts'
import { NONE } from './field-set.ts'
import { type Instants, NEVER, NOT_YET } from './instants.ts'
import type { TimeOfDay } from './time-of-day.ts'
import type { Stretch, Zone } from './zone.ts'

type WallRule = {
  readonly days: Days
  readonly times: TimeOfDay
  readonly zone: Zone
  /** A match inside a gap becomes one run at the first instant after it; otherwise it is dropped. */
  readonly runsAfterGap: boolean
  /** Repeated times count twice; otherwise the first pass only. */
  readonly runsBothPasses: boolean
}

/** The first and the last second at which a wall-clock schedule may be due. */
const FIRST_SECOND = 0
const LAST_SECOND = (LAST_DAY + 1) * DAY_SECONDS - 1

/** Not -1: west of Greenwich the wall clock is still before 1970 at the first second. */
const NO_SECOND = Number.NEGATIVE_INFINITY

export class WallClock implements Instants {
  readonly rule: WallRule
  private readonly days: Days
  private readonly times: TimeOfDay
  private readonly zone: Zone
  private readonly runsAfterGap: boolean
  private readonly runsBothPasses: boolean

  constructor(rule: WallRule) {
    this.rule = rule
    this.days = rule.days
    this.times = rule.times
    this.zone = rule.zone
    this.runsAfterGap = rule.runsAfterGap
    this.runsBothPasses = rule.runsBothPasses
  }

  after(t: number): number {
    let second = Math.max(FIRST_SECOND, Math.floor(t / 1000) + 1)
    if (!(second <= LAST_SECOND)) return NEVER
    let index = this.zone.indexAt(second)
    for (;;) {
      const stretch = this.zone.stretch(index)
      const found = this.nextIn(stretch, second)
      if (found !== NO_SECOND) return found <= LAST_SECOND ? found * 1000 : NEVER
      // Clocks go back at most a day: no match from the day before on means none ever; else go straight to its stretch.
      const wallEnd = stretch.end + stretch.offset
      const day = wallEnd > LAST_SECOND ? NO_DAY : this.days.next(Math.floor(wallEnd / DAY_SECONDS) - 1, LAST_DAY)
      if (day === NO_DAY) return NEVER
      second = Math.max(stretch.end, (day - 1) * DAY_SECONDS)
      index = second === stretch.end ? index + 1 : this.zone.indexAt(second)
    }
  }

  latest(from: number, upTo: number): number {
    const first = Math.max(FIRST_SECOND, Math.floor(from / 1000) + 1)
    let second = Math.min(LAST_SECOND, Math.floor(upTo / 1000))
    if (!(second >= first)) return NOT_YET
    for (let index = this.zone.indexAt(second); ; index--) {
      const stretch = this.zone.stretch(index)
      const found = this.lastIn(stretch, Math.max(first, stretch.start), second)
      if (found !== NO_SECOND) return found * 1000
      second = stretch.start - 1
      if (second < first) return NOT_YET
    }
  }

  count(from: number, upTo: number): number {
    const last = Math.min(LAST_SECOND, Math.floor(upTo / 1000))
    let second = Math.max(FIRST_SECOND, Math.floor(from / 1000) + 1)
    let total = 0
    for (let index = this.zone.indexAt(second); second <= last; index++) {
      const stretch = this.zone.stretch(index)
      const fresh = this.runsBothPasses ? second : Math.max(second, stretch.freshFrom)
      const end = Math.min(stretch.end, last + 1)
      total += this.matchesBetween(fresh + stretch.offset, end + stretch.offset)
      if (second === stretch.start && this.isPutOff(stretch) && !this.isMatch(second + stretch.offset)) total++
      second = stretch.end
    }
    return total
  }

  /** The first match of the wall clock in [from, to), or NO_SECOND. */
  firstMatch(from: number, to: number): number {
    const day = Math.floor(from / DAY_SECONDS)
    const lastDay = to > LAST_SECOND ? LAST_DAY : Math.floor((to - 1) / DAY_SECONDS)
    let matching = this.days.next(day, lastDay)
    if (matching === NO_DAY) return NO_SECOND
    if (matching === day) {
      const time = this.times.next(from - day * DAY_SECONDS)
      if (time !== NONE) return day * DAY_SECONDS + time < to ? day * DAY_SECONDS + time : NO_SECOND
      matching = this.days.next(day + 1, lastDay)
      if (matching === NO_DAY) return NO_SECOND
    }
    const match = matching * DAY_SECONDS + this.times.first
    return match < to ? match : NO_SECOND
  }

  /** The last match of the wall clock in [from, to], or NO_SECOND. */
  lastMatch(from: number, to: number): number {
    const day = Math.floor(to / DAY_SECONDS)
    const firstDay = Math.floor(from / DAY_SECONDS)
    let matching = this.days.prev(day, firstDay)
    if (matching === day) {
      const time = this.times.prev(to - day * DAY_SECONDS)
      if (time !== NONE) return day * DAY_SECONDS + time >= from ? day * DAY_SECONDS + time : NO_SECOND
      matching = this.days.prev(day - 1, firstDay)
    }
    if (matching === NO_DAY) return NO_SECOND
    const match = matching * DAY_SECONDS + this.times.last
    return match >= from ? match : NO_SECOND
  }

  /** How often the wall clock matches in [from, to). */
  matchesBetween(from: number, to: number): number {
    if (!(from < to)) return 0
    const firstDay = Math.floor(from / DAY_SECONDS)
    const lastDay = Math.floor(to / DAY_SECONDS)
    const whole = this.days.count(firstDay, lastDay) * this.times.perDay
    const early = from - firstDay * DAY_SECONDS
    const late = to - lastDay * DAY_SECONDS
    const tooEarly = early > 0 && this.isDay(firstDay) ? this.times.before(early) : 0
    const onLastDay = late > 0 && this.isDay(lastDay) ? this.times.before(late) : 0
    return whole - tooEarly + onLastDay
  }

  /** The first due second of this stretch from `second` on, or NO_SECOND. */
  private nextIn(stretch: Stretch, second: number): number {
    const { end, offset, freshFrom } = stretch
    if (second === stretch.start && this.isPutOff(stretch)) return second
    const fresh = this.runsBothPasses || second >= freshFrom ? second : freshFrom
    const match = this.firstMatch(fresh + offset, end + offset)
    return match === NO_SECOND ? NO_SECOND : match - offset
  }

  /** The last due second of this stretch in [first, second], or NO_SECOND. */
  private lastIn(stretch: Stretch, first: number, second: number): number {
    const fresh = this.runsBothPasses ? first : Math.max(first, stretch.freshFrom)
    const match = second < fresh ? NO_SECOND : this.lastMatch(fresh + stretch.offset, second + stretch.offset)
    if (match !== NO_SECOND) return match - stretch.offset
    return first === stretch.start && this.isPutOff(stretch) ? first : NO_SECOND
  }

  /** Whether a run waits at the start of this stretch because its time fell into the gap before it. */
  private isPutOff(stretch: Stretch): boolean {
    const missingTo = stretch.start + stretch.offset
    return (
      this.runsAfterGap &&
      stretch.missingFrom < missingTo &&
      this.firstMatch(stretch.missingFrom, missingTo) !== NO_SECOND
    )
  }

  private isMatch(wallSecond: number): boolean {
    return this.firstMatch(wallSecond, wallSecond + 1) === wallSecond
  }

  private isDay(day: number): boolean {
    return this.days.next(day, day) === day
  }
}
