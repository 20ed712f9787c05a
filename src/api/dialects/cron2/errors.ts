/** Every refusal of the cron2 dialect: `{"detail": …}`, a text, or for a wrong shape the list of wrong fields. */
import type { DomainError, ErrorCode } from '../../../domain/errors.ts'
import type { Log } from '../../../telemetry/log.ts'
import { asDomainError, PROBLEMS, presentErrors, problemOf } from '../../problems.ts'
import type { Refuse } from '../../refuse.ts'

/** One entry of the list that a wrong shape is answered with. */
export type Fault = {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

/** What the dialect says in words of its own. */
export class Cron2Refusal extends Error {
  readonly status: number
  readonly detail: string | readonly Fault[]

  constructor(status: number, detail: string | readonly Fault[]) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '))
    this.name = 'Cron2Refusal'
    this.status = status
    this.detail = detail
  }
}

export const refusal = (status: number, detail: string | readonly Fault[]): Cron2Refusal =>
  new Cron2Refusal(status, detail)

export const fault = (field: string, msg: string, type = 'value_error'): Fault => ({ loc: ['body', field], msg, type })

export const NO_ACCESS = 'invalid access token or access token has expired'
export const NO_REFRESH = 'invalid refresh token or token has expired'

const WORDS: Partial<Record<ErrorCode, readonly [status: number, detail: string]>> = {
  unauthenticated: [401, NO_ACCESS],
  'credentials.wrong': [401, 'invalid email or password'],
  'token.invalid': [401, NO_REFRESH],
  not_found: [404, 'Not Found'],
  method_not_allowed: [405, 'Method Not Allowed'],
  'schedule.invalid': [400, 'Invalid schedule date or time'],
  'schedule.never_fires': [400, 'Invalid schedule date or time'],
}

/** Under these the fields are told one by one. */
const OF_FIELDS: readonly ErrorCode[] = ['invalid', 'egress.denied', 'malformed', 'unsupported_media']

type Telling = { readonly log: Log; readonly exposeDetails: boolean }

const fromDomain = (error: DomainError, about: { requestId: string; exposeDetails: boolean }): Cron2Refusal => {
  const known = WORDS[error.code]
  if (known !== undefined) return refusal(...known)
  const { detail } = problemOf(error, about)
  if (!OF_FIELDS.includes(error.code)) return refusal(PROBLEMS[error.code].status, detail)
  const faults = presentErrors(error.errors).map(({ field, value, message }) => ({
    // The document knows the target's fields without their place.
    loc: ['body', ...field.replace(/^target\./, '').split('.')],
    msg: value === undefined ? message : `${JSON.stringify(value)}: ${message}`,
    type: 'value_error',
  }))
  return refusal(422, faults.length > 0 ? faults : [{ loc: ['body'], msg: detail, type: `value_error.${error.code}` }])
}

export const cron2Refuser =
  ({ log, exposeDetails }: Telling): Refuse =>
  (thrown, request, reply) => {
    const error = thrown instanceof Cron2Refusal ? null : asDomainError(thrown)
    const { status, detail } =
      error === null ? (thrown as Cron2Refusal) : fromDomain(error, { requestId: request.id, exposeDetails })
    if (status >= 500) log.error('request failed', { request_id: request.id, code: error?.code, error: thrown })
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    if (error?.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    return reply.code(status).send({ detail })
  }
