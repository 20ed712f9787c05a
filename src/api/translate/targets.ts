/** Targets between the wire and the use cases: pairs, ranges of status, and secrets that are kept, given or refused. */
import { invalid } from '../../domain/errors.ts'
import type { Completion, HttpBody, SuccessRule } from '../../domain/target.ts'
import type {
  HttpAuthInput,
  HttpAuthView,
  HttpTargetInput,
  HttpTargetView,
  RunOverrides,
  TargetInput,
  TargetView,
} from '../../services/services.ts'
import type { RunRequest } from '../contract/jobs.ts'
import type * as wire from '../contract/targets.ts'
import { emailEdit, emailToWire } from './email-targets.ts'
import { functionEdit, functionFrom, functionToWire, refuseStrange } from './function-targets.ts'
import { githubEdit, githubFrom, githubToWire } from './github-targets.ts'
import { signingFrom, signingToWire, storedSecret, tlsFrom, tlsToWire } from './target-security.ts'
import { pairsFrom, pairsToWire, toMs, toSecondsOrNull } from './values.ts'

export const targetFrom = (input: wire.TargetInput): TargetInput =>
  input.kind === 'email'
    ? emailToWire(input)
    : input.kind === 'function'
      ? functionFrom(input)
      : input.kind === 'github'
        ? githubFrom(input)
        : httpFrom(input)

const httpFrom = (input: wire.HttpTargetInput): HttpTargetInput => ({
  kind: 'http',
  url: input.url,
  method: input.method ?? 'GET',
  ...pairs('query', input.query),
  ...pairs('headers', input.headers),
  ...(input.body ? { body: bodyFrom(input.body) } : {}),
  ...(input.auth ? { auth: newAuth(input.auth) } : {}),
  ...success(input.success),
  ...redirects(input.follow_redirects),
  ...(input.tls ? { tls: tlsFrom(input.tls, undefined) } : {}),
  ...(input.signing ? { signing: signingFrom(input.signing, undefined) } : {}),
  ...completion(input.completion),
})

/** The target with what an edit changes: what is left out stays, null takes away, a secret left out is kept. */
export const targetEdit = (present: TargetView, edit: wire.TargetEdit): TargetInput => {
  const kind = edit.kind ?? present.kind
  refuseStrange(kind, edit)
  if (kind === 'function') return functionEdit(present.kind === 'function' ? present : null, edit)
  if (kind === 'github') return githubEdit(present.kind === 'github' ? present : null, edit)
  if (kind === 'email') return emailEdit(present.kind === 'email' ? present : null, edit)
  return httpEdit(present.kind === 'http' ? present : newHttp(edit.url), edit)
}

/** Where the target was of another kind, the edit has to say what is called. */
const newHttp = (url: string | undefined): HttpTargetView => {
  if (url === undefined) throw invalid('target.url', undefined, 'give the address to call')
  return { kind: 'http', url, method: 'GET' }
}

const httpEdit = (present: HttpTargetView, edit: wire.TargetEdit): HttpTargetInput => ({
  kind: 'http',
  url: edit.url ?? present.url,
  method: edit.method ?? present.method,
  ...(edit.query === undefined ? pick(present, 'query') : pairs('query', edit.query)),
  ...(edit.headers === undefined ? pick(present, 'headers') : pairs('headers', edit.headers)),
  ...(edit.body === undefined ? pick(present, 'body') : edit.body === null ? {} : { body: bodyFrom(edit.body) }),
  ...authEdit(present.auth, edit.auth),
  ...(edit.success === undefined ? pick(present, 'success') : success(edit.success)),
  ...(edit.follow_redirects === undefined ? pick(present, 'redirects') : redirects(edit.follow_redirects)),
  ...tlsEdit(present.tls, edit.tls),
  ...signingEdit(present.signing, edit.signing),
  ...(edit.completion === undefined ? pick(present, 'completion') : completion(edit.completion)),
})

export const overridesFrom = ({ target: input = {}, metadata }: RunRequest): RunOverrides => ({
  metadata,
  url: input.url,
  method: input.method,
  query: input.query === undefined ? undefined : pairsFrom(input.query),
  headers: input.headers === undefined ? undefined : pairsFrom(input.headers),
  body: input.body === undefined ? undefined : bodyFrom(input.body),
  args: input.args,
  kwargs: input.kwargs,
  owner: input.owner,
  repo: input.repo,
  workflow: input.workflow,
  ref: input.ref,
  inputs: input.inputs,
  token: input.token,
  dispatchUrl: input.dispatch_url,
  to: input.to,
  subject: input.subject,
  text: input.text,
})

export const targetToWire = (target: TargetView): wire.Target =>
  target.kind === 'email'
    ? emailToWire(target)
    : target.kind === 'function'
      ? functionToWire(target)
      : target.kind === 'github'
        ? githubToWire(target)
        : httpToWire(target)

const httpToWire = (target: HttpTargetView): wire.HttpTarget => ({
  kind: 'http',
  url: target.url,
  method: target.method,
  query: pairsToWire(target.query ?? []),
  headers: pairsToWire(target.headers ?? []),
  body: target.body === undefined ? null : bodyToWire(target.body),
  auth: target.auth === undefined ? null : authToWire(target.auth),
  success: {
    status: (target.success?.status ?? [[200, 299]]).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)),
    body_contains: target.success?.bodyContains ?? null,
    body_lacks: target.success?.bodyLacks ?? null,
    longest_seconds: toSecondsOrNull(target.success?.longestMs ?? null),
  },
  follow_redirects: target.redirects ?? true,
  tls: target.tls === undefined ? null : tlsToWire(target.tls),
  signing: target.signing === undefined ? null : signingToWire(target.signing),
  completion: {
    mode: target.completion?.mode ?? 'response',
    deadline_seconds: toSecondsOrNull(target.completion?.deadlineMs ?? null),
  },
})

