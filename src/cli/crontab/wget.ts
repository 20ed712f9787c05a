/** What a command line of wget calls. */
import { FORM_HEADER, type Found, type NameValue } from './call.ts'
import { type FlagTable, readFlags } from './flags.ts'

const FLAGS: FlagTable = {
  values: {
    O: 'ignored',
    'output-document': 'ignored',
    o: 'ignored',
    'output-file': 'ignored',
    a: 'ignored',
    'append-output': 'ignored',
    P: 'ignored',
    'directory-prefix': 'ignored',
    'connect-timeout': 'ignored',
    'dns-timeout': 'ignored',
    w: 'ignored',
    wait: 'ignored',
    waitretry: 'ignored',
    header: 'header',
    'post-data': 'post-data',
    'body-data': 'body-data',
    method: 'method',
    user: 'user',
    password: 'password',
    'http-user': 'user',
    'http-password': 'password',
    T: 'timeout',
    timeout: 'timeout',
    'read-timeout': 'timeout',
    t: 'tries',
    tries: 'tries',
    U: 'user-agent',
    'user-agent': 'user-agent',
    referer: 'referer',
    'max-redirect': 'max-redirect',
  },
  switches: {
    q: 'ignored',
    quiet: 'ignored',
    v: 'ignored',
    verbose: 'ignored',
    'no-verbose': 'ignored',
    n: 'ignored',
    c: 'ignored',
    continue: 'ignored',
    d: 'ignored',
    S: 'ignored',
    'server-response': 'ignored',
    '4': 'ignored',
    '6': 'ignored',
    'delete-after': 'ignored',
    'no-cache': 'ignored',
    'content-on-error': 'ignored',
    'auth-no-challenge': 'ignored',
    spider: 'spider',
    'no-check-certificate': 'insecure',
  },
}

/** `args`: the words after `wget`. */
export const wgetCall = (args: readonly string[], input: string | null): Found => {
  const read = readFlags(args, FLAGS)
  if ('problem' in read) return read
  const all = (name: string): string[] => read.given.filter(([each]) => each === name).map(([, value]) => value)
  const last = (name: string): string | undefined => all(name).at(-1)

  const [url, ...others] = read.words
  if (url === undefined) return { problem: 'it calls no address' }
  if (others.length > 0) return { problem: 'it calls several addresses: make a job of each' }
  if (input !== null) return { problem: 'it is given something on its standard input' }
  const posted = last('post-data')
  const data = posted ?? last('body-data') ?? null
  const headers = all('header').flatMap((text): NameValue[] => {
    const [, name, value = ''] = /^([^:]+):\s*(.*?)\s*$/.exec(text) ?? []
    return name === undefined || value === '' ? [] : [{ name: name.trim(), value }]
  })
  const has = (name: string): boolean => headers.some((header) => header.name.toLowerCase() === name)
  const optional = (name: string, value: string | undefined): NameValue[] =>
    value === undefined || has(name.toLowerCase()) ? [] : [{ name, value }]
  const user = last('user')
  const seconds = Number(last('timeout') ?? Number.NaN)
  const tries = Number(last('tries') ?? Number.NaN)
  return {
    call: {
      url,
      method: last('method') ?? (posted !== undefined ? 'POST' : all('spider').length > 0 ? 'HEAD' : 'GET'),
      headers: [
        ...headers,
        ...optional('User-Agent', last('user-agent')),
        ...optional('Referer', last('referer')),
        ...(data === null || has('content-type') ? [] : [FORM_HEADER]),
      ],
      data,
      user: user === undefined ? null : { name: user, password: last('password') ?? '' },
      bearer: null,
      timeoutSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
      attempts: Number.isInteger(tries) && tries > 0 ? tries : null,
      followsRedirects: last('max-redirect') !== '0',
      notes: all('insecure').length > 0 ? ['certificates are checked, which --no-check-certificate left out'] : [],
    },
  }
}
