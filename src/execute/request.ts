/** Makes a target into a request, once; a fire then adds only what differs from attempt to attempt. */
import type { Assignment } from '../domain/attempt.ts'
import type { ClientTls, HttpAuth, HttpBody, HttpMethod, HttpTarget, NameValue } from '../domain/target.ts'
import { checkHttpTarget } from '../domain/target-rules.ts'
import { templateOf } from '../domain/target-template.ts'
import type { EgressGuard, Reach } from './egress.ts'
import { judgeOf } from './success.ts'
import type { Vouch } from './vouch.ts'

/** One request of an attempt: the first, or one that a redirect asks for. */
export type Hop = {
  readonly url: URL
  readonly origin: string
  readonly path: string
  readonly method: HttpMethod
  /** Name, value, name, value: what the job sets, and the defaults of ours that it leaves alone. */
  readonly headers: readonly string[]
  readonly body: Buffer | null
  readonly auth: HttpAuth | null
  readonly tls: ClientTls | null
  /** False once a redirect has led to another origin: what vouches for us stays behind. */
  readonly atHome: boolean
}

export type Prepared = {
  readonly first: Hop
  /** What the egress guard says of the first request; null is a refusal. */
  readonly reach: Reach | null
  readonly redirects: boolean
  readonly judge: ReturnType<typeof judgeOf>
  /** The whole body is needed, not only what is kept: a rule looks at it, or secrets must be taken out of it. */
  readonly needsWholeBody: boolean
  /** Headers of ours that tell of the attempt. */
  readonly announce: (assignment: Assignment) => string[]
  /** Null where nothing vouches for the request. */
  readonly vouch: Vouch | null
  /** A 202 means that the target will report. */
  readonly mayReport: boolean
  /** What one attempt comes to; null where all attempts are alike, as most are. */
  readonly fill: ((assignment: Assignment) => Prepared | string) | null
}

/** What the same target always comes to on this server. */
export type Preparation = {
  readonly userAgent: string
  readonly guard: EgressGuard
  readonly vouchFor: (target: HttpTarget) => Vouch | null
}

/** A sentence when the target cannot be made into a request. */
export const prepare = (target: HttpTarget, preparation: Preparation): Prepared | string => {
  const [wrong] = checkHttpTarget(target)
  if (wrong !== undefined) return `${wrong.field}: ${wrong.message}.`
  const url = withQuery(new URL(target.url), target.query ?? [])
  const auth = target.auth ?? null
  const vouch = preparation.vouchFor(target)
  const prepared: Prepared = {
    first: hopOf(url, {
      method: target.method,
      headers: headersOf(target, preparation.userAgent),
      body: target.body === undefined ? null : bytesOfBody(target.body),
      auth,
      tls: target.tls ?? null,
      atHome: true,
    }),
    reach: preparation.guard.admitUrl(url),
    redirects: target.redirects ?? true,
    judge: judgeOf(target.success),
    needsWholeBody:
      auth !== null ||
      vouch !== null ||
      target.success?.bodyContains !== undefined ||
      target.success?.bodyLacks !== undefined,
    announce: attemptHeaders,
    vouch,
    mayReport: target.completion !== undefined,
    fill: null,
  }
  const { variables } = target
  return variables === undefined
    ? prepared
    : { ...prepared, fill: filler(prepared, { target, variables, preparation }) }
}

type Filling = {
  readonly target: HttpTarget
  readonly variables: Readonly<Record<string, string>>
  readonly preparation: Preparation
}

/** The guard is asked again each time: what is filled in is part of the address. */
const filler = (prepared: Prepared, { target, variables, preparation }: Filling) => {
  const template = templateOf(target)
  const headers = target.headers ?? []
  return (assignment: Assignment): Prepared | string => {
    const filled = template.fill({
      jobId: assignment.jobId,
      jobName: assignment.jobName,
      executionId: assignment.executionId,
      scheduledFor: instant(assignment.scheduledFor),
      attempt: assignment.attempt,
      trigger: assignment.trigger,
      metadata: variables,
    })
    if ('wrong' in filled) return `${filled.field}: ${filled.wrong}.`
    const own = headers.map(({ name }, at) => ({ name, value: filled.headerValues[at] ?? '' }))
    const first = hopOf(filled.url, {
      ...prepared.first,
      headers: headersOf({ ...target, headers: own }, preparation.userAgent),
      body: filled.body === null ? null : Buffer.from(filled.body),
    })
    return { ...prepared, first, reach: preparation.guard.admitUrl(filled.url), fill: null }
  }
}

