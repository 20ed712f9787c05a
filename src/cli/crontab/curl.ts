/** What a command line of curl calls. */
import { type Call, FORM_HEADER, type Found, type NameValue } from './call.ts'
import { type FlagTable, readFlags } from './flags.ts'

const FLAGS: FlagTable = {
  values: {
    X: 'request',
    request: 'request',
    H: 'header',
    header: 'header',
    d: 'data',
    data: 'data',
    'data-ascii': 'data',
    'data-raw': 'data-raw',
    'data-binary': 'data-binary',
    'data-urlencode': 'data-urlencode',
    json: 'json',
    u: 'user',
    user: 'user',
    'oauth2-bearer': 'bearer',
    A: 'user-agent',
    'user-agent': 'user-agent',
    e: 'referer',
    referer: 'referer',
    b: 'cookie',
    cookie: 'cookie',
    m: 'max-time',
    'max-time': 'max-time',
    retry: 'retry',
    url: 'url',
    o: 'ignored',
    output: 'ignored',
    w: 'ignored',
    'write-out': 'ignored',
    'connect-timeout': 'ignored',
    'retry-delay': 'ignored',
    'retry-max-time': 'ignored',
    'max-redirs': 'ignored',
  },
  switches: {
    s: 'ignored',
    silent: 'ignored',
    S: 'ignored',
    'show-error': 'ignored',
    f: 'ignored',
    fail: 'ignored',
    'fail-with-body': 'ignored',
    'fail-early': 'ignored',
    v: 'ignored',
    verbose: 'ignored',
    i: 'ignored',
    include: 'ignored',
    N: 'ignored',
    'no-buffer': 'ignored',
    '4': 'ignored',
    '6': 'ignored',
    ipv4: 'ignored',
    ipv6: 'ignored',
    compressed: 'ignored',
    'http1.1': 'ignored',
    http2: 'ignored',
    '#': 'ignored',
    'progress-bar': 'ignored',
    'no-progress-meter': 'ignored',
    O: 'ignored',
    'remote-name': 'ignored',
    'retry-connrefused': 'ignored',
    'retry-all-errors': 'ignored',
    basic: 'ignored',
    L: 'location',
    location: 'location',
    G: 'get',
    get: 'get',
    I: 'head',
    head: 'head',
    k: 'insecure',
    insecure: 'insecure',
  },
}

/** `args`: the words after `curl`; `input`: what the command reads from standard input. */
export const curlCall = (args: readonly string[], input: string | null): Found => {
  const read = readFlags(args, FLAGS)
  if ('problem' in read) return read
  const all = (name: string): string[] => read.given.filter(([each]) => each === name).map(([, value]) => value)
  const last = (name: string): string | undefined => all(name).at(-1)
  const has = (name: string): boolean => all(name).length > 0

  const urls = [...all('url'), ...read.words]
  const [url] = urls
  if (url === undefined) return { problem: 'it calls no address' }
  if (urls.length > 1) return { problem: 'it calls several addresses: make a job of each' }
  const data = dataOf(read.given, input)
  if (typeof data === 'object' && data !== null) return data
  const user = userOf(last('user'))
  if (user === 'asks') return { problem: 'it asks for a password: write -u name:password' }
  const headers = headersOf(all('header'))
  if ('problem' in headers) return headers
  const seconds = Number(last('max-time') ?? Number.NaN)
  const retries = Number(last('retry') ?? Number.NaN)
  const inQuery = has('get') && data !== null
  return {
    call: {
      url: inQuery ? `${url}${url.includes('?') ? '&' : '?'}${data}` : url,
      method: last('request') ?? (has('head') ? 'HEAD' : data !== null && !has('get') ? 'POST' : 'GET'),
      headers: withImplied(headers.list, {
        agent: last('user-agent'),
        referer: last('referer'),
        cookie: last('cookie'),
        isJson: has('json'),
        hasBody: data !== null && !inQuery,
      }),
      data: inQuery ? null : data,
      user,
      bearer: last('bearer') ?? null,
      timeoutSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
      attempts: Number.isInteger(retries) ? retries + 1 : null,
      followsRedirects: has('location'),
      notes: has('insecure') ? ['certificates are checked, which -k left out'] : [],
    } satisfies Call,
  }
}

const DATA = ['data', 'data-raw', 'data-binary', 'data-urlencode', 'json']

const dataOf = (
  given: readonly (readonly [string, string])[],
  input: string | null,
): string | null | { readonly problem: string } => {
  const parts: string[] = []
  let isJson = false
  for (const [name, value] of given) {
    if (!DATA.includes(name)) continue
    isJson ||= name === 'json'
    if (name === 'data-urlencode') {
      const encoded = urlEncoded(value)
      if (encoded === null) return { problem: `it sends the file in ${value}: put the content into the job` }
      parts.push(encoded)
    } else if (name === 'data-raw' || !value.startsWith('@')) parts.push(value)
    else if (value === '@-' && input !== null) parts.push(name === 'data' ? input.replace(/[\r\n]/g, '') : input)
    else return { problem: `it sends the file ${value.slice(1)}: put the content into the job` }
  }
  if (parts.length === 0) return input === null ? null : { problem: 'it is given something on its standard input' }
  return parts.join(isJson ? '' : '&')
}

/** `content`, `=content` or `name=content`; null for a file. */
const urlEncoded = (text: string): string | null => {
  const [, name = '', by = '', content = ''] = /^([^=@]*)([=@]?)([\s\S]*)$/.exec(text) ?? []
  if (by === '@') return null
  if (by === '') return encodeURIComponent(name)
  return name === '' ? encodeURIComponent(content) : `${name}=${encodeURIComponent(content)}`
}

const userOf = (text: string | undefined): Call['user'] | 'asks' => {
  if (text === undefined) return null
  const at = text.indexOf(':')
  return at === -1 ? 'asks' : { name: text.slice(0, at), password: text.slice(at + 1) }
}

const headersOf = (
  texts: readonly string[],
): { readonly list: readonly NameValue[] } | { readonly problem: string } => {
  const list: NameValue[] = []
  for (const text of texts) {
    if (text.startsWith('@')) return { problem: `it reads headers from the file ${text.slice(1)}` }
    const [, name, by, value = ''] = /^([^:;]+)([:;])\s*(.*?)\s*$/.exec(text) ?? []
    // `Name:` takes a header of curl's own away, `Name;` sends an empty one.
    if (name !== undefined && (value !== '' || by === ';')) list.push({ name: name.trim(), value })
  }
  return { list }
}

const withImplied = (
  headers: readonly NameValue[],
  more: {
    readonly agent: string | undefined
    readonly referer: string | undefined
    readonly cookie: string | undefined
    readonly isJson: boolean
    readonly hasBody: boolean
  },
): readonly NameValue[] => {
  const has = (name: string): boolean => headers.some((header) => header.name.toLowerCase() === name)
  const optional = (name: string, value: string | undefined): NameValue[] =>
    value === undefined || has(name.toLowerCase()) ? [] : [{ name, value }]
  return [
    ...headers,
    ...optional('User-Agent', more.agent),
    ...optional('Referer', more.referer),
    ...optional('Cookie', more.cookie),
    ...optional('Accept', more.isJson ? 'application/json' : undefined),
    ...(!more.hasBody || has('content-type')
      ? []
      : [more.isJson ? { name: 'Content-Type', value: 'application/json' } : FORM_HEADER]),
  ]
}
