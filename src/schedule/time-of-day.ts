/** The times of one day a schedule names: hours by minutes by seconds. */
import { type FieldSet, fieldSet, NONE, oneNumber } from './field-set.ts'

export class TimeOfDay {
  readonly hours: FieldSet
  readonly minutes: FieldSet
  readonly seconds: FieldSet
  /** Second of the day of the earliest and the latest time. */
  readonly first: number
  readonly last: number
  readonly perDay: number

  constructor(hours: FieldSet, minutes: FieldSet, seconds: FieldSet) {
    this.hours = hours
    this.minutes = minutes
    this.seconds = seconds
    this.first = hours.first * 3600 + minutes.first * 60 + seconds.first
    this.last = hours.last * 3600 + minutes.last * 60 + seconds.last
    this.perDay = hours.size * minutes.size * seconds.size
  }

  /** The earliest time from this second of the day on, or NONE. */
  next(secondOfDay: number): number {
    const h = (secondOfDay / 3600) | 0
    if (this.hours.has(h)) {
      const rest = secondOfDay - h * 3600
      const m = (rest / 60) | 0
      if (this.minutes.has(m)) {
        const s = this.seconds.next(rest - m * 60)
        if (s !== NONE) return h * 3600 + m * 60 + s
      }
      const later = this.minutes.next(m + 1)
      if (later !== NONE) return h * 3600 + later * 60 + this.seconds.first
    }
    const hour = this.hours.next(h + 1)
    return hour === NONE ? NONE : hour * 3600 + this.minutes.first * 60 + this.seconds.first
  }

  /** The latest time up to this second of the day, or NONE. */
  prev(secondOfDay: number): number {
    const h = (secondOfDay / 3600) | 0
    if (this.hours.has(h)) {
      const rest = secondOfDay - h * 3600
      const m = (rest / 60) | 0
      if (this.minutes.has(m)) {
        const s = this.seconds.prev(rest - m * 60)
        if (s !== NONE) return h * 3600 + m * 60 + s
      }
      const earlier = m > 0 ? this.minutes.prev(m - 1) : NONE
      if (earlier !== NONE) return h * 3600 + earlier * 60 + this.seconds.last
    }
    const hour = h > 0 ? this.hours.prev(h - 1) : NONE
    return hour === NONE ? NONE : hour * 3600 + this.minutes.last * 60 + this.seconds.last
  }

  /** How many times lie before this second of the day. */
  before(secondOfDay: number): number {
    const h = (secondOfDay / 3600) | 0
    const whole = this.hours.below(h) * this.minutes.size * this.seconds.size
    if (!this.hours.has(h)) return whole
    const rest = secondOfDay - h * 3600
    const m = (rest / 60) | 0
    const inHour = whole + this.minutes.below(m) * this.seconds.size
    return this.minutes.has(m) ? inHour + this.seconds.below(rest - m * 60) : inHour
  }
}

export const singleTime = (hour: number, minute: number, second: number): TimeOfDay =>
  new TimeOfDay(
    fieldSet(0, 23, [oneNumber(hour)]),
    fieldSet(0, 59, [oneNumber(minute)]),
    fieldSet(0, 59, [oneNumber(second)]),
  )
