/** Every n days, weeks, months, quarters or years from a first date. */
import { dateIn, dayOf, monthIn, monthLength, packedDate, yearIn } from './civil.ts'
import { type Days, NO_DAY } from './days.ts'
import { Fault } from './error.ts'
import type { CalendarUnit } from './timetable.ts'

/** Every `step` days from `start` on. */
class DayGrid implements Days {
  private readonly start: number
  private readonly step: number

  constructor(start: number, step: number) {
    this.start = start
    this.step = step
  }

  next(day: number, last: number): number {
    const found = day <= this.start ? this.start : this.start + Math.ceil((day - this.start) / this.step) * this.step
    return found > last ? NO_DAY : found
  }

  prev(day: number, first: number): number {
    const found = this.start + Math.floor((day - this.start) / this.step) * this.step
    return day < this.start || found < first ? NO_DAY : found
  }

  count(from: number, to: number): number {
    return Math.max(0, this.before(to) - this.before(from))
  }

  private before(day: number): number {
    return day <= this.start ? 0 : Math.ceil((day - this.start) / this.step)
  }
}

/** Every `step` months from the month of `start` on, on its day of the month or the month's last. */
class MonthGrid implements Days {
  private readonly firstMonth: number
  private readonly date: number
  private readonly step: number

  constructor(start: number, step: number) {
    const packed = packedDate(start)
    this.firstMonth = yearIn(packed) * 12 + monthIn(packed) - 1
    this.date = dateIn(packed)
    this.step = step
  }

  next(day: number, last: number): number {
    const turn = this.before(day)
    const found = this.day(turn)
    return found > last ? NO_DAY : found
  }

  prev(day: number, first: number): number {
    const turn = this.before(day + 1) - 1
    const found = turn < 0 ? NO_DAY : this.day(turn)
    return found < first ? NO_DAY : found
  }

  count(from: number, to: number): number {
    return Math.max(0, this.before(to) - this.before(from))
  }

  /** How many days of the grid lie before `day`: also the number of the first one that does not. */
  private before(day: number): number {
    const packed = packedDate(day)
    const turn = Math.ceil((yearIn(packed) * 12 + monthIn(packed) - 1 - this.firstMonth) / this.step)
    if (turn < 0) return 0
    return this.day(turn) < day ? turn + 1 : turn
  }

  private day(turn: number): number {
    const month = this.firstMonth + turn * this.step
    const year = Math.floor(month / 12)
    const monthOfYear = (month % 12) + 1
    return dayOf(year, monthOfYear, Math.min(this.date, monthLength(year, monthOfYear)))
  }
}

export const calendarDays = (every: number, unit: CalendarUnit, start: number): Days => {
  switch (unit) {
    case 'day':
      return new DayGrid(start, every)
    case 'week':
      return new DayGrid(start, every * 7)
    case 'month':
      return new MonthGrid(start, every)
    case 'quarter':
      return new MonthGrid(start, every * 3)
    case 'year':
      return new MonthGrid(start, every * 12)
  }
}

/** Days since 1970-01-01 of a date written YYYY-MM-DD. */
export const parseDate = (text: string): number => {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || date === undefined) {
    throw new Fault('must be a date such as 2026-03-31')
  }
  if (month < 1 || month > 12) throw new Fault(`has no month ${month}; write 01 to 12`)
  const length = monthLength(year, month)
  if (date < 1 || date > length) throw new Fault(`has no day ${date}; this month has ${length} days`)
  return dayOf(year, month, date)
}

/** Second of the day of a time written HH:MM or HH:MM:SS. */
export const parseTime = (text: string): number => {
  const [, hour, minute, second = 0] =
    /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text)?.map((part) => Number(part ?? 0)) ?? []
  if (hour === undefined || minute === undefined) throw new Fault('must be a time such as 02:30 or 02:30:15')
  if (hour > 23) throw new Fault(`hour ${hour} is above 23`)
  if (minute > 59) throw new Fault(`minute ${minute} is above 59`)
  if (second > 59) throw new Fault(`second ${second} is above 59`)
  return hour * 3600 + minute * 60 + second
}
