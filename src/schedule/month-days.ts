/** Dates told by month, day of month and day of week: one mask of days for each shape a month can have. */
import { dateIn, dayOf, isoWeekOf, monthIn, monthLength, packedDate, weekdayOf, yearIn } from './civil.ts'
import { type Days, NO_DAY } from './days.ts'
import { type FieldSet, NONE } from './field-set.ts'

/** A month has 28 to 31 days and begins on one of seven weekdays: 28 shapes decide every rule of cron but the ISO week. */
export type MonthShape = { readonly length: number; readonly firstWeekday: number }

/** Bit d - 1 stands for day d. */
export const masksByShape = (allows: (date: number, weekday: number, shape: MonthShape) => boolean): Int32Array => {
  const masks = new Int32Array(28)
  for (let length = 28; length <= 31; length++) {
    for (let firstWeekday = 0; firstWeekday < 7; firstWeekday++) {
      const shape = { length, firstWeekday }
      let mask = 0
      for (let date = 1; date <= length; date++) {
        if (allows(date, (firstWeekday + date - 1) % 7, shape)) mask |= 1 << (date - 1)
      }
      masks[(length - 28) * 7 + firstWeekday] = mask
    }
  }
  return masks
}

const ALL_DAYS = masksByShape(() => true)

export class MonthDays implements Days {
  private readonly masks: Int32Array
  private readonly months: FieldSet
  private readonly years: FieldSet | null
  private readonly weeks: FieldSet | null
  private readonly everyDay: boolean

  constructor(rule: { masks: Int32Array; months: FieldSet; years: FieldSet | null; weeks: FieldSet | null }) {
    this.masks = rule.masks
    this.months = rule.months
    this.years = rule.years?.isFull ? null : rule.years
    this.weeks = rule.weeks?.isFull ? null : rule.weeks
    this.everyDay =
      !this.years && !this.weeks && this.months.isFull && this.masks.every((mask, shape) => mask === ALL_DAYS[shape])
  }

  next(day: number, last: number): number {
    if (day > last) return NO_DAY
    if (this.everyDay) return day
    const packed = packedDate(day)
    let year = yearIn(packed)
    let month = monthIn(packed)
    const today = dateIn(packed)
    if (this.allowsYear(year) && this.months.has(month)) {
      const start = day - today + 1
      const mask = this.maskOf(year, month, start) & (-1 << (today - 1))
      if (mask !== 0) return within(start + lowestBit(mask), last)
    }
    for (;;) {
      month = this.allowsYear(year) ? this.months.next(month + 1) : NONE
      if (month === NONE) {
        year = this.years ? nextYear(this.years, year) : year + 1
        if (year === NONE) return NO_DAY
        month = this.months.first
      }
      const start = dayOf(year, month, 1)
      if (start > last) return NO_DAY
      const mask = this.maskOf(year, month, start)
      if (mask !== 0) return within(start + lowestBit(mask), last)
    }
  }

  prev(day: number, first: number): number {
    if (day < first) return NO_DAY
    if (this.everyDay) return day
    const packed = packedDate(day)
    let year = yearIn(packed)
    let month = monthIn(packed)
    let start = day - dateIn(packed) + 1
    let upTo = dateIn(packed)
    for (;;) {
      if (this.allowsYear(year) && this.months.has(month)) {
        const mask = this.maskOf(year, month, start) & (-1 >>> (32 - upTo))
        if (mask !== 0) {
          const found = start + 31 - Math.clz32(mask)
          return found < first ? NO_DAY : found
        }
      }
      if (start <= first) return NO_DAY
      month = month === 1 ? 12 : month - 1
      if (month === 12) year--
      start -= monthLength(year, month)
      upTo = 31
    }
  }

  count(from: number, to: number): number {
    if (this.everyDay) return Math.max(0, to - from)
    let total = 0
    for (let day = from; day < to; ) {
      const packed = packedDate(day)
      const year = yearIn(packed)
      const month = monthIn(packed)
      const start = day - dateIn(packed) + 1
      const end = start + monthLength(year, month)
      if (this.allowsYear(year) && this.months.has(month)) {
        const below = to < end ? -1 >>> (32 - (to - start)) : -1
        total += bitCount(this.maskOf(year, month, start) & (-1 << (day - start)) & below)
      }
      day = end
    }
    return total
  }

  private allowsYear(year: number): boolean {
    return this.years === null || this.years.has(year)
  }

  private maskOf(year: number, month: number, start: number): number {
    const length = monthLength(year, month)
    const mask = this.masks[(length - 28) * 7 + weekdayOf(start)] as number
    return this.weeks === null || mask === 0 ? mask : mask & this.weekMask(start, length, this.weeks)
  }

  private weekMask(start: number, length: number, weeks: FieldSet): number {
    let mask = 0
    for (let date = 1; date <= length; ) {
      const monday = date + 7 - ((weekdayOf(start + date - 1) + 6) % 7)
      const allowed = weeks.has(isoWeekOf(start + date - 1))
      for (; date < monday && date <= length; date++) if (allowed) mask |= 1 << (date - 1)
    }
    return mask
  }
}

const within = (day: number, last: number): number => (day > last ? NO_DAY : day)

const nextYear = (years: FieldSet, year: number): number =>
  year + 1 > years.max ? NONE : years.next(Math.max(year + 1, years.min))

const lowestBit = (mask: number): number => 31 - Math.clz32(mask & -mask)

const bitCount = (mask: number): number => {
  let n = mask - ((mask >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
