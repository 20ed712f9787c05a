/** Turns whatever went wrong into one kind of answer: the table from codes to HTTP, and the body that says it. */
import { DomainError, type ErrorCode, type FieldError } from '../domain/errors.ts'
import { cutText, isSecretName, redactText } from '../telemetry/redact.ts'
import type { Problem } from './contract/problems.ts'
import { wireError } from './field-names.ts'

/** The one table from stable codes to HTTP. */
export const PROBLEMS = {
  invalid: { status: 422, title: 'A field is wrong' },
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  'credentials.wrong': { status: 401, title: 'Wrong user name or password' },
  'token.invalid': { status: 401, title: 'The refresh token is not valid' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Does not fit the present state' },
  stale: { status: 412, title: 'Changed meanwhile' },
  'idempotency.conflict': { status: 409, title: 'The key belongs to another request' },
  'idempotency.under_way': { status: 409, title: 'Still under way' },
  'idempotency.unanswered': { status: 409, title: 'Done, but the answer was lost' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media: { status: 415, title: 'Unsupported content type' },
  rate_limited: { status: 429, title: 'Too many attempts' },
  'schedule.invalid': { status: 422, title: 'The schedule cannot be read' },
  'job.expired': { status: 409, title: 'The job has passed its end date' },
  'schedule.never_fires': { status: 422, title: 'The schedule never fires' },
  'egress.denied': { status: 422, title: 'The target may not be called' },
  unavailable: { status: 503, title: 'Not available for the moment' },
  internal: { status: 500, title: 'A fault of the server' },
} as const satisfies Record<ErrorCode, { status: number; title: string }>

export const ERRORS_PAGE = '/docs/errors'

/** What the web framework refuses by itself, by its status. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed',
  404: 'not_found',
  405: 'method_not_allowed',
  // An id so long is none of ours.
  414: 'not_found',
  413: 'too_large',
  415: 'unsupported_media',
  429: 'rate_limited',
  503: 'unavailable',
}

/** Anything thrown as a DomainError; what is nobody's fault but ours becomes `internal`. */
export const asDomainError = (error: unknown): DomainError => {
  if (error instanceof DomainError) return error
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  const code = typeof status === 'number' ? (BY_STATUS[status] ?? (status < 500 ? 'malformed' : undefined)) : undefined
  return code === undefined
    ? new DomainError('internal', 'A fault of the server; its log has the details.', { cause: error })
    : new DomainError(code, DETAIL[code] ?? PROBLEMS[code].title, { cause: error })
}

const DETAIL: Partial<Record<ErrorCode, string>> = {
  malformed: 'The request cannot be read.',
  not_found: 'There is nothing at this path.',
  too_large: 'The body is larger than this path takes: 1 MiB, for imports 16 MiB.',
  unsupported_media: 'Send JSON, with the header `Content-Type: application/json`.',
  unavailable: 'The answer took too long, or the server is stopping. Try again.',
}

export const problemOf = (
  error: DomainError,
  about: { readonly requestId: string; readonly exposeDetails: boolean },
): Problem => {
  const { status, title } = PROBLEMS[error.code]
  const errors = error.errors.map(presented)
  return {
    type: `${ERRORS_PAGE}#${error.code}`,
    title,
    status,
    code: error.code,
    detail: detailOf(error, errors, about.exposeDetails),
    ...(errors.length === 0 ? {} : { errors }),
    request_id: about.requestId,
    ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
  }
}

const LONGEST_DETAIL = 1000

const detailOf = (error: DomainError, errors: readonly Shown[], exposeDetails: boolean): string => {
  const [first, ...more] = errors
  if (first !== undefined) {
    const given = first.value === undefined ? '' : `${JSON.stringify(first.value)}: `
    const others = more.length === 0 ? '' : ` (and ${more.length} more, see errors)`
    return cutText(`${first.field}: ${given}${first.message}${others}`, LONGEST_DETAIL)
  }
  const cause =
    error.code === 'internal' && exposeDetails && error.cause instanceof Error ? ` ${error.cause.message}` : ''
  return cutText(redactText(`${error.message}${cause}`), LONGEST_DETAIL)
}

type Shown = { field: string; value?: unknown; message: string }

const LONGEST_VALUE = 200

// The value of a header, whose name stands elsewhere.
const MAY_HOLD_SECRET = /(^|\.)(auth|headers(\[\d+\])?)\.value$/

export const presentErrors = (errors: readonly FieldError[]): Shown[] => errors.map(presented)

/** Secrets are not repeated, long values are cut. */
const presented = (given: FieldError): Shown => {
  const { field, value, message } = wireError(given)
  const names = field.split(/[.[\]"]+/)
  const shown = { field: cutText(field, LONGEST_VALUE), message: cutText(redactText(message), LONGEST_DETAIL) }
  if (value === undefined || names.some(isSecretName) || MAY_HOLD_SECRET.test(field)) return shown
  if (typeof value === 'string') return { ...shown, value: cutText(redactText(value), LONGEST_VALUE) }
  if (typeof value !== 'object' || value === null) return { ...shown, value }
  // A whole object may hold a secret at any depth; its outline tells the caller which one is meant.
  return { ...shown, value: Array.isArray(value) ? `a list of ${value.length}` : 'an object' }
}
