/** A timetable as plain English sentences, for people who check what they have set up. */
import { parseDate, parseTime } from './calendar.ts'
import { dateIn, monthIn, packedDate, timeText, weekdayOf } from './civil.ts'
import { WEEKDAYS } from './day-rules.ts'
import { describeDays, describeTimes } from './describe-pattern.ts'
import { parseSchedule, patternOf } from './parse-schedule.ts'
import type { CalendarSchedule, IntervalSchedule, Schedule, Timetable } from './timetable.ts'
import { durationText, everyUnit, instantText, MONTHS } from './words.ts'

/** `Every 5 minutes, America/New_York time`. Throws a ScheduleError for a schedule that is not valid. */
export const describeSchedule = (schedule: Schedule): string => described(schedule, 'schedule')

/** One sentence for all schedules, one for start and end, one for delays. Throws a ScheduleError. */
export const describeTimetable = (timetable: Timetable): string => {
  const { schedules, start, end, maxRuns, jitterMs = 0, spreadMs = 0 } = timetable
  const parts = schedules.map((schedule, index) => described(schedule, `schedules[${index}]`))
  const sentences = [
    parts.length === 0 ? 'Never' : parts.map((part, index) => (index === 0 ? part : lower(part))).join('; and '),
  ]
  const zone = [start, end].some((bound) => bound !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(bound))
    ? ` (${timetable.zone})`
    : ''
  if (start !== undefined && end !== undefined) sentences.push(`From ${start} through ${end}${zone}`)
  else if (start !== undefined) sentences.push(`From ${start} on${zone}`)
  else if (end !== undefined) sentences.push(`Through ${end}${zone}`)
  if (maxRuns !== undefined) sentences.push(maxRuns === 1 ? 'One run in all' : `At most ${maxRuns} runs in all`)
  if (spreadMs > 0) sentences.push(`All runs are delayed by one fixed share of ${durationText(spreadMs)}`)
  if (jitterMs > 0) sentences.push(`Each run is delayed by up to ${durationText(jitterMs)}`)
  return sentences.map((sentence) => `${sentence}.`).join(' ')
}

const described = (schedule: Schedule, path: string): string => {
  parseSchedule(schedule, path)
  switch (schedule.kind) {
    case 'cron':
    case 'fields': {
      const pattern = patternOf(schedule, path)
      if (pattern === null) return ''
      const days = describeDays(pattern)
      return `${describeTimes(pattern)}${days === '' ? '' : ` ${days}`}${onTheClock(schedule)}`
    }
    case 'interval':
      return describeInterval(schedule)
    case 'calendar':
      return `${describeCalendar(schedule)}${onTheClock(schedule)}`
    case 'once':
      return `Once, at ${instantText(schedule.at)}`
    case 'manual':
      return 'Only when started by hand'
  }
}

const describeInterval = ({ everyMs, anchor }: IntervalSchedule): string => {
  const text = durationText(everyMs)
  return `Every ${/^1 [a-z]+$/.test(text) ? text.slice(2) : text}, counted from ${instantText(anchor)}`
}

const describeCalendar = ({ every, unit, start, at }: CalendarSchedule): string => {
  const day = parseDate(start)
  const packed = packedDate(day)
  const date = dateIn(packed)
  const clamped = date > 28 ? ', or the last day of a shorter month,' : ''
  const on = {
    day: '',
    week: ` on ${WEEKDAYS[weekdayOf(day)]}`,
    month: ` on day ${date}${clamped}`,
    quarter: ` on day ${date}${clamped}`,
    year: ` on ${date} ${MONTHS[monthIn(packed)]}${date === 29 && monthIn(packed) === 2 ? ', or 28 February,' : ''}`,
  }[unit]
  return `Every ${everyUnit(every, unit)}${on} at ${timeText(parseTime(at))}, from ${start} on`
}

/** The zone, and what was chosen for clock changes where it is not left to the product. */
const onTheClock = (schedule: Extract<Schedule, { zone: string }>): string => {
  const zone = schedule.zone === 'UTC' ? ', UTC' : `, ${schedule.zone} time`
  const gap = {
    auto: '',
    run_after: ', missing times run right after the clock change',
    skip: ', missing times are skipped',
  }[schedule.dstGap ?? 'auto']
  const overlap = {
    auto: '',
    first: ', repeated times run once',
    both: ', repeated times run twice',
  }[schedule.dstOverlap ?? 'auto']
  return `${zone}${gap}${overlap}`
}

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)
