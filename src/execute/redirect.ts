/** Where a redirect leads, and what may travel there (RFC 9110, 15.4). */
import type { HttpMethod } from '../domain/target.ts'
import { checkHttpTarget } from '../domain/target-rules.ts'
import { type Hop, hopOf } from './request.ts'

const MOST_REDIRECTS = 3

export type Redirect =
  | { readonly kind: 'follow'; readonly hop: Hop }
  | { readonly kind: 'refuse'; readonly error: string }

const FOLLOWED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Other 3xx, and those without a place to go, are the answer itself. */
export const isRedirect = (status: number, location: string | null): location is string =>
  location !== null && FOLLOWED.has(status)

/** `followed`: how many redirects the attempt has followed already. No URL appears in an error: it may carry secrets. */
export const follow = (from: Hop, status: number, location: string, followed: number): Redirect => {
  if (followed >= MOST_REDIRECTS) return refuse(`The target redirects more than ${MOST_REDIRECTS} times.`)
  if (!URL.canParse(location, from.url)) return refuse('The target redirects to something that is not a URL.')
  const url = new URL(location, from.url)
  const wrong = checkHttpTarget({ kind: 'http', url: url.href, method: 'GET' })
  if (wrong.length > 0) return refuse('The target redirects to a URL that may not be called.')
  if (from.url.protocol === 'https:' && url.protocol === 'http:') {
    return refuse('The target redirects from https to http.')
  }
  const method = methodAfter(status, from.method)
  const keepsBody = method === from.method
  const sameOrigin = url.origin === from.url.origin
  return {
    kind: 'follow',
    hop: hopOf(url, {
      method,
      body: keepsBody ? from.body : null,
      headers: pairsWhere(
        from.headers,
        (name) => (keepsBody || !name.startsWith('content-')) && (sameOrigin || HARMLESS.has(name)),
      ),
      auth: sameOrigin ? from.auth : null,
      tls: sameOrigin ? from.tls : null,
      atHome: from.atHome && sameOrigin,
    }),
  }
}

const refuse = (error: string): Redirect => ({ kind: 'refuse', error })

// What browsers do: 303 always fetches the other page; 301 and 302 turn a POST into a GET.
const methodAfter = (status: number, method: HttpMethod): HttpMethod => {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET'
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method
}

// To another origin goes only what cannot be a credential; a header of the job may be one under any name.
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'user-agent',
])

const pairsWhere = (headers: readonly string[], keep: (name: string) => boolean): readonly string[] =>
  headers.filter((_, at) => keep((headers[at - (at % 2)] ?? '').toLowerCase()))
