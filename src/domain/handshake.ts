/** The handshake: an application is asked how to sign in to it. What is sent, and what its answer means. Pure. */

import type { HttpTarget } from './target.ts'
import { isHeaderValue } from './target-rules.ts'

/** How a call signs in to the application. */
export type CallCredentials =
  | { readonly authType: 'Basic'; readonly username: string; readonly password: string }
  | { readonly authType: 'BearerToken'; readonly token: string }

export type Granted = {
  readonly credentials: CallCredentials
  /** Epoch ms; null: the application does not say, so that they are good for this run alone. */
  readonly validUntil: number | null
}

export type Handshake = {
  readonly url: string
  readonly applicationId: string
  /** Null when the handshake alone is tried. */
  readonly apiName: string | null
  /** What we prove ourselves with; null where the application was given none. */
  readonly secret: string | null
}

/** Redirects are not followed: the secret is meant for this address alone. */
export const handshakeTarget = ({ url, applicationId, apiName, secret }: Handshake): HttpTarget => ({
  kind: 'http',
  url,
  method: 'POST',
  headers: [{ name: 'accept', value: 'application/json' }],
  body: {
    type: 'json',
    content: { applicationId, ...(apiName === null ? {} : { apiName }), ...(secret === null ? {} : { secret }) },
  },
  redirects: false,
})

/** Credentials of a year or more are as good as credentials without an end, which nobody should keep. */
const LONGEST_VALID_MS = 366 * 86_400_000

/** What an answer grants, or a sentence that says what is wrong with it: never with words of the answer, which may be secret. */
export const readHandshake = (body: string, now: number): Granted | string => {
  const answer = objectIn(body)
  if (answer === null) return 'its answer is no JSON object'
  const inner = fieldsOf(answer.credentials)
  const credentials = credentialsOf(answer, inner)
  if (typeof credentials === 'string') return credentials
  const validUntil = validUntilOf({ ...inner, ...answer }, now)
  return typeof validUntil === 'string' ? validUntil : { credentials, validUntil }
}

type Fields = Readonly<Record<string, unknown>>

const credentialsOf = (answer: Fields, inner: Fields): CallCredentials | string => {
  const type = typeof answer.authType === 'string' ? answer.authType.toLowerCase() : null
  if (type === 'basic') {
    const { username, password } = inner
    if (typeof username !== 'string' || typeof password !== 'string' || username === '')
      return 'its answer says Basic and has no username and password in its credentials'
    // RFC 7617, 2: the first colon ends the user id, so it cannot hold one.
    return /[:\p{Cc}]/u.test(username) || /\p{Cc}/u.test(password)
      ? 'the username or the password of its answer cannot be sent'
      : { authType: 'Basic', username, password }
  }
  if (type === 'bearertoken' || type === 'bearer') {
    const token = inner.token ?? inner.accessToken ?? inner.access_token ?? answer.token
    if (typeof token !== 'string' || token === '')
      return 'its answer says BearerToken and has no token in its credentials'
    return isHeaderValue(token) ? { authType: 'BearerToken', token } : 'the token of its answer cannot be sent'
  }
  return 'the authType of its answer is neither Basic nor BearerToken'
}

/** `expiresIn` in seconds, or `expiresAt` as an instant of RFC 3339 or as seconds since 1970. */
const validUntilOf = (fields: Fields, now: number): number | null | string => {
  const lasts = fields.expiresIn ?? fields.expires_in
  const ends = fields.expiresAt ?? fields.expires_at
  if (lasts !== undefined && lasts !== null) {
    const seconds = Number(lasts)
    return Number.isFinite(seconds) && seconds >= 0
      ? now + Math.min(seconds * 1000, LONGEST_VALID_MS)
      : 'the expiresIn of its answer is no number of seconds'
  }
  if (ends === undefined || ends === null) return null
  const at = typeof ends === 'number' ? ends * 1000 : Date.parse(String(ends))
  return Number.isFinite(at)
    ? Math.min(at, now + LONGEST_VALID_MS)
    : 'the expiresAt of its answer is neither an instant nor seconds since 1970'
}

const objectIn = (text: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
  } catch {
    return null
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
