/** What a caller can do wrong, each kind under a stable code. A target's failure is an Outcome; all else is a bug. */

/** Stable codes of the API's problems; `docs/reference/errors.md` lists them. */
export const ERROR_CODES = {
  invalid: 'A field has a wrong type, form or value; `errors` names each one.',
  malformed:
    'The body is not what its content type says (for example broken JSON), or a parameter of the query is wrong.',
  unauthenticated: 'No valid access token or API key came with the request.',
  'credentials.wrong': 'User name or password is wrong, or the account is disabled.',
  'token.invalid': 'The refresh token is unknown, expired, used before, or revoked.',
  forbidden: 'The role of the caller, or the scopes of its API key, do not allow this action.',
  not_found: 'There is no such thing, or it belongs to another workspace.',
  method_not_allowed: 'The path exists, but not with this method.',
  conflict: 'The request does not fit the present state of the thing.',
  stale: 'The thing was changed since it was read: the `If-Match` version is not the present one.',
  'idempotency.conflict': 'The `Idempotency-Key` was used before, for another request.',
  'idempotency.under_way':
    'The first request with this `Idempotency-Key` is still being carried out; `Retry-After` says when to ask again.',
  'idempotency.unanswered':
    'The request with this `Idempotency-Key` has taken effect, but its answer was lost; read the thing to see how it is now.',
  too_large: 'The request is larger than the limit.',
  unsupported_media: 'The content type is not one that this path accepts.',
  rate_limited: 'Too many attempts; `Retry-After` says when to try again.',
  'job.expired': 'The end date of the job has passed: it cannot run or be enabled until it is given a later one.',
  'schedule.invalid': 'A schedule cannot be read; the field says where and what would be right.',
  'schedule.never_fires': 'The schedule is well formed but has no coming instant.',
  'egress.denied': 'The target address is not one that this server may call.',
  unavailable: 'The database is away or full for the moment; nothing was changed.',
  internal: 'A fault of the server; it is in its log under the request id.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** One wrong field: where it is (`target.url`), what was given, what would be right. */
export type FieldError = { readonly field: string; readonly value?: unknown; readonly message: string }

export class DomainError extends Error {
  readonly code: ErrorCode
  readonly errors: readonly FieldError[]
  /** Seconds until another try makes sense, where that is known. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { errors?: readonly FieldError[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'DomainError'
    this.code = code
    this.errors = more.errors ?? []
    this.retryAfter = more.retryAfter
  }
}

/** `invalid('target.url', 'ftp://x', 'use http or https')`: one wrong field. */
export const invalid = (field: string, value: unknown, message: string): DomainError =>
  new DomainError('invalid', `${field}: ${show(value)}: ${message}`, { errors: [{ field, value, message }] })

export const notFound = (what: string, id: string): DomainError =>
  new DomainError('not_found', `No ${what} has the id ${show(id)}.`)

/** Where names are to be unique. */
export const nameTaken = (name: string): DomainError => {
  const message = 'another job of the workspace has this name'
  return new DomainError('conflict', `name: ${show(name)}: ${message}`, {
    errors: [{ field: 'name', value: name, message }],
  })
}

/** A job has the id that a client wants to give to another one. */
export const externalIdTaken = (id: string): DomainError => {
  const message = 'another job of the workspace has this id'
  return new DomainError('conflict', `externalId: ${show(id)}: ${message}`, {
    errors: [{ field: 'externalId', value: id, message }],
  })
}

const LONGEST_SHOWN = 120

const show = (value: unknown): string => {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value))
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
