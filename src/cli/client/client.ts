/** Speaks `/api/v3` with a server: finds it, proves who asks, renews the access token, turns refusals into exit codes. */
import type { Problem } from '../../api/contract/problems.ts'
import type { SignedIn } from '../../api/contract/sessions.ts'
import { type Texts, VERSION } from '../../config/config.ts'
import { CommandFailure, exitOfStatus, usage } from '../exit-codes.ts'
import { openStream, type Streamed } from './event-stream.ts'
import { type Received, type Sink, send } from './http.ts'
import type { KeptSession, SessionFile } from './session-file.ts'

export { tryPort, whoAnswers } from './port.ts'
export { type ClockReading, readRemoteClock } from './remote-clock.ts'
export { type KeptSession, type SessionFile, sessionFile } from './session-file.ts'

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

export type Client = {
  readonly url: string
  readonly get: <T>(path: string, query?: Query) => Promise<T>
  readonly put: <T>(path: string, body: unknown, ifVersion?: number) => Promise<T>
  readonly post: <T>(path: string, body?: unknown, more?: { ifVersion?: number; idempotencyKey?: string }) => Promise<T>
  /** A sheet (CSV), as it is. */
  readonly upload: <T>(path: string, sheet: Buffer, more: { query: Query; idempotencyKey: string }) => Promise<T>
  /** A file, however large, into the sink. */
  readonly download: (path: string, query: Query, sink: Sink) => Promise<void>
  readonly patch: <T>(path: string, body: unknown, ifVersion?: number) => Promise<T>
  readonly delete: (path: string, ifVersion?: number) => Promise<void>
  /** Server-sent events, those after the id that is given; over when the server ends them. */
  readonly follow: (
    path: string,
    query: Query,
    from: { readonly after: string | null; readonly stop: AbortSignal },
  ) => Promise<AsyncIterable<Streamed>>
  readonly signIn: (login: string, password: string) => Promise<SignedIn>
}

export const DEFAULT_URL = 'http://127.0.0.1:5001'

/** The server refused. */
export class Refusal extends CommandFailure {
  readonly problem: Partial<Problem>
  readonly status: number

  constructor(status: number, problem: Partial<Problem>) {
    super(exitOfStatus(status), problem.detail ?? problem.title ?? `the server answered ${status}`)
    this.status = status
    this.problem = problem
  }
}

export type ClientParts = {
  /** `--server`, if it was given. */
  readonly server: string | undefined
  readonly environment: Texts
  readonly session: SessionFile
}

type Call = {
  readonly method: string
  readonly path: string
  readonly query?: Query | undefined
  readonly body?: unknown
  readonly ifVersion?: number | undefined
  readonly idempotencyKey?: string | undefined
  readonly sheet?: Buffer
  readonly sink?: Sink
}

