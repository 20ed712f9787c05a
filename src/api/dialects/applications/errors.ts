/** Every refusal of the applications dialect: `{error, message, errors}`, with the fields as its document calls them. */
import { DomainError, type ErrorCode } from '../../../domain/errors.ts'
import type { Log } from '../../../telemetry/log.ts'
import { asDomainError, PROBLEMS, presentErrors, problemOf } from '../../problems.ts'
import type { Refuse } from '../../refuse.ts'

/** Where the dialect says another status than our own API. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  invalid: 400,
  malformed: 400,
  unsupported_media: 400,
  'schedule.invalid': 400,
  'schedule.never_fires': 400,
  'egress.denied': 400,
}

/** How the document calls what the use cases call so; the longest beginning that fits wins. */
const FIELDS: readonly (readonly [ours: string, theirs: string])[] = [
  ['rootUrl', 'appRootPath'],
  ['secret', 'auth'],
  ['path', 'apiRoute'],
  ['target.url', 'apiRoute'],
  ['target.method', 'requestType'],
  ['target.query', 'queryParams'],
  ['target.headers', 'headerParams'],
  ['target.body', 'payload'],
  ['target.auth', 'authCredentials'],
  ['schedules', 'cronConfig'],
  ['timetable.schedules', 'cronConfig'],
  ['timetable.zone', 'timeZone'],
  ['timetable', 'cronConfig'],
  ['policies.timeoutMs', 'callConfig.timeout'],
]

/** `noun`: what `name` is the name of. */
export const inTheirWords =
  (noun: 'appName' | 'apiName') =>
  (error: unknown): never => {
    if (!(error instanceof DomainError) || error.errors.length === 0) throw error
    const errors = error.errors.map((fault) => ({ ...fault, field: theirField(fault.field, noun) }))
    const [first] = errors
    const message = first === undefined ? error.message : `${first.field}: ${first.message}`
    throw new DomainError(error.code, message, { errors, cause: error })
  }

const theirField = (field: string, noun: string): string => {
  const [, at, inner] = /^apis\[(\d+)\]\.(.*)$/s.exec(field) ?? []
  if (at !== undefined && inner !== undefined) return `apiList[${at}].${theirField(inner, 'apiName')}`
  if (field === 'name') return noun
  if (field.endsWith('.zone')) return 'timeZone'
  return (
    FIELDS.find(([ours]) => field === ours || field.startsWith(`${ours}.`) || field.startsWith(`${ours}[`))?.[1] ??
    field
  )
}

export const applicationsRefuser =
  ({ log, exposeDetails }: { readonly log: Log; readonly exposeDetails: boolean }): Refuse =>
  (thrown, request, reply) => {
    const error = asDomainError(thrown)
    const { status: ours, title } = PROBLEMS[error.code]
    const status = STATUS[error.code] ?? ours
    if (status >= 500) log.error('request failed', { request_id: request.id, code: error.code, error: thrown })
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    if (error.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    // Our own API would spell the fields its own way; what it hides of their values is hidden here too.
    const errors = presentErrors(error.errors).map((shown, at) => ({ ...shown, field: error.errors[at]?.field ?? '' }))
    const [first] = errors
    const { detail } = problemOf(error, { requestId: request.id, exposeDetails })
    const message = first === undefined ? detail : sentenceOf(first)
    return reply.code(status).send({ error: title, message, ...(errors.length > 0 && { errors }) })
  }

const sentenceOf = ({ field, value, message }: { field: string; value?: unknown; message: string }): string =>
  `${field}: ${value === undefined ? '' : `${JSON.stringify(value)}: `}${message}`
