/** What a target must be before a job may have it: pure checks, told field by field. */
import type { FieldError } from './errors.ts'
import {
  type Completion,
  HTTP_METHODS,
  type HttpAuth,
  type HttpBody,
  type HttpTarget,
  type NameValue,
  type OAuth2Auth,
  type SuccessRule,
} from './target.ts'

/** Bounds of one HTTP target; headers and URL leave room under the 16 KiB that most servers accept. */
export const TARGET_BOUNDS = {
  urlLength: 8192,
  queryEntries: 100,
  headers: 100,
  headerNameLength: 256,
  headerValueLength: 8192,
  bodyBytes: 1024 * 1024,
  statusRanges: 20,
  bodyRuleLength: 1024,
  longestMs: 24 * 3600 * 1000,
  scopeLength: 2048,
  reportDeadlineMs: [1000, 30 * 24 * 3600 * 1000],
} as const

const FRAMING = 'it belongs to the connection, not to the job'
const OURS = 'Carillon sets it on every call'

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ...[
    'connection',
    'content-length',
    'expect',
    'http2-settings',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ].map((name) => [name, FRAMING] as const),
  ['host', 'it always follows from the URL'],
  ['idempotency-key', OURS],
])

const FORBIDDEN_PREFIXES: readonly (readonly [prefix: string, reason: string])[] = [
  [':', 'names that begin with a colon are HTTP/2 pseudo-headers'],
  ['proxy-', 'it speaks to proxies, not to the target'],
  ['webhook-', OURS],
  ['carillon-', OURS],
]

/** Why a job may not set this header; null when it may. */
export const forbiddenHeader = (name: string): string | null => {
  const lower = name.trim().toLowerCase()
  return FORBIDDEN.get(lower) ?? FORBIDDEN_PREFIXES.find(([prefix]) => lower.startsWith(prefix))?.[1] ?? null
}

/** All that is wrong with a target; empty when it may be called. Values that may hold a credential are not repeated. */
export const checkHttpTarget = (target: HttpTarget, field = 'target'): FieldError[] => [
  ...checkUrl(target.url, `${field}.url`),
  ...(HTTP_METHODS.includes(target.method)
    ? []
    : [{ field: `${field}.method`, value: target.method, message: `use one of ${HTTP_METHODS.join(', ')}` }]),
  ...checkQuery(target.query ?? [], `${field}.query`),
  ...checkHeaders(target.headers ?? [], `${field}.headers`),
  ...(target.body === undefined ? [] : checkBody(target.body, `${field}.body`)),
  ...(target.auth === undefined ? [] : checkAuth(target.auth, target.headers ?? [], `${field}.auth`)),
  ...(target.success === undefined ? [] : checkSuccess(target.success, `${field}.success`)),
  ...(target.completion === undefined ? [] : checkCompletion(target.completion, `${field}.completion`)),
  ...(target.tls === undefined || /^https:/i.test(target.url)
    ? []
    : [{ field: `${field}.tls`, message: 'a certificate is shown over https alone; the URL is not https' }]),
]

const checkUrl = (text: string, field: string): FieldError[] => {
  const wrong = (message: string): FieldError[] => [{ field, value: text, message }]
  if (text.length > TARGET_BOUNDS.urlLength)
    return [{ field, message: `a URL has at most ${TARGET_BOUNDS.urlLength} characters` }]
  // The URL parser drops or mends these in silence, so what a person reads would not be what is called.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]|^ | $/.test(text))
    return wrong('percent-encode control characters and backslashes; no spaces at either end')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') return wrong('use an absolute URL that begins with http:// or https://')
  if (!/^https?:\/\/[^/?#]/i.test(text)) return wrong('a host must follow the two slashes')
  if (!URL.canParse(text)) return wrong('the host or the port is not valid')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    return [{ field, message: 'a URL must not carry a user name or password; use the target’s auth instead' }]
  }
  if (url.port === '0') return wrong('port 0 cannot be called')
  return []
}

const checkQuery = (query: readonly NameValue[], field: string): FieldError[] => {
  if (query.length > TARGET_BOUNDS.queryEntries) {
    return [{ field, value: query.length, message: `at most ${TARGET_BOUNDS.queryEntries} query parameters` }]
  }
  const length = query.reduce((sum, { name, value }) => sum + name.length + value.length + 2, 0)
  return length > TARGET_BOUNDS.urlLength
    ? [{ field, message: `names and values together have at most ${TARGET_BOUNDS.urlLength} characters` }]
    : []
}

const checkHeaders = (headers: readonly NameValue[], field: string): FieldError[] => {
  if (headers.length > TARGET_BOUNDS.headers)
    return [{ field, value: headers.length, message: `at most ${TARGET_BOUNDS.headers} headers` }]
  return headers.flatMap(({ name, value }, at) => [
    ...checkHeaderName(name, `${field}[${at}].name`),
    ...(isHeaderValue(value) ? [] : [{ field: `${field}[${at}].value`, message: HEADER_VALUE_RULE }]),
  ])
}

const HEADER_VALUE_RULE = `at most ${TARGET_BOUNDS.headerValueLength} characters, without line breaks, NUL or characters above U+00FF`

/** Field values of RFC 9110, 5.5: visible characters, spaces and tabs; never CR, LF or NUL. */
export const isHeaderValue = (value: string): boolean =>
  value.length <= TARGET_BOUNDS.headerValueLength && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)

