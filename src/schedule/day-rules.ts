/** Rules for days that plain numbers cannot say: last day, nearest working day, third Tuesday. */
import type { MonthShape } from './month-days.ts'

/** Whether one day of a month of this shape is meant. */
export type DayRule = (date: number, weekday: number, shape: MonthShape) => boolean

/** `back` days before the month's last. */
export const fromMonthEnd =
  (back: number): DayRule =>
  (date, _weekday, { length }) =>
    date === length - back

/** The working day nearest to `day`, inside its month; a month without that day has none. */
export const workingDayNear =
  (day: number): DayRule =>
  (date, _weekday, shape) =>
    day <= shape.length && date === nearestWorkingDay(day, shape)

export const lastWorkingDay: DayRule = (date, _weekday, shape) => date === nearestWorkingDay(shape.length, shape)

/** The n-th such weekday of the month; 0 is Sunday. */
export const nthWeekday =
  (wanted: number, n: number): DayRule =>
  (date, weekday) =>
    weekday === wanted && Math.ceil(date / 7) === n

export const lastWeekday =
  (wanted: number): DayRule =>
  (date, weekday, { length }) =>
    weekday === wanted && date > length - 7

const nearestWorkingDay = (day: number, { length, firstWeekday }: MonthShape): number => {
  const weekday = (firstWeekday + day - 1) % 7
  if (weekday === 6) return day > 1 ? day - 1 : day + 2
  if (weekday === 0) return day < length ? day + 1 : day - 2
  return day
}
