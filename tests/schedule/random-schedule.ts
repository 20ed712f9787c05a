/** Random schedules with their meaning, biased towards the hours and dates where clocks change. */
import type { Schedule } from '../../src/schedule/schedule.ts'
import type { Meaning } from './oracle.ts'

export type Random = {
  /** A whole number from `least` to `most`. */
  readonly int: (least: number, most: number) => number
  readonly pick: <T>(choices: readonly T[]) => T
  readonly chance: (share: number) => boolean
}

/** The same seed gives the same run. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 0x100000000
  }
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    int,
    pick: (choices) => choices[int(0, choices.length - 1)] as (typeof choices)[number],
    chance: (share) => next() < share,
  }
}

type Part = { readonly text: string; readonly members: readonly number[]; readonly isOpen: boolean }

/** Both field languages read these alike: steps stay within the range they walk. */
const part = (random: Random, min: number, max: number, favourite: () => number): Part => {
  const a = favourite()
  const b = random.int(a, max)
  const step = (span: number): number => random.int(1, Math.max(1, Math.min(span, 25)))
  const kinds: (() => Part)[] = [
    () => ({ text: '*', members: counted(min, max, 1), isOpen: true }),
    () => stepped('*', min, max, step(max - min), true),
    () => ({ text: `${a}`, members: [a], isOpen: false }),
    () => ({ text: `${a}`, members: [a], isOpen: false }),
    () => ({ text: `${a}`, members: [a], isOpen: false }),
    () => ({ text: `${a}-${b}`, members: counted(a, b, 1), isOpen: a === min && b === max }),
    () => (b > a ? stepped(`${a}-${b}`, a, b, step(b - a), a === min && b === max) : part(random, min, max, favourite)),
    () => (a < max ? stepped(`${a}`, a, max, step(max - a), a === min) : part(random, min, max, favourite)),
    () => ({ text: `${min}-${max}`, members: counted(min, max, 1), isOpen: true }),
    () => joined(part(random, min, max, favourite), part(random, min, max, favourite)),
  ]
  return random.pick(kinds)()
}

const counted = (from: number, to: number, step: number): number[] => {
  const members: number[] = []
  for (let n = from; n <= to; n += step) members.push(n)
  return members
}

const stepped = (base: string, from: number, to: number, step: number, isOpen: boolean): Part => ({
  text: `${base}/${step}`,
  members: counted(from, to, step),
  isOpen,
})

const joined = (one: Part, other: Part): Part => ({
  text: `${one.text},${other.text}`,
  members: [...one.members, ...other.members],
  isOpen: one.isOpen || other.isOpen,
})

type Days = { readonly text: string; readonly has: (date: Temporal.PlainDate) => boolean; readonly isFree: boolean }

const list = (random: Random, own: number, least: number, most: number): number[] =>
  random.chance(0.5) ? [own] : [own, random.int(least, most)]

/** Day of month, most often the date of the clock change or the one beside it. */
const cronDates = (random: Random, near: Temporal.PlainDate): Days => {
  const numbers = list(random, near.day, 1, 31)
  const back = random.int(1, 5)
  const kinds: (() => Days)[] = [
    () => ({ text: '*', has: () => true, isFree: true }),
    () => ({ text: '*', has: () => true, isFree: true }),
    () => ({ text: '?', has: () => true, isFree: true }),
    () => ({ text: numbers.join(), has: ({ day }) => numbers.includes(day), isFree: false }),
    () => ({ text: '*/2', has: ({ day }) => day % 2 === 1, isFree: true }),
    () => ({ text: 'L', has: (date) => date.day === date.daysInMonth, isFree: false }),
    () => ({ text: `L-${back}`, has: (date) => date.day === date.daysInMonth - back, isFree: false }),
    () => ({ text: 'LW', has: (date) => isNearestWorkingDay(date, date.daysInMonth), isFree: false }),
    () => ({ text: `${near.day}W`, has: (date) => isNearestWorkingDay(date, near.day), isFree: false }),
  ]
  return random.pick(kinds)()
}

/** The working day nearest to `day` of the same month, found by trying ever farther days inside the month. */
const isNearestWorkingDay = (date: Temporal.PlainDate, day: number): boolean => {
  if (day > date.daysInMonth) return false
  for (const shift of [0, -1, 1, -2, 2]) {
    const candidate = day + shift
    if (candidate < 1 || candidate > date.daysInMonth) continue
    if (date.with({ day: candidate }).dayOfWeek <= 5) return date.day === candidate
  }
  return false
}

const cronWeekdays = (random: Random, near: Temporal.PlainDate): Days => {
  const own = near.dayOfWeek
  const numbers = list(random, own, 0, 7)
  const nth = Math.ceil(near.day / 7)
  const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
  const kinds: (() => Days)[] = [
    () => ({ text: '*', has: () => true, isFree: true }),
    () => ({ text: '*', has: () => true, isFree: true }),
    () => ({ text: numbers.join(), has: (date) => numbers.some((n) => n % 7 === date.dayOfWeek % 7), isFree: false }),
    () => ({ text: names[own % 7] as string, has: (date) => date.dayOfWeek === own, isFree: false }),
    () => ({ text: '1-5', has: (date) => date.dayOfWeek <= 5, isFree: false }),
    () => ({ text: 'sat-sun', has: (date) => date.dayOfWeek >= 6, isFree: false }),
    () => ({ text: '*/2', has: (date) => (date.dayOfWeek % 7) % 2 === 0, isFree: true }),
    () => ({
      text: `${own}#${nth}`,
      has: (date) =>
        date.dayOfWeek === own &&
        date.subtract({ weeks: nth - 1 }).month === date.month &&
        date.subtract({ weeks: nth }).month !== date.month,
      isFree: false,
    }),
    () => ({
      text: `${own}L`,
      has: (date) => date.dayOfWeek === own && date.add({ weeks: 1 }).month !== date.month,
      isFree: false,
    }),
  ]
  return random.pick(kinds)()
}