const checkHeaderName = (name: string, field: string): FieldError[] => {
  // A token of RFC 9110, 5.6.2; pseudo-headers fall through to their own reason.
  if (!/^:?[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || name.length > TARGET_BOUNDS.headerNameLength) {
    return [{ field, value: name, message: 'a header name has letters, digits and hyphens' }]
  }
  const reason = forbiddenHeader(name)
  return reason === null ? [] : [{ field, value: name, message: `a job may not set this header: ${reason}` }]
}

const checkAuth = (auth: HttpAuth, headers: readonly NameValue[], field: string): FieldError[] => {
  const name = auth.kind === 'header' ? auth.name : 'authorization'
  const errors = auth.kind === 'header' ? checkHeaderName(name, `${field}.name`) : []
  // RFC 7617, 2: the first colon ends the user id, so it cannot hold one.
  if (auth.kind === 'basic' && /[:\p{Cc}]/u.test(auth.username)) {
    errors.push({
      field: `${field}.username`,
      value: auth.username,
      message: 'a user name has no colon and no control characters',
    })
  }
  if (auth.kind === 'oauth2') errors.push(...checkOAuth2(auth, field))
  if (headers.some((header) => header.name.toLowerCase() === name.toLowerCase())) {
    errors.push({
      field,
      value: name,
      message: `the header ${name.toLowerCase()} is set by auth already; take it out of headers`,
    })
  }
  return errors
}

/** Printable ASCII without quote and backslash, single spaces between (RFC 6749, 3.3). */
const SCOPE = /^[!#-[\]-~]+( [!#-[\]-~]+)*$/

const checkOAuth2 = (auth: OAuth2Auth, field: string): FieldError[] => [
  ...checkUrl(auth.tokenUrl, `${field}.tokenUrl`),
  ...(/^[\u0020-\u007e]{1,256}$/.test(auth.clientId)
    ? []
    : [{ field: `${field}.clientId`, value: auth.clientId, message: 'give 1 to 256 printable ASCII characters' }]),
  ...(auth.scope === undefined || (SCOPE.test(auth.scope) && auth.scope.length <= TARGET_BOUNDS.scopeLength)
    ? []
    : [{ field: `${field}.scope`, value: auth.scope, message: 'give words of printable ASCII, one space between' }]),
]

const checkCompletion = ({ deadlineMs }: Completion, field: string): FieldError[] => {
  const [least, most] = TARGET_BOUNDS.reportDeadlineMs
  return Number.isInteger(deadlineMs) && least <= deadlineMs && deadlineMs <= most
    ? []
    : [{ field: `${field}.deadlineMs`, value: deadlineMs, message: `give ${least} to ${most} milliseconds` }]
}

const checkBody = (body: HttpBody, field: string): FieldError[] => {
  if (body.type === 'form') {
    const length = body.content.reduce((sum, { name, value }) => sum + name.length + value.length + 2, 0)
    return tooLong(length, field)
  }
  const text = body.type === 'json' ? JSON.stringify(body.content) : body.content
  if (text === undefined) return [{ field: `${field}.content`, message: 'give a JSON value' }]
  return tooLong(Buffer.byteLength(text), field)
}

const tooLong = (bytes: number, field: string): FieldError[] =>
  bytes > TARGET_BOUNDS.bodyBytes
    ? [{ field: `${field}.content`, value: bytes, message: `a body has at most ${TARGET_BOUNDS.bodyBytes} bytes` }]
    : []

const checkSuccess = (rule: SuccessRule, field: string): FieldError[] => {
  const errors: FieldError[] = []
  const ranges = rule.status
  if (ranges !== undefined && (ranges.length === 0 || ranges.length > TARGET_BOUNDS.statusRanges)) {
    errors.push({
      field: `${field}.status`,
      value: ranges.length,
      message: `give 1 to ${TARGET_BOUNDS.statusRanges} ranges`,
    })
  }
  for (const [at, [from, to]] of (ranges ?? []).entries()) {
    const ordered = Number.isInteger(from) && Number.isInteger(to) && 200 <= from && from <= to && to <= 599
    if (!ordered)
      errors.push({
        field: `${field}.status[${at}]`,
        value: [from, to],
        message: 'give two whole numbers from 200 to 599, the smaller first',
      })
  }
  for (const name of ['bodyContains', 'bodyLacks'] as const) {
    const text = rule[name]
    if (text !== undefined && (text.length === 0 || text.length > TARGET_BOUNDS.bodyRuleLength)) {
      errors.push({
        field: `${field}.${name}`,
        value: text.length,
        message: `give 1 to ${TARGET_BOUNDS.bodyRuleLength} characters`,
      })
    }
  }
  const { longestMs } = rule
  if (
    longestMs !== undefined &&
    !(Number.isInteger(longestMs) && longestMs >= 1 && longestMs <= TARGET_BOUNDS.longestMs)
  ) {
    errors.push({
      field: `${field}.longestMs`,
      value: longestMs,
      message: `give 1 to ${TARGET_BOUNDS.longestMs} milliseconds`,
    })
  }
  return errors
}
