/** What crontab and APScheduler fields both come down to: sets of times, dates, weekdays, months, years and weeks. */
import type { DayRule } from './day-rules.ts'
import type { FieldSet } from './field-set.ts'
import { Interned } from './interned.ts'
import type { Range } from './list-field.ts'
import { MonthDays, masksByShape } from './month-days.ts'
import type { TimeOfDay } from './time-of-day.ts'

export type Pattern = {
  readonly times: TimeOfDay
  readonly dates: FieldSet
  readonly dateRules: readonly DayRule[]
  /** 0 to 6, 0 is Sunday. */
  readonly weekdays: FieldSet
  readonly weekdayRules: readonly DayRule[]
  /** A day needs to match only one of the two day fields, not both. */
  readonly eitherDay: boolean
  readonly months: FieldSet
  /** null: any. */
  readonly years: FieldSet | null
  readonly weeks: FieldSet | null
  /** As written: whether the text is a rhythm or an appointment decides what happens at clock changes. */
  readonly hourRanges: readonly Range[]
  readonly minuteRanges: readonly Range[]
  readonly dateRanges: readonly Range[]
  /** Tells one pair of day fields from another. */
  readonly dayKey: string
}

/** Whether one of the elements is a rhythm over the whole field. */
export const isOpen = (ranges: readonly Range[]): boolean => ranges.some((range) => range.isOpen)

const masks = new Interned<Int32Array>(2_000)

export const patternDays = (pattern: Pattern): MonthDays =>
  new MonthDays({
    masks: masks.get(pattern.dayKey, () => dayMasks(pattern)),
    months: pattern.months,
    years: pattern.years,
    weeks: pattern.weeks,
  })

const dayMasks = ({ dates, dateRules, weekdays, weekdayRules, eitherDay }: Pattern): Int32Array =>
  masksByShape((date, weekday, shape) => {
    const byDate = dates.has(date) || dateRules.some((rule) => rule.allows(date, weekday, shape))
    const byWeekday = weekdays.has(weekday) || weekdayRules.some((rule) => rule.allows(date, weekday, shape))
    return eitherDay ? byDate || byWeekday : byDate && byWeekday
  })
