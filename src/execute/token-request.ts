/** The request for an access token (RFC 6749, 4.4) and what its answer means. */
import type { OAuth2Auth } from '../domain/target.ts'
import { isHeaderValue } from '../domain/target-rules.ts'
import { hopOf, type Preparation, type Prepared } from './request.ts'
import { type Finding, failed } from './runner.ts'
import { judgeOf } from './success.ts'

export type Token = { readonly value: string; readonly expiresInMs: number }

/** Of an answer that does not say how long its token lives (RFC 6749, 5.1, only recommends it). */
const UNKNOWN_LIFE_MS = 5 * 60_000

export const tokenRequest = (
  auth: OAuth2Auth,
  clientSecret: string,
  { userAgent, guard }: Pick<Preparation, 'userAgent' | 'guard'>,
): Prepared => {
  const url = new URL(auth.tokenUrl)
  const inBody = auth.clientAuthentication === 'body'
  const fields = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(auth.scope === undefined ? {} : { scope: auth.scope }),
    ...(auth.audience === undefined ? {} : { audience: auth.audience }),
    ...(inBody ? { client_id: auth.clientId, client_secret: clientSecret } : {}),
  })
  const headers = [
    ...['user-agent', userAgent, 'accept', 'application/json', 'accept-encoding', 'identity'],
    ...['content-type', 'application/x-www-form-urlencoded'],
    ...(inBody ? [] : ['authorization', basicOf(auth.clientId, clientSecret)]),
  ]
  const body = Buffer.from(fields.toString())
  return {
    first: hopOf(url, { method: 'POST', headers, body, auth: null, tls: null, atHome: true }),
    reach: guard.admitUrl(url),
    // The credentials are meant for this address alone.
    redirects: false,
    judge: judgeOf({ status: [[200, 200]] }),
    needsWholeBody: true,
    announce: () => [],
    vouch: null,
    mayReport: false,
    fill: null,
  }
}

/** Both are form-encoded first (RFC 6749, 2.3.1). */
const basicOf = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`

const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

/** The error codes of RFC 6749, 5.2: the only words of the answer that are repeated, since they cannot be a secret. */
const ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]

/** Answers of a token endpoint that would be the same next time. */
const FINAL = new Set([400, 401, 403, 404, 405])

export const tokenFrom = (finding: Finding): Token | Finding => {
  if (finding.failure === 'status') return refused(finding)
  if (finding.failure !== null) {
    const error = `No access token was to be had. ${finding.error ?? ''}`
    return { ...finding, statusCode: null, output: null, error }
  }
  const answer = objectIn(finding.output)
  const value = answer?.access_token
  if (typeof value !== 'string' || value === '' || !isHeaderValue(value)) {
    return notToken('The token endpoint answered without a usable access_token.')
  }
  const kind = answer?.token_type
  if (kind !== undefined && String(kind).toLowerCase() !== 'bearer') {
    return notToken('The token endpoint answered with a token of another type than Bearer.')
  }
  const seconds = Number(answer?.expires_in)
  return { value, expiresInMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : UNKNOWN_LIFE_MS }
}

const refused = ({ statusCode, output, retryAfterMs }: Finding): Finding => {
  const code = ERRORS.find((each) => each === objectIn(output)?.error)
  const error = `The token endpoint answered ${statusCode ?? ''}${code === undefined ? '' : ` (${code})`}.`
  return failed('token', error, { retryable: !FINAL.has(statusCode ?? 0), retryAfterMs })
}

const notToken = (error: string): Finding => failed('token', error)

const objectIn = (text: string | null): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
