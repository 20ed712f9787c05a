/** What the answer to a notice over HTTP means. */
import type { Posted } from '../domain/post.ts'
import type { Sent } from './channel.ts'

/** The same request would get the same answer: it is not understood, too large, or not wanted any more (410). */
const FINAL = new Set([400, 405, 410, 413, 414, 415, 422])

/** `who` begins the sentence; `told` is a word of the answer that is known to be harmless. */
export const sentBy = (who: string, posted: Posted, told: string | null = null): Sent => {
  if ('reason' in posted)
    return {
      ok: false,
      retry: !posted.denied,
      retryAfterMs: null,
      error: `${who} could not be reached. ${posted.reason}`,
    }
  const { status } = posted
  if (status >= 200 && status < 300) return { ok: true }
  const isRedirect = status >= 300 && status < 400
  return {
    ok: false,
    retry: !isRedirect && !FINAL.has(status),
    retryAfterMs: isRedirect ? null : posted.retryAfterMs,
    error: `${who} answered ${status}${told === null ? '' : ` (${told})`}${isRedirect ? '; redirects are not followed' : ''}.`,
  }
}