type HopParts = Omit<Hop, 'url' | 'origin' | 'path'>

export const hopOf = (url: URL, { method, headers, body, auth, tls, atHome }: HopParts): Hop => ({
  url,
  origin: url.origin,
  path: url.pathname + url.search,
  method,
  headers,
  body,
  auth,
  tls,
  atHome,
})

// Written behind what is there, so that the bytes of the job's own query stay as they are.
const withQuery = (url: URL, query: readonly NameValue[]): URL => {
  if (query.length === 0) return url
  const pairs = new URLSearchParams(query.map(({ name, value }) => [name, value]))
  const added = pairs.toString().replaceAll('+', '%20')
  url.search = url.search === '' ? added : `${url.search}&${added}`
  return url
}

const CONTENT_TYPES: Readonly<Record<HttpBody['type'], string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
}

const headersOf = (target: HttpTarget, userAgent: string): readonly string[] => {
  const own = target.headers ?? []
  const given = new Set(own.map(({ name }) => name.toLowerCase()))
  const defaults: NameValue[] = [
    { name: 'user-agent', value: userAgent },
    { name: 'accept', value: '*/*' },
    // Answers are small and kept as text; compressing them would only cost both sides.
    { name: 'accept-encoding', value: 'identity' },
    ...(target.body === undefined ? [] : [{ name: 'content-type', value: CONTENT_TYPES[target.body.type] }]),
  ]
  return [...defaults.filter(({ name }) => !given.has(name)), ...own].flatMap(({ name, value }) => [name, value])
}

const bytesOfBody = (body: HttpBody): Buffer => {
  switch (body.type) {
    case 'json':
      return Buffer.from(JSON.stringify(body.content))
    case 'form':
      return Buffer.from(new URLSearchParams(body.content.map(({ name, value }) => [name, value])).toString())
    case 'text':
    case 'xml':
      return Buffer.from(body.content)
  }
}

/** The id is the same on every attempt, so that a receiver can tell a repetition from a new run. */
export const attemptHeaders = (assignment: Assignment): string[] => [
  'idempotency-key',
  assignment.executionId,
  'webhook-id',
  assignment.executionId,
  'carillon-attempt',
  String(assignment.attempt),
  'carillon-scheduled-for',
  instant(assignment.scheduledFor),
  'carillon-job-id',
  assignment.jobId,
  'carillon-trigger',
  assignment.trigger,
]

// Formatting a date costs over a microsecond, and calls of one moment share the second they were due in.
let lastSecond = { second: 0, text: new Date(0).toISOString().slice(0, -4) }

/** RFC 3339 in UTC with milliseconds. */
const instant = (epochMs: number): string => {
  const second = Math.floor(epochMs / 1000)
  if (lastSecond.second !== second) lastSecond = { second, text: new Date(second * 1000).toISOString().slice(0, -4) }
  return `${lastSecond.text}${String(epochMs - second * 1000).padStart(3, '0')}Z`
}

const REMEMBERED = 2048
// Larger ones are rare and their text is dear to keep: 2048 of these are 8 MiB at most.
const LONGEST_REMEMBERED = 4096

/** Remembers prepared targets by their identity, and by their text for targets that are read anew for each fire. */
export const createPreparer = (preparation: Preparation): ((target: HttpTarget) => Prepared | string) => {
  const byIdentity = new WeakMap<HttpTarget, Prepared | string>()
  const byText = new Map<string, Prepared | string>()

  const byTextOf = (target: HttpTarget): Prepared | string => {
    const text = JSON.stringify(target)
    const known = byText.get(text)
    if (known !== undefined) return known
    const prepared = prepare(target, preparation)
    if (text.length > LONGEST_REMEMBERED) return prepared
    const [oldest] = byText.size >= REMEMBERED ? byText.keys() : []
    if (oldest !== undefined) byText.delete(oldest)
    byText.set(text, prepared)
    return prepared
  }

  return (target) => {
    const known = byIdentity.get(target)
    if (known !== undefined) return known
    const prepared = byTextOf(target)
    byIdentity.set(target, prepared)
    return prepared
  }
}
