/** Daily, Weekly, Monthly, Quarterly, Yearly: as cron expressions. Pure. */
import { invalid } from '../../../domain/errors.ts'
import { type Fields, textOrNone } from './fields.ts'

const NAMES = ['Daily', 'Weekly', 'Monthly', 'Quarterly', 'Yearly'] as const

export type Frequency = {
  readonly name: (typeof NAMES)[number]
  /** `HH:MM` */
  readonly time: string
  /** Of Weekly: 0 is Sunday. */
  readonly weekday: number
  /** Of Monthly, Quarterly and Yearly; months without it are passed over, as by cron. */
  readonly day: number
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** In any case, and also as the document's schema spells it: `Quaterly`. */
const nameIn = (value: unknown): Frequency['name'] => {
  const lower = typeof value === 'string' ? value.trim().toLowerCase().replace('quaterly', 'quarterly') : null
  const name = NAMES.find((known) => known.toLowerCase() === lower)
  if (name === undefined) throw invalid('frequency', value, `give one of ${NAMES.join(', ')}`)
  return name
}

/** Which of the fields of a body are about it. */
export const FREQUENCY_FIELDS = ['frequency', 'timeOfDay', 'dayOfWeek', 'dayOfMonth'] as const

/** Null: none is given, and there was none. What is left out stays while the frequency is the same. */
export const frequencyIn = (fields: Fields, before: Frequency | null): Frequency | null => {
  if (fields.frequency === null || fields.frequency === '') return null
  const name = fields.frequency === undefined ? before?.name : nameIn(fields.frequency)
  const stray = FREQUENCY_FIELDS.find((field) => fields[field] != null)
  if (name === undefined) {
    if (stray === undefined) return null
    throw invalid(stray, fields[stray], 'it goes with a frequency')
  }
  const kept = before?.name === name ? before : null
  const { dayOfWeek, dayOfMonth } = fields
  if (dayOfWeek != null && name !== 'Weekly') throw invalid('dayOfWeek', dayOfWeek, 'it goes with the frequency Weekly')
  if (dayOfMonth != null && (name === 'Daily' || name === 'Weekly'))
    throw invalid('dayOfMonth', dayOfMonth, 'it goes with the frequencies Monthly, Quarterly and Yearly')
  return {
    name,
    time: timeIn(textOrNone(fields, 'timeOfDay')) ?? kept?.time ?? '00:00',
    weekday: dayOfWeek == null ? (kept?.weekday ?? 0) : weekdayIn(dayOfWeek),
    day: dayOfMonth == null ? (kept?.day ?? 1) : dayIn(dayOfMonth),
  }
}

const timeIn = (text: string | null | undefined): string | null => {
  if (text == null) return null
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) throw invalid('timeOfDay', text, 'give hours and minutes, such as 07:30')
  return text
}

const weekdayIn = (value: unknown): number => {
  const text = String(value).trim().toLowerCase()
  const number = /^[0-7]$/.test(text)
    ? Number(text) % 7
    : WEEKDAYS.findIndex((day) => text.length >= 3 && day.startsWith(text))
  if (number < 0) throw invalid('dayOfWeek', value, 'give a weekday such as Monday, or 0 (Sunday) to 6 (Saturday)')
  return number
}

const dayIn = (value: unknown): number => {
  const day = Number(value)
  if (!Number.isInteger(day) || day < 1 || day > 31)
    throw invalid('dayOfMonth', value, 'give a whole number from 1 to 31')
  return day
}

export const cronOf = ({ name, time, weekday, day }: Frequency): string => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const days = { Daily: '* * *', Weekly: `* * ${weekday}`, Monthly: `${day} * *`, Quarterly: `${day} 1,4,7,10 *` }
  return `${minute} ${hour} ${name === 'Yearly' ? `${day} 1 *` : days[name]}`
}

/** As the document calls its parts. */
export const frequencyToFields = (frequency: Frequency | null): Fields => ({
  frequency: frequency?.name ?? null,
  timeOfDay: frequency?.time ?? null,
  dayOfWeek:
    frequency?.name === 'Weekly' ? (WEEKDAYS[frequency.weekday]?.replace(/^./, (c) => c.toUpperCase()) ?? null) : null,
  dayOfMonth: frequency === null || ['Daily', 'Weekly'].includes(frequency.name) ? null : frequency.day,
})