const pick = <T, K extends keyof T>(from: T, name: K): Partial<Pick<T, K>> =>
  from[name] === undefined ? {} : ({ [name]: from[name] } as unknown as Partial<Pick<T, K>>)

const pairs = <K extends 'query' | 'headers'>(name: K, given: Parameters<typeof pairsFrom>[0] | null | undefined) => {
  const list = given ? pairsFrom(given) : []
  return (list.length === 0 ? {} : { [name]: list }) as { [_ in K]?: typeof list }
}

// Following is the default, so only its opposite is worth keeping.
const redirects = (follow: boolean | undefined) => (follow === false ? { redirects: false } : {})

const bodyFrom = (input: wire.BodyInput): HttpBody =>
  input.type === 'form'
    ? { type: 'form', content: pairsFrom(input.content) }
    : ({ type: input.type, content: input.content } as HttpBody)

const bodyToWire = (body: HttpBody): wire.Body =>
  body.type === 'form' ? { type: 'form', content: pairsToWire(body.content) } : body

const success = (input: wire.HttpTargetInput['success']): { success?: SuccessRule } => {
  if (!input) return {}
  const rule: SuccessRule = {
    ...(input.status === undefined ? {} : { status: input.status.map(rangeFrom) }),
    ...(input.body_contains ? { bodyContains: input.body_contains } : {}),
    ...(input.body_lacks ? { bodyLacks: input.body_lacks } : {}),
    ...(input.longest_seconds ? { longestMs: toMs(input.longest_seconds) } : {}),
  }
  return Object.keys(rule).length === 0 ? {} : { success: rule }
}

const rangeFrom = (text: string): readonly [number, number] => {
  const [from = '', to = from] = text.split('-')
  return [Number(from), Number(to)]
}

const completion = (input: wire.HttpTargetInput['completion']): { completion?: Completion } => {
  if (!input) return {}
  const { mode, deadline_seconds } = input
  const field = 'target.completion.deadline_seconds'
  if (mode === 'response') {
    if (deadline_seconds == null) return {}
    throw invalid(field, deadline_seconds, 'an answer is bounded by policies.timeout_seconds; leave this out')
  }
  if (deadline_seconds == null) throw invalid(field, undefined, 'say how long the target may take to report')
  return { completion: { mode, deadlineMs: toMs(deadline_seconds) } }
}

const tlsEdit = (present: HttpTargetView['tls'], edit: wire.TargetEdit['tls']): Pick<HttpTargetInput, 'tls'> => {
  if (edit === null) return {}
  if (edit !== undefined) return { tls: tlsFrom(edit, present) }
  return present === undefined ? {} : { tls: { ...present, privateKey: undefined } }
}

const signingEdit = (
  present: HttpTargetView['signing'],
  edit: wire.TargetEdit['signing'],
): Pick<HttpTargetInput, 'signing'> => {
  if (edit === null) return {}
  if (edit !== undefined) return { signing: signingFrom(edit, present) }
  return present === undefined ? {} : { signing: {} }
}

type Secret = string | { readonly fingerprint: string } | undefined

const SECRET_FIELD = { basic: 'password', bearer: 'token', header: 'value', oauth2: 'client_secret' } as const

const secretOf = (auth: wire.AuthInput): Secret => {
  switch (auth.kind) {
    case 'basic':
      return auth.password
    case 'bearer':
      return auth.token
    case 'header':
      return auth.value
    case 'oauth2':
      return auth.client_secret
  }
}

const withSecret = (auth: wire.AuthInput, secret: string | undefined): HttpAuthInput => {
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: auth.username, password: secret }
    case 'bearer':
      return { kind: 'bearer', token: secret }
    case 'header':
      return { kind: 'header', name: auth.name, value: secret }
    case 'oauth2':
      return {
        kind: 'oauth2',
        tokenUrl: auth.token_url,
        clientId: auth.client_id,
        clientSecret: secret,
        ...(auth.scope ? { scope: auth.scope } : {}),
        ...(auth.audience ? { audience: auth.audience } : {}),
        clientAuthentication: auth.client_authentication ?? 'basic',
      }
  }
}

const authToWire = (auth: HttpAuthView): wire.Auth =>
  auth.kind === 'oauth2'
    ? {
        kind: 'oauth2',
        token_url: auth.tokenUrl,
        client_id: auth.clientId,
        client_secret: auth.clientSecret,
        scope: auth.scope ?? null,
        audience: auth.audience ?? null,
        client_authentication: auth.clientAuthentication,
      }
    : auth

const newAuth = (input: wire.AuthInput): HttpAuthInput => {
  const secret = secretOf(input)
  if (typeof secret === 'string') return withSecret(input, secret)
  throw invalid(`target.auth.${SECRET_FIELD[input.kind]}`, undefined, 'a new job needs the secret itself')
}

const authEdit = (
  present: HttpAuthView | undefined,
  edit: wire.AuthInput | null | undefined,
): { auth?: HttpAuthInput } => {
  if (edit === null) return {}
  const known = present === undefined ? undefined : authToWire(present)
  if (edit === undefined) return known === undefined ? {} : { auth: withSecret(known, undefined) }
  const stored = known?.kind === edit.kind ? secretOf(known) : undefined
  const secret = storedSecret(`target.auth.${SECRET_FIELD[edit.kind]}`, secretOf(edit), stored)
  return { auth: withSecret(edit, secret) }
}
