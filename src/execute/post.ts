/** Sends what is not a run, such as a notice, by the same guarded way on which targets are called. */
import { Client } from 'undici'
import type { Clock } from '../domain/clock.ts'
import type { Post, Posted, PostRequest } from '../domain/post.ts'
import { ConnectError, createConnector, dialTcp, EGRESS_DENIED } from './connect.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { type NameSources, systemNames } from './names.ts'
import { createResolver } from './resolve.ts'
import { retryAfterMs } from './retry-after.ts'
import type { RevocationLists } from './revocation.ts'
import { createTrust } from './trust.ts'

export type PostOptions = {
  readonly clock: Clock
  readonly egress: EgressPolicy
  readonly revocation: RevocationLists | null
  /** Of Carillon, for `user-agent: carillon/<version>`. */
  readonly version: string
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
  readonly names?: NameSources
}

const WHOLE_MS = 10_000
const LONGEST_ANSWER = 1024
const MOST_HEADER_BYTES = 16 * 1024

/** A connection for each request: notices are few, and their receivers many. */
export const createPost = (options: PostOptions): Post => {
  const { clock, egress, revocation, ca, version } = options
  const guard = createEgressGuard(egress)
  const resolve = createResolver(clock, options.names ?? systemNames(clock, { searchLists: egress.allowPrivate }))
  const context = createTrust({ ca, revocation })(null)

  return async (request, signal) => {
    const reach = guard.admitUrl(request.url)
    if (reach === null) return { reason: EGRESS_DENIED, denied: true }
    const connector = createConnector({ clock, guard, resolve, reach, context, dial: dialTcp })
    const client = new Client(request.url.origin, {
      connect: connector.connect,
      allowH2: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      // The one bound of the whole request holds for these as well.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const end = new AbortController()
    const giveUp = (reason: string) => () => {
      end.abort(reason)
      connector.abandon()
    }
    const stop = giveUp('The request was given up.')
    const cancel = clock.after(WHOLE_MS, giveUp(`No answer within ${WHOLE_MS / 1000} s.`))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      return await exchange(client, request, { clock, version, signal: end.signal })
    } catch (error) {
      if (end.signal.aborted) return { reason: String(end.signal.reason), denied: false }
      return { reason: reasonOf(error), denied: error instanceof ConnectError && error.failure === 'egress_denied' }
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
      await client.destroy()
    }
  }
}

const exchange = async (
  client: Client,
  { url, headers, body }: PostRequest,
  { clock, version, signal }: { clock: Clock; version: string; signal: AbortSignal },
): Promise<Posted> => {
  signal.throwIfAborted()
  const answer = await client.request({
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    headers: { 'user-agent': `carillon/${version}`, 'accept-encoding': 'identity', ...headers },
    body,
    signal,
  })
  const asked = answer.headers['retry-after']
  const wait = typeof asked === 'string' ? retryAfterMs(asked, clock.now()) : null
  let text = ''
  for await (const chunk of answer.body) {
    text += String(chunk)
    if (text.length >= LONGEST_ANSWER) break
  }
  return { status: answer.statusCode, retryAfterMs: wait, answer: text.slice(0, LONGEST_ANSWER) }
}

/** Sentences of ours alone: what is thrown elsewhere may quote the address. */
const reasonOf = (error: unknown): string =>
  error instanceof ConnectError ? error.message : 'The connection ended before the answer was whole.'
