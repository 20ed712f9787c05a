/** What an answer of GitHub means when it is not the one that was hoped for: a clear sentence, and when to ask again. Pure. */
import { redact } from '../domain/redact.ts'
import { retryAfterMs } from './retry-after.ts'
import { type Finding, failed } from './runner.ts'

export type Refusal = {
  readonly status: number
  readonly header: (name: string) => string | null
  /** Parsed; null where it is no JSON. */
  readonly body: unknown
}

/** GitHub asks for a minute at least where it names no time ("Rate limits for the REST API"). */
const SECONDARY_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 24 * 3600 * 1000
const LONGEST_MESSAGE = 300

/** How long GitHub wants to be left alone; null where its answer is about no limit. */
export const limitMs = ({ status, header, body }: Refusal, now: number): number | null => {
  if (status !== 403 && status !== 429) return null
  const after = header('retry-after')
  const asked = after === null ? null : retryAfterMs(after, now)
  if (asked !== null) return asked
  const reset = Number(header('x-ratelimit-reset') ?? Number.NaN)
  if (header('x-ratelimit-remaining') === '0' && Number.isFinite(reset))
    return Math.min(LONGEST_WAIT_MS, Math.max(1000, reset * 1000 - now))
  return status === 429 || /rate limit/i.test(messageIn(body)) ? SECONDARY_WAIT_MS : null
}

export type Asked = {
  /** What was wanted, as in "GitHub refuses to <this>". */
  readonly to: string
  /** `owner/repo/workflow`. */
  readonly workflow: string
  readonly token: string
  readonly now: number
}

/** Another try helps with limits and with faults of GitHub; everything else stays wrong until somebody changes it. */
export const refused = (refusal: Refusal, { to, workflow, token, now }: Asked): Finding => {
  const { status } = refusal
  const wait = limitMs(refusal, now)
  if (wait !== null) {
    const error = `GitHub limits the requests of this token (${status}); it may ${to} in ${Math.ceil(wait / 1000)} s.`
    return failed('status', error, { statusCode: status, retryAfterMs: wait })
  }
  const said = redact(messageIn(refusal.body), [token]).slice(0, LONGEST_MESSAGE)
  const because = said === '' ? '' : ` It says: ${said}`
  const hopeless = (error: string, failure: 'token' | 'status' = 'status'): Finding =>
    failed(failure, error, { statusCode: status, retryable: false })
  if (status === 401)
    return hopeless('GitHub does not accept the token (401): it is wrong, has expired or was revoked.', 'token')
  if (status === 403)
    return hopeless(
      `GitHub refuses to ${to} (403): the token needs write access to the actions of ${workflow}.${because}`,
    )
  if (status === 404)
    return hopeless(
      `GitHub knows no ${workflow} (404): one of its names is wrong, or the token may not see the repository.`,
    )
  if (status === 422) return hopeless(`GitHub cannot ${to} as it was asked to (422).${because}`)
  if (status >= 500) return failed('status', `GitHub has a fault of its own (${status}).`, { statusCode: status })
  return hopeless(`GitHub answered ${status} when it was asked to ${to}.${because}`)
}

/** One line of printable text. */
const messageIn = (body: unknown): string => {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : ''
  return typeof message === 'string' ? message.replace(/[\p{C}\s]+/gu, ' ').trim() : ''
}
