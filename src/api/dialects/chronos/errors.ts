/** Every refusal of the chronos dialect: `{"error", "message"}`. */
import type { ErrorCode } from '../../../domain/errors.ts'
import type { Log } from '../../../telemetry/log.ts'
import { asDomainError, PROBLEMS, problemOf } from '../../problems.ts'
import type { Refuse } from '../../refuse.ts'

/** What the dialect says by itself. */
export class ChronosRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ChronosRefusal'
    this.status = status
  }
}

export const refusal = (status: number, message: string): ChronosRefusal => new ChronosRefusal(status, message)

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Whatever is wrong with a field is 400 here. */
const INVALID: readonly ErrorCode[] = [
  'invalid',
  'unsupported_media',
  'schedule.invalid',
  'schedule.never_fires',
  'egress.denied',
]

export const chronosRefuser =
  ({ log, exposeDetails }: { readonly log: Log; readonly exposeDetails: boolean }): Refuse =>
  (thrown, request, reply) => {
    const error = thrown instanceof ChronosRefusal ? null : asDomainError(thrown)
    const status =
      error === null
        ? (thrown as ChronosRefusal).status
        : INVALID.includes(error.code)
          ? 400
          : PROBLEMS[error.code].status
    const message =
      error === null
        ? (thrown as ChronosRefusal).message
        : problemOf(error, { requestId: request.id, exposeDetails }).detail
    if (status >= 500) log.error('request failed', { request_id: request.id, code: error?.code, error: thrown })
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    if (error?.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    return reply.code(status).send({ error: TITLES[status] ?? 'Error', message })
  }
