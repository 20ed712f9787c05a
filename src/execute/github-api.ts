/** Single requests to the API of GitHub, through the egress guard like every call of a job. */
import { createHash } from 'node:crypto'
import type { Assignment } from '../domain/attempt.ts'
import { type Heading, HttpCall } from './call.ts'
import type { createCalls } from './calls.ts'
import { limitMs, type Refusal } from './github-errors.ts'
import type { Pace } from './github-pace.ts'
import { hopOf, type Prepared } from './request.ts'
import type { Finding, Run } from './runner.ts'

export type GithubApi = {
  readonly calls: ReturnType<typeof createCalls>
  /** Such as `https://api.github.com`, without a slash at the end. */
  readonly url: string
  readonly pace: Pace
}

export type GithubRequest = {
  readonly method: 'GET' | 'POST'
  /** With its slash; every part of it is escaped already. */
  readonly path: string
  readonly body?: unknown
  /** Of the answer that is known: an equal one comes back as an empty 304, which costs no part of the limit. */
  readonly etag?: string | null
}

/** An answer, whatever its status; or why there is none. */
export type Reply = { readonly answer: Refusal } | { readonly broken: Finding }

export type Ticket = { readonly assignment: Assignment; readonly token: string }

/** `done` is called once, unless it is stopped before. */
export const askGithub = (
  api: GithubApi,
  { assignment, token }: Ticket,
  request: GithubRequest,
  done: (reply: Reply) => void,
): Run => {
  const key = createHash('sha256').update(token).digest('base64')
  let call: HttpCall | null = null
  let left = false

  const leave = (): void => {
    if (call === null || left) return
    left = true
    api.pace.leave(key)
  }

  const go = (): void => {
    let heard: Refusal | null = null
    call = new HttpCall(
      { ...api.calls, reveal: ({ sealed }) => sealed },
      {
        assignment,
        prepared: prepared(api, token, request),
        hide: [token],
        hear: (answer) => {
          heard = refusalOf(answer)
          const wait = limitMs(heard, api.calls.clock.now())
          if (wait !== null) api.pace.pause(key, wait)
        },
        report: (finding) => {
          leave()
          done(heard === null ? { broken: finding } : { answer: heard })
        },
      },
    )
    call.start()
  }

  const giveUp = api.pace.enter(key, go)
  return {
    stop: () => {
      giveUp()
      const heard = call?.stop()
      leave()
      return heard ?? { statusCode: null, output: null, doing: 'waiting for its turn at GitHub' }
    },
  }
}

const prepared = (api: GithubApi, token: string, { method, path, body, etag }: GithubRequest): Prepared => {
  const url = new URL(api.url + path)
  const headers = [
    ...['user-agent', api.calls.userAgent, 'accept', 'application/vnd.github+json', 'accept-encoding', 'identity'],
    ...['x-github-api-version', '2022-11-28'],
    ...(body === undefined ? [] : ['content-type', 'application/json']),
    ...(etag == null ? [] : ['if-none-match', etag]),
  ]
  return {
    first: hopOf(url, {
      method,
      headers,
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
      auth: { kind: 'bearer', token: { sealed: token } },
      tls: null,
      atHome: true,
    }),
    reach: api.calls.guard.admitUrl(url),
    // A repository that was renamed answers with one.
    redirects: true,
    judge: () => null,
    needsWholeBody: true,
    announce: () => [],
    vouch: null,
    mayReport: false,
    fill: null,
  }
}

const refusalOf = ({ status, headers, body }: Heading & { readonly body: Buffer }): Refusal => ({
  status,
  header: (name) => {
    const value = headers[name]
    return value === undefined ? null : String(value)
  },
  body: parsed(body),
})

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
