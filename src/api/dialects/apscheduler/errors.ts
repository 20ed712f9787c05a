/** Every refusal of the APScheduler dialect: a sentence and a code, and the sentence once more where its library looks for it. */
import type { DomainError, FieldError } from '../../../domain/errors.ts'
import type { Log } from '../../../telemetry/log.ts'
import { asDomainError, PROBLEMS, presentErrors, problemOf } from '../../problems.ts'
import type { Refuse } from '../../refuse.ts'
import type { ApschedulerAuth } from './surface.ts'

class ApschedulerRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ApschedulerRefusal'
    this.status = status
    this.code = code
  }
}

export const refusal = (status: number, code: string, message: string): ApschedulerRefusal =>
  new ApschedulerRefusal(status, code, message)

/** `invalidTrigger('seconds', -5, 'give a number above 0')`. */
export const invalidTrigger = (field: string, value: unknown, message: string): ApschedulerRefusal =>
  refusal(400, 'INVALID_TRIGGER', sentence({ field, value, message }))

export const invalidRequest = (field: string, value: unknown, message: string): ApschedulerRefusal =>
  refusal(400, 'INVALID_REQUEST', sentence({ field, value, message }))

export const noJob = (id: string): ApschedulerRefusal =>
  refusal(404, 'JOB_NOT_FOUND', `No job has the id ${JSON.stringify(id.slice(0, 120))}.`)

const sentence = (fault: FieldError): string => {
  const shown = presentErrors([fault])[0]
  const value = shown?.value === undefined ? '' : ` ${JSON.stringify(shown.value)}:`
  return `${fault.field}:${value} ${fault.message}`
}

/** How fields of the use cases are called here. */
const FIELDS: Readonly<Record<string, string>> = {
  externalId: 'id',
  'target.function': 'func',
  'target.args': 'args',
  'target.kwargs': 'kwargs',
  'policies.concurrency': 'max_instances',
  'policies.misfire.windowMs': 'misfire_grace_time',
  zone: 'timezone',
  start: 'start_date',
  end: 'end_date',
  jitterMs: 'jitter',
  everyMs: 'seconds',
  at: 'run_date',
}

const fieldOf = (path: string): string => {
  const bare = path.replace(/^timetable\./, '').replace(/^schedules\[\d+\]\.?/, '')
  return FIELDS[bare] ?? (bare.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) || 'trigger')
}

/** A refusal from below, in the words of the dialect. */
const fromDomain = (
  error: DomainError,
  about: { readonly requestId: string; readonly exposeDetails: boolean },
): ApschedulerRefusal => {
  const [first] = error.errors
  const told = first === undefined ? null : sentence({ ...first, field: fieldOf(first.field) })
  const message = told ?? problemOf(error, about).detail
  if (first?.field === 'externalId' && error.code === 'conflict')
    return refusal(409, 'JOB_EXISTS', `A job with the id ${JSON.stringify(first.value)} exists already.`)
  if (error.code === 'schedule.invalid' || error.code === 'schedule.never_fires')
    return refusal(400, 'INVALID_TRIGGER', message)
  if (first?.field === 'target.function') return refusal(400, 'INVALID_FUNCTION', message)
  if (error.code === 'invalid' || error.code === 'malformed') return refusal(400, 'INVALID_REQUEST', message)
  return refusal(PROBLEMS[error.code].status, error.code.replaceAll('.', '_').toUpperCase(), message)
}

const CHALLENGE = { basic: 'Basic realm="Authentication Required"', bearer: 'Bearer' } as const

type Telling = { readonly log: Log; readonly exposeDetails: boolean; readonly auth: ApschedulerAuth }

export const apschedulerRefuser =
  ({ log, exposeDetails, auth }: Telling): Refuse =>
  (thrown, request, reply) => {
    const error = thrown instanceof ApschedulerRefusal ? null : asDomainError(thrown)
    const answer =
      error === null ? (thrown as ApschedulerRefusal) : fromDomain(error, { requestId: request.id, exposeDetails })
    if (error?.code === 'internal') log.error('request failed', { request_id: request.id, error: thrown })
    if (answer.status === 401 && auth !== 'none') reply.header('www-authenticate', CHALLENGE[auth])
    if (error?.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    const { message, code } = answer
    return reply.code(answer.status).send({ error: message, code, error_message: message })
  }
