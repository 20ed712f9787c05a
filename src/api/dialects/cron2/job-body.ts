/** The body of a cron job, checked as a whole: every fault is told at once, as the document's server does. */
import type { Timetable } from '../../../domain/job.ts'
import type { HttpMethod, NameValue } from '../../../domain/target.ts'
import type { HttpAuthInput, HttpTargetInput } from '../../../services/services.ts'
import { timetableErrors } from '../../../services/services.ts'
import { type Fault, fault, refusal } from './errors.ts'
import { type ScheduleFields, timetableOf, WEEKDAYS, type Weekday } from './schedule.ts'

export type Fields = Readonly<Record<string, unknown>>

export type CronJob = {
  readonly name: string
  readonly timetable: Timetable
  readonly target: HttpTargetInput
  readonly notifyOnError: boolean
}

const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']
const KNOWN = [
  'url',
  'method',
  'headers',
  'body',
  'timezone',
  'weekday',
  'days',
  'month',
  'years',
  'hours',
  'minutes',
  'notify_on_error',
]

/** What a secret header is shown as; sent back, it stands for what is kept. */
export const MASK = '********'
/** Kept sealed; the first one that a job has. */
const SECRET_HEADERS = ['authorization', 'x-api-key', 'cookie']
/** X17: what the document's worker took for a failure, mended: 400 is one. */
const SUCCESS = { status: [[200, 399]] } as const
const LONGEST_NAME = 200

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body as an object, else 422. */
export const objectOf = (body: unknown): Fields => {
  if (isFields(body)) return body
  throw refusal(422, [{ loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' }])
}

/** `now`: epoch ms; intervals and days begin with it. Throws 422 for the shape, 400 where nothing is scheduled. */
export const cronJobOf = (given: unknown, now: number): CronJob => {
  const body = objectOf(given)
  const faults: Fault[] = Object.keys(body)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => fault(name, 'extra fields not permitted', 'value_error.extra'))
  const take = <T>(field: string, read: (value: unknown) => T | Fault): T | undefined => {
    const answer = read(body[field] ?? null)
    if (!isFault(answer)) return answer
    faults.push(answer)
    return undefined
  }
  const url = take('url', urlIn)
  const method = take('method', methodIn)
  const headers = take('headers', headersIn)
  const zone = take('timezone', zoneIn)
  const notifyOnError = take('notify_on_error', (value) =>
    value === null ? true : typeof value === 'boolean' ? value : fault('notify_on_error', 'give true or false'),
  )
  const schedule = scheduleIn(body, take)
  faults.push(...missingHours(body, schedule))
  if (
    faults.length > 0 ||
    url === undefined ||
    method === undefined ||
    headers === undefined ||
    zone === undefined ||
    notifyOnError === undefined
  )
    throw refusal(422, faults)
  const timetable = timetableOf(schedule, zone, now)
  if (timetable === null) throw refusal(400, 'Invalid schedule date or time')
  const secret = secretAmong(headers)
  return {
    name: nameFor(method, url),
    timetable,
    notifyOnError,
    target: {
      kind: 'http',
      url,
      method,
      success: SUCCESS,
      ...(headers.length === 0 ? {} : { headers: headers.filter((header) => header !== secret) }),
      ...(secret === undefined ? {} : { auth: authOf(secret) }),
      ...(body.body === undefined || body.body === null ? {} : { body: { type: 'json', content: body.body } }),
    },
  }
}

/** A query may hold a secret, so it is left out. */
export const nameFor = (method: string, url: string): string => {
  const { origin, pathname } = new URL(url)
  return `${method} ${origin}${pathname}`.slice(0, LONGEST_NAME)
}

const isFault = (value: unknown): value is Fault => isFields(value) && 'loc' in value && 'msg' in value

const urlIn = (value: unknown): string | Fault => {
  if (value === null) return fault('url', 'field required', 'value_error.missing')
  return typeof value === 'string' && /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value)
    ? value
    : fault('url', 'invalid or missing URL: give one that begins with http:// or https://', 'value_error.url')
}

const methodIn = (value: unknown): HttpMethod | Fault => {
  const wanted = value === null ? 'GET' : String(value).toUpperCase()
  return METHODS.find((known) => known === wanted) ?? fault('method', `use one of ${METHODS.join(', ').toLowerCase()}`)
}

const headersIn = (value: unknown): readonly NameValue[] | Fault => {
  if (value === null) return []
  if (!isFields(value)) return fault('headers', 'value is not a valid dict', 'type_error.dict')
  const entries = Object.entries(value)
  const odd = entries.find(([, held]) => typeof held !== 'string' && typeof held !== 'number')
  if (odd !== undefined) return fault('headers', `${odd[0]}: give a text`)
  return entries.map(([name, held]) => ({ name, value: String(held) }))
}

const zoneIn = (value: unknown): string | Fault => {
  if (value === null) return fault('timezone', 'field required', 'value_error.missing')
  const isZone =
    typeof value === 'string' &&
    timetableErrors({ schedules: [{ kind: 'cron', expression: '0 0 * * *', zone: value }], zone: value }).length === 0
  return isZone ? value : fault('timezone', 'invalid timezone provided')
}

type Take = <T>(field: string, read: (value: unknown) => T | Fault) => T | undefined

const scheduleIn = (body: Fields, take: Take): ScheduleFields => {
  const within = (field: string, [least, most]: readonly [number, number], message: string) =>
    take(field, (value) => (value === null ? null : numberIn(field, value, [least, most], message))) ?? null
  const { minutes: givenMinutes } = body
  take('years', (value) => (value === null ? null : numberIn('years', value, [0, 9999], 'years must be 0 or more')))
  return {
    weekday: take('weekday', weekdayIn) ?? null,
    days: within('days', [1, 10_000], 'Number of days must be greater than 0 or equal to None'),
    month: within('month', [0, 31], 'month must be a day of the month, 1 to 31') ?? 0,
    hours: within('hours', [0, 23], 'hours must be less than 24'),
    minutes: givenMinutes === null ? 0 : (within('minutes', [0, 59], 'minutes must be less than 60') ?? 0),
  }
}

const weekdayIn = (value: unknown): Weekday | null | Fault =>
  value === null
    ? null
    : (WEEKDAYS.find((day) => day === value) ?? fault('weekday', `use one of ${WEEKDAYS.join(', ')}`))

/** Texts of digits count as numbers, with zeros before them too. */
const numberIn = (
  field: string,
  value: unknown,
  [least, most]: readonly [number, number],
  message: string,
): number | Fault => {
  const number = typeof value === 'string' && /^-?\d{1,9}$/.test(value.trim()) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number))
    return fault(field, 'value is not a valid integer', 'type_error.integer')
  return least <= number && number <= most ? number : fault(field, message)
}

const missingHours = (body: Fields, { weekday, days, month }: ScheduleFields): Fault[] => {
  if (body.hours !== undefined && body.hours !== null) return []
  return [
    ...(month > 0 ? [fault('hours', `you chose ${month} of every month: give hours as well`)] : []),
    ...(weekday === null ? [] : [fault('hours', `you chose every ${weekday}: give hours as well`)]),
    ...(days === null ? [] : [fault('hours', `you chose every ${days} days: give hours as well`)]),
  ]
}

const secretAmong = (headers: readonly NameValue[]): NameValue | undefined =>
  SECRET_HEADERS.map((secret) => headers.find(({ name }) => name.toLowerCase() === secret)).find(
    (header) => header !== undefined,
  )

const authOf = ({ name, value }: NameValue): HttpAuthInput => ({
  kind: 'header',
  name,
  ...(value === MASK ? {} : { value }),
})
