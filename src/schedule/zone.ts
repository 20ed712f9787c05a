/** A time zone as the stretches between its clock changes, read once from the runtime and kept as integers. */
import { Fault } from './error.ts'
import { Interned } from './interned.ts'

/** The release of the time-zone data in use, e.g. `2026c`. */
export const tzdata: string = process.versions.tz ?? 'unknown'

/** Longer jumps are corrections of the calendar (Apia 2011), not changes of the clock; 3 h (Casey) still is one. */
const CLOCK_CHANGE_LIMIT = 3 * 3600

/** A stretch of one offset. All numbers are seconds, UTC unless called wall. */
export type Stretch = {
  readonly start: number
  readonly end: number
  readonly offset: number
  /** The clock's jump at `start`: above 0 a gap, below 0 an overlap, 0 at the first stretch. */
  readonly jump: number
  /** From here on no wall time is the second pass of an overlap (of at most 3 h) at `start`. */
  readonly freshFrom: number
  /** Wall second where the gap (of at most 3 h) at `start` begins; equal to `start + offset` when there is none. */
  readonly missingFrom: number
}

export class Zone {
  /** As the runtime spells it: `us/eastern` is `US/Eastern`. Old names stay what they are. */
  readonly name: string
  private readonly stretches: Stretch[] = []
  /** The stretch under way, whose end is not read yet. */
  private open: { start: number; offset: number; jump: number }
  private cursor: Temporal.ZonedDateTime | null
  private hint = 0

  constructor(epoch: Temporal.ZonedDateTime) {
    this.name = epoch.timeZoneId
    this.cursor = epoch
    this.open = { start: Number.NEGATIVE_INFINITY, offset: offsetSeconds(epoch), jump: 0 }
  }

  /** The index of the stretch that holds this second. */
  indexAt(second: number): number {
    const hinted = this.stretches[this.hint]
    if (hinted !== undefined && second >= hinted.start && second < hinted.end) return this.hint
    this.readBeyond(second)
    let low = 0
    let high = this.stretches.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.stretches[middle] as Stretch).start <= second) low = middle
      else high = middle - 1
    }
    this.hint = low
    return low
  }

  /** Index must come from `indexAt`, or be one beside it. */
  stretch(index: number): Stretch {
    const found = this.stretches[index]
    if (found !== undefined) return found
    this.readBeyond(this.open.start)
    return this.stretches[index] as Stretch
  }

  /** The stretch that holds this second. */
  at(second: number): Stretch {
    return this.stretch(this.indexAt(second))
  }

  /** A change costs 5 µs to read, so the table grows as it is asked: to 2600 it would hold 1,300 changes. */
  private readBeyond(second: number): void {
    while (this.cursor !== null && this.open.start <= second) {
      const next: Temporal.ZonedDateTime | null = this.cursor.getTimeZoneTransition('next')
      const offset = next === null ? this.open.offset : offsetSeconds(next)
      // The runtime may report a change of name or of daylight flag only (Grand Turk 2018): nothing happens to the clock.
      if (next === null || offset !== this.open.offset) {
        const end = next === null ? Number.POSITIVE_INFINITY : next.epochMilliseconds / 1000
        this.stretches.push(stretchOf(this.open, end))
        this.open = { start: end, offset, jump: offset - this.open.offset }
      }
      this.cursor = next
    }
  }
}

const stretchOf = (open: { start: number; offset: number; jump: number }, end: number): Stretch => {
  const { start, offset, jump } = open
  const isClockChange = Math.abs(jump) <= CLOCK_CHANGE_LIMIT
  return {
    ...open,
    end,
    freshFrom: isClockChange && jump < 0 ? start - jump : start,
    missingFrom: isClockChange && jump > 0 ? start + offset - jump : start + offset,
  }
}

const offsetSeconds = (at: Temporal.ZonedDateTime): number => at.offsetNanoseconds / 1e9

const zones = new Interned<Zone>(2_000)

/**
 * A zone by its name in any case, old names (US/Eastern) included. Bare offsets (+05:30) are refused: they look like a
 * place but never change their clock; Etc/GMT-5 says so openly.
 */
export const zoneNamed = (name: unknown): Zone => {
  if (typeof name !== 'string' || name === '') throw new Fault('must be a time zone name such as Europe/Berlin')
  if (name.length > 64) throw new Fault('is too long for a time zone name; an example is Europe/Berlin')
  if (/^[+-]/.test(name)) throw new Fault('is an offset, not a time zone; name a place such as Asia/Kolkata, or UTC')
  return zones.get(name, () => {
    try {
      return new Zone(new Temporal.ZonedDateTime(0n, name))
    } catch {
      throw new Fault('is not a known time zone; an example is Europe/Berlin')
    }
  })
}
