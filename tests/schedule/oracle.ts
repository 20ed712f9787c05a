/** An independent answer to "when is this due": a walk over every minute, asking Temporal what the wall clock shows. */

/** What a schedule means; the generator builds it beside the text, it is never parsed from it. */
export type Meaning = {
  readonly seconds: readonly number[]
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly isDay: (date: Temporal.PlainDate) => boolean
  /** Written as a rhythm over the whole hour field, over the whole minute field. */
  readonly isHourOpen: boolean
  readonly isMinuteOpen: boolean
  readonly dstGap: 'auto' | 'run_after' | 'skip'
  readonly dstOverlap: 'auto' | 'first' | 'both'
}

/** One real minute: its instant, and the wall clock at it as minutes since 1970 on that wall clock. */
export type Minute = { readonly at: number; readonly wall: number }

const MINUTE = 60_000
const LONGEST_CHANGE = 180

export const minutesOf = (zone: string, from: number, to: number): Minute[] => {
  const minutes: Minute[] = []
  for (let at = from; at < to; at += MINUTE) {
    const offset = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 6e10
    minutes.push({ at, wall: at / MINUTE + offset })
  }
  return minutes
}

/** All due instants among these minutes, by the rule as written (R2 to R5) and nothing cleverer. */
export const dueAmong = (minutes: readonly Minute[], meaning: Meaning): number[] => {
  const due: number[] = []
  const days = new Map<number, boolean>()
  const firstShown = new Map<number, number>()
  const matches = (wall: number): boolean => {
    const day = Math.floor(wall / 1440)
    const rest = wall - day * 1440
    return meaning.minutes.has(rest % 60) && meaning.hours.has(Math.floor(rest / 60)) && isDay(day, days, meaning)
  }
  minutes.forEach(({ at, wall }, index) => {
    const before = minutes[index - 1]?.wall ?? wall - 1
    const missing = wall - before - 1
    const isPutOff =
      missing > 0 && missing <= LONGEST_CHANGE && runsAfterGap(meaning) && anyOf(before + 1, wall, matches)
    const shown = firstShown.get(wall)
    const isSecondPass = shown !== undefined && at - shown <= LONGEST_CHANGE * MINUTE
    if (shown === undefined) firstShown.set(wall, at)
    const own = matches(wall) && (!isSecondPass || runsTwice(meaning)) ? meaning.seconds : []
    if (isPutOff && own[0] !== 0) due.push(at)
    for (const second of own) due.push(at + second * 1000)
  })
  return due
}

const runsAfterGap = ({ dstGap, isHourOpen }: Meaning): boolean =>
  dstGap === 'auto' ? !isHourOpen : dstGap === 'run_after'

const runsTwice = ({ dstOverlap, isHourOpen, isMinuteOpen }: Meaning): boolean =>
  dstOverlap === 'auto' ? isHourOpen || isMinuteOpen : dstOverlap === 'both'

const anyOf = (from: number, to: number, matches: (wall: number) => boolean): boolean => {
  for (let wall = from; wall < to; wall++) if (matches(wall)) return true
  return false
}

const EPOCH = Temporal.PlainDate.from('1970-01-01')

const isDay = (day: number, known: Map<number, boolean>, meaning: Meaning): boolean => {
  const answer = known.get(day) ?? meaning.isDay(EPOCH.add({ days: day }))
  known.set(day, answer)
  return answer
}