export const createClient = ({ server, environment, session }: ClientParts): Client => {
  const url = serverUrl(server ?? environment.CARILLON_URL ?? session.read()?.url ?? DEFAULT_URL)
  const fixedToken = environment.CARILLON_TOKEN || undefined
  const kept = (): KeptSession | null => {
    const found = session.read()
    return found?.url === url ? found : null
  }

  const exchange = async (call: Call, token: string | undefined): Promise<Received> =>
    send(
      {
        method: call.method,
        url: addressOf(url, call),
        headers: {
          accept: call.sink === undefined ? 'application/json' : '*/*',
          'user-agent': `carillon-cli/${VERSION}`,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(call.sheet === undefined ? {} : { 'content-type': 'text/csv; charset=utf-8' }),
          ...(call.ifVersion === undefined ? {} : { 'if-match': `"${call.ifVersion}"` }),
          ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: call.sheet ?? (call.body === undefined ? undefined : JSON.stringify(call.body)),
      },
      call.sink,
    )

  const renew = async (spent: KeptSession): Promise<string | undefined> => {
    const present = kept()
    // Another command was quicker: its tokens are good, and a second exchange could end the session.
    if (present !== null && present.access_token !== spent.access_token) return present.access_token
    const body = { refresh_token: spent.refresh_token }
    const answer = await exchange({ method: 'POST', path: '/sessions/refresh', body }, undefined)
    if (answer.status !== 200) return undefined
    const { access_token, refresh_token } = read<SignedIn>(url, answer)
    session.write({ ...spent, access_token, refresh_token })
    return access_token
  }

  const tokened = async <Answer extends Received>(go: (token: string) => Promise<Answer>): Promise<Answer> => {
    const mine = kept()
    const token = fixedToken ?? mine?.access_token
    if (token === undefined) throw new CommandFailure('forbidden', `not signed in to ${url}; run: carillon login`)
    const answer = await go(token)
    if (answer.status !== 401) return accepted(url, answer)
    const renewed = fixedToken === undefined && mine !== null ? await renew(mine) : undefined
    if (renewed === undefined)
      throw new CommandFailure(
        'forbidden',
        fixedToken === undefined
          ? `the session at ${url} is over; run: carillon login`
          : `${url} does not accept the token or API key in CARILLON_TOKEN`,
      )
    return accepted(url, await go(renewed))
  }

  const ask = (call: Call): Promise<Received> => tokened((token) => exchange(call, token))

  const follow: Client['follow'] = async (path, query, { after, stop }) => {
    const { events } = await tokened((token) => {
      const headers = {
        accept: 'text/event-stream',
        'user-agent': `carillon-cli/${VERSION}`,
        authorization: `Bearer ${token}`,
        ...(after === null ? {} : { 'last-event-id': after }),
      }
      return openStream(addressOf(url, { method: 'GET', path, query }), headers, stop)
    })
    if (events === null) throw new CommandFailure('unreachable', `what answers at ${url} sends no events`)
    return events
  }

  return {
    url,
    get: async <T>(path: string, query?: Query) => read<T>(url, await ask({ method: 'GET', path, query })),
    put: async <T>(path: string, body: unknown, ifVersion?: number) =>
      read<T>(url, await ask({ method: 'PUT', path, body, ifVersion })),
    post: async <T>(path: string, body?: unknown, more: { ifVersion?: number; idempotencyKey?: string } = {}) =>
      read<T>(url, await ask({ method: 'POST', path, body, ...more })),
    upload: async <T>(path: string, sheet: Buffer, more: { query: Query; idempotencyKey: string }) =>
      read<T>(url, await ask({ method: 'POST', path, sheet, ...more })),
    download: async (path, query, sink) => void (await ask({ method: 'GET', path, query, sink })),
    patch: async <T>(path: string, body: unknown, ifVersion?: number) =>
      read<T>(url, await ask({ method: 'PATCH', path, body, ifVersion })),
    delete: async (path, ifVersion) => void (await ask({ method: 'DELETE', path, ifVersion })),
    follow,
    signIn: async (login, password) => {
      const call = { method: 'POST', path: '/sessions', body: { login, password } }
      const signedIn = read<SignedIn>(url, accepted(url, await exchange(call, undefined)))
      const { access_token, refresh_token, user } = signedIn
      session.write({ url, username: user.username, access_token, refresh_token })
      return signedIn
    },
  }
}

const serverUrl = (text: string): string => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw usage('server', text, 'write the address of a server, such as https://jobs.example.com')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

const addressOf = (base: string, { path, query = {} }: Call): URL => {
  const url = new URL(`${base}/api/v3${path}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) for (const each of [value].flat()) url.searchParams.append(name, String(each))
  return url
}

const accepted = <Answer extends Received>(url: string, answer: Answer): Answer => {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new Refusal(answer.status, isJson(answer) ? read<Partial<Problem>>(url, answer) : {})
}

const isJson = ({ contentType }: Received): boolean => /^application\/(problem\+)?json\b/.test(contentType)

const read = <T>(url: string, answer: Received): T => {
  if (answer.status === 204) return undefined as T
  try {
    if (isJson(answer)) return JSON.parse(answer.text) as T
  } catch {
    // Said below, as for every other answer that is not ours.
  }
  throw new CommandFailure('unreachable', `what answers at ${url} is no Carillon server (status ${answer.status})`)
}
