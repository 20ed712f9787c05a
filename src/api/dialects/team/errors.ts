/** Every refusal of the team dialect: one body that the clients of either prefix find their words in. */
import type { FastifyInstance } from 'fastify'
import type { DomainError, ErrorCode } from '../../../domain/errors.ts'
import type { Log } from '../../../telemetry/log.ts'
import { asDomainError, PROBLEMS, problemOf } from '../../problems.ts'
import type { Refuse } from '../../refuse.ts'
import type { Surface } from './surface.ts'

/** One entry of the list that `/api/v2` answers a wrong shape with. */
export type SchemaFault = {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input?: unknown
}

/** What the dialect refuses by itself, because no use case below it is asked: a wrong form, or its own wording. */
export class TeamRefusal extends Error {
  readonly status: number
  /** The `error` of the body. */
  readonly title: string
  readonly code: string
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: number, title: string, message = title, more: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'TeamRefusal'
    this.status = status
    this.title = title
    this.code = typeof more.code === 'string' ? more.code : (CODES[status] ?? 'ERROR')
    this.more = more
  }
}

/** `refusal(404, 'Job not found', 'No job found with ID: 7')`; `more` are further members of the body. */
export const refusal = (
  status: number,
  title: string,
  message?: string,
  more?: Readonly<Record<string, unknown>>,
): TeamRefusal => new TeamRefusal(status, title, message, more)

/** A shape that does not fit: 400 in words under `/api`, 422 with a list under `/api/v2`. */
export const shapeRefusal = (surface: Surface, title: string, faults: readonly SchemaFault[]): TeamRefusal =>
  surface.generation === 1
    ? refusal(400, title)
    : refusal(422, title, faults.map(({ msg }) => msg).join('; '), { detail: faults })

const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'INVALID',
}

/** Where the document says another status or other words than our own API. */
const WORDS: Partial<Record<ErrorCode, { readonly status?: number; readonly title: string }>> = {
  invalid: { status: 400, title: 'Validation error' },
  malformed: { title: 'Invalid JSON' },
  unsupported_media: { status: 400, title: 'Content-Type must be application/json' },
  'credentials.wrong': { title: 'Invalid email/username or password' },
  'token.invalid': { title: 'Invalid or expired refresh token' },
  not_found: { title: 'Not found' },
  conflict: { title: 'Conflict' },
  'schedule.invalid': { status: 400, title: 'Invalid cron expression' },
  'job.expired': { status: 400, title: 'Job expired' },
  'schedule.never_fires': { status: 400, title: 'Invalid cron expression' },
  'egress.denied': { status: 400, title: 'Invalid target_url' },
  internal: { title: 'Internal server error' },
}

const SAID_BY_TITLE: readonly ErrorCode[] = ['credentials.wrong', 'token.invalid', 'unsupported_media']

/** A refusal from below, in the words of the dialect. */
export const fromDomain = (
  error: DomainError,
  about: { readonly requestId: string; readonly exposeDetails: boolean },
): TeamRefusal => {
  const { status, title } = { ...PROBLEMS[error.code], ...WORDS[error.code] }
  const code = error.code.replaceAll('.', '_').toUpperCase()
  if (SAID_BY_TITLE.includes(error.code)) return refusal(status, title, title, { code })
  const message = problemOf(error, about).detail
  if (error.code === 'forbidden') return refusal(403, 'Insufficient permissions', message, { code })
  return refusal(status, title, message, { code })
}

/** `detail` is what `/api/v2` clients read, `error` and `message` what those of `/api` do; `more` has the last word. */
export const bodyOf = ({ title, message, code, more }: TeamRefusal): Readonly<Record<string, unknown>> => ({
  error: title,
  message,
  code,
  detail: message,
  ...more,
})

type Telling = { readonly log: Log; readonly exposeDetails: boolean }

export const answerRefusals = (scope: FastifyInstance, telling: Telling): void => {
  scope.setErrorHandler(teamRefuser(telling))
}

export const teamRefuser =
  ({ log, exposeDetails }: Telling): Refuse =>
  (thrown, request, reply) => {
    const error = thrown instanceof TeamRefusal ? null : asDomainError(thrown)
    const answer =
      error === null ? (thrown as TeamRefusal) : fromDomain(error, { requestId: request.id, exposeDetails })
    if (answer.status >= 500) log.error('request failed', { request_id: request.id, code: answer.code, error: thrown })
    if (answer.status === 401) reply.header('www-authenticate', 'Bearer')
    if (error?.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    return reply.code(answer.status).send(bodyOf(answer))
  }
