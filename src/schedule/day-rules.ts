/** Rules for days that plain numbers cannot say: last day, nearest working day, third Tuesday. */
import type { MonthShape } from './month-days.ts'

export type DayRule = {
  /** As a sentence says it: `the last Friday`. */
  readonly text: string
  /** Whether one day of a month of this shape is meant; weekday 0 is Sunday. */
  readonly allows: (date: number, weekday: number, shape: MonthShape) => boolean
}

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth'] as const

/** `back` days before the month's last. */
export const fromMonthEnd = (back: number): DayRule => ({
  text: back === 0 ? 'the last day' : `the day ${back} before the last`,
  allows: (date, _weekday, { length }) => date === length - back,
})

/** The working day nearest to `day`, inside its month; a month without that day has none. */
export const workingDayNear = (day: number): DayRule => ({
  text: `the working day nearest to day ${day}`,
  allows: (date, _weekday, shape) => day <= shape.length && date === nearestWorkingDay(day, shape),
})

export const lastWorkingDay: DayRule = {
  text: 'the last working day',
  allows: (date, _weekday, shape) => date === nearestWorkingDay(shape.length, shape),
}

/** The n-th such weekday of the month, n from 1 to 5. */
export const nthWeekday = (wanted: number, n: number): DayRule => ({
  text: `the ${ORDINALS[n]} ${WEEKDAYS[wanted]}`,
  allows: (date, weekday) => weekday === wanted && Math.ceil(date / 7) === n,
})

export const lastWeekday = (wanted: number): DayRule => ({
  text: `the last ${WEEKDAYS[wanted]}`,
  allows: (date, weekday, { length }) => weekday === wanted && date > length - 7,
})

const nearestWorkingDay = (day: number, { length, firstWeekday }: MonthShape): number => {
  const weekday = (firstWeekday + day - 1) % 7
  if (weekday === 6) return day > 1 ? day - 1 : day + 2
  if (weekday === 0) return day < length ? day + 1 : day - 2
  return day
}