export type Sample = { readonly schedule: Schedule; readonly meaning: Meaning }

/** A schedule of any wall-clock kind whose times are likely to meet the change at `near` (wall clock before it). */
export const randomSample = (random: Random, zone: string, near: Temporal.PlainDateTime): Sample => {
  const date = random.chance(0.8) ? near.toPlainDate() : near.toPlainDate().add({ days: random.int(-1, 1) })
  const nearHour = (): number => (near.hour + random.int(0, random.chance(0.8) ? 3 : 23)) % 24
  const options = {
    dstGap: random.pick(['auto', 'auto', 'auto', 'run_after', 'skip'] as const),
    dstOverlap: random.pick(['auto', 'auto', 'auto', 'first', 'both'] as const),
  }
  const minute = part(random, 0, 59, () => random.int(0, 59))
  const hour = part(random, 0, 23, nearHour)
  const clock = {
    ...options,
    minutes: new Set(minute.members),
    hours: new Set(hour.members),
    isHourOpen: hour.isOpen,
    isMinuteOpen: minute.isOpen,
  }
  const kind = random.int(0, 9)
  if (kind === 0) return calendarSample(random, zone, date, { hour: nearHour(), minute: random.int(0, 59), ...options })
  if (kind <= 2) return fieldsSample({ random, zone, date, minute, hour, clock })
  return cronSample({ random, zone, date, minute, hour, clock })
}

type Clock = Omit<Meaning, 'isDay' | 'seconds'>
type Ingredients = {
  readonly random: Random
  readonly zone: string
  readonly date: Temporal.PlainDate
  readonly minute: Part
  readonly hour: Part
  readonly clock: Clock
}

const cronSample = ({ random, zone, date, minute, hour, clock }: Ingredients): Sample => {
  const dates = cronDates(random, date)
  const weekdays = cronWeekdays(random, date)
  const month = random.chance(0.7) ? null : date.month
  const seconds = random.chance(0.8) ? null : [random.int(0, 30), random.int(31, 59)]
  const either = !dates.isFree && !weekdays.isFree
  const expression = `${seconds === null ? '' : `${seconds} `}${minute.text} ${hour.text} ${dates.text} ${month ?? '*'} ${weekdays.text}`
  return {
    schedule: { kind: 'cron', expression, zone, dstGap: clock.dstGap, dstOverlap: clock.dstOverlap },
    meaning: {
      ...clock,
      seconds: seconds ?? [0],
      isDay: (day) =>
        (month === null || day.month === month) &&
        (either ? dates.has(day) || weekdays.has(day) : dates.has(day) && weekdays.has(day)),
    },
  }
}

const fieldsSample = ({ random, zone, date, minute, hour, clock }: Ingredients): Sample => {
  const days = random.pick<Days>([
    { text: '*', has: () => true, isFree: true },
    { text: `${date.day},last`, has: (day) => day.day === date.day || day.day === day.daysInMonth, isFree: false },
    { text: `1-${date.day}/2`, has: (day) => day.day <= date.day && day.day % 2 === 1, isFree: false },
  ])
  const text = days.text === '1-1/2' || days.text === '1-2/2' ? '*' : days.text
  const has = text === '*' ? () => true : days.has
  const week = random.chance(0.3) ? date.weekOfYear : undefined
  const weekday = random.chance(0.3) ? date.dayOfWeek - 1 : undefined
  return {
    schedule: {
      kind: 'fields',
      zone,
      dstGap: clock.dstGap,
      dstOverlap: clock.dstOverlap,
      day: text,
      ...(week === undefined ? {} : { week: `${week}` }),
      ...(weekday === undefined ? {} : { dayOfWeek: `${weekday}` }),
      hour: hour.text,
      minute: minute.text,
    },
    meaning: {
      ...clock,
      seconds: [0],
      isDay: (day) =>
        has(day) &&
        (week === undefined || day.weekOfYear === week) &&
        (weekday === undefined || day.dayOfWeek === weekday + 1),
    },
  }
}

const calendarSample = (
  random: Random,
  zone: string,
  date: Temporal.PlainDate,
  at: { hour: number; minute: number; dstGap: Meaning['dstGap']; dstOverlap: Meaning['dstOverlap'] },
): Sample => {
  const every = random.int(1, 3)
  const unit = random.pick(['day', 'week', 'month', 'quarter', 'year'] as const)
  const length = {
    day: { days: 1 },
    week: { weeks: 1 },
    month: { months: 1 },
    quarter: { months: 3 },
    year: { years: 1 },
  }[unit]
  const times = (n: number): Temporal.DurationLike =>
    Object.fromEntries(Object.entries(length).map(([name, size]) => [name, size * n * every]))
  const start = date.subtract(times(random.int(0, 3)))
  const grid = new Set(counted(0, 40, 1).map((n) => start.add(times(n)).toString()))
  const clock = [at.hour, at.minute].map((n) => String(n).padStart(2, '0')).join(':')
  return {
    schedule: {
      kind: 'calendar',
      every,
      unit,
      start: start.toString(),
      at: clock,
      zone,
      dstGap: at.dstGap,
      dstOverlap: at.dstOverlap,
    },
    meaning: {
      seconds: [0],
      minutes: new Set([at.minute]),
      hours: new Set([at.hour]),
      isDay: (day) => grid.has(day.toString()),
      isHourOpen: false,
      isMinuteOpen: false,
      dstGap: at.dstGap,
      dstOverlap: at.dstOverlap,
    },
  }
}
