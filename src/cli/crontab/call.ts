/** A call of an address, as a command line makes it; and the part of a job that does the same. */
import type { PoliciesInput } from '../../api/contract/policies.ts'
import type { AuthInput, BodyInput, HttpTargetInput } from '../../api/contract/targets.ts'

export type NameValue = { readonly name: string; readonly value: string }

export type Call = {
  readonly url: string
  readonly method: string
  readonly headers: readonly NameValue[]
  /** As it is sent. */
  readonly data: string | null
  readonly user: { readonly name: string; readonly password: string } | null
  readonly bearer: string | null
  readonly timeoutSeconds: number | null
  readonly attempts: number | null
  readonly followsRedirects: boolean
  /** What the job will do differently. */
  readonly notes: readonly string[]
}

export type Found = { readonly call: Call } | { readonly problem: string }

type Part = { readonly target: HttpTargetInput; readonly policies: PoliciesInput }

const FORM = 'application/x-www-form-urlencoded'
/** They belong to the connection, and follow from the call. */
const LEFT_OUT = /^(connection|content-length|expect|keep-alive|te|transfer-encoding|upgrade)$/i
const SECRET_HEADER = /^(authorization|x-api-key|api-key|x-auth-token|.*[-_](token|secret|key))$/i

export const jobPartOf = (call: Call): Part | { readonly problem: string } => {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(call.url) ? call.url : `http://${call.url}`)
  if (url === null || !/^https?:$/.test(url.protocol)) return { problem: `${call.url} is no http address` }
  const inUrl = url.username === '' ? null : { name: decoded(url.username), password: decoded(url.password) }
  url.username = ''
  url.password = ''
  const sent = call.headers.filter(({ name }) => !LEFT_OUT.test(name))
  if (sent.some(({ name }) => /^host$/i.test(name)))
    return { problem: 'it sets the header Host, which always follows from the address' }
  const { auth, headers } = withAuth(call.user ?? inUrl, call.bearer, sent)
  const { body, type } = bodyOf(call.data, headers)
  return {
    target: {
      kind: 'http',
      url: url.href,
      method: call.method.toUpperCase() as NonNullable<HttpTargetInput['method']>,
      headers: headers.filter((header) => type !== 'implied' || !/^content-type$/i.test(header.name)).map(copy),
      ...(body === null ? {} : { body }),
      ...(auth === null ? {} : { auth }),
      follow_redirects: call.followsRedirects,
      // What does not follow a redirect takes one for an answer like any other.
      ...(call.followsRedirects ? {} : { success: { status: ['200-399'] } }),
    },
    policies: {
      ...(call.timeoutSeconds === null ? {} : { timeout_seconds: call.timeoutSeconds }),
      ...(call.attempts === null ? {} : { retry: { attempts: call.attempts } }),
    },
  }
}

const copy = ({ name, value }: NameValue) => ({ name, value })

/** A credential goes where it is sealed; there is room for one. */
const withAuth = (
  user: Call['user'],
  bearer: string | null,
  headers: readonly NameValue[],
): { readonly auth: AuthInput | null; readonly headers: readonly NameValue[] } => {
  const withoutAuthorization = headers.filter(({ name }) => !/^authorization$/i.test(name))
  if (user !== null) {
    const { name, password } = user
    // A job's basic password is never empty; some services take a key as the name alone.
    const whole = { kind: 'header', name: 'Authorization', value: `Basic ${btoa(`${name}:`)}` } as const
    const auth = password === '' ? whole : ({ kind: 'basic', username: name, password } as const)
    return { auth, headers: withoutAuthorization }
  }
  if (bearer !== null) return { auth: { kind: 'bearer', token: bearer }, headers: withoutAuthorization }
  const secret = headers.find(({ name }) => SECRET_HEADER.test(name))
  if (secret === undefined || secret.value === '') return { auth: null, headers }
  return { auth: authOf(secret), headers: headers.filter((header) => header !== secret) }
}

const authOf = ({ name, value }: NameValue): AuthInput => {
  if (/^authorization$/i.test(name)) {
    const [, scheme = '', text = ''] = /^(\S+)\s+(.+)$/.exec(value) ?? []
    if (/^bearer$/i.test(scheme)) return { kind: 'bearer', token: text }
    const [, username, password] = /^([^:]*):([\s\S]+)$/.exec(Buffer.from(text, 'base64').toString('utf8')) ?? []
    if (/^basic$/i.test(scheme) && username !== undefined && password !== undefined)
      return { kind: 'basic', username, password }
  }
  return { kind: 'header', name, value }
}

/** `implied`: the content type follows from the kind of body. */
const bodyOf = (
  data: string | null,
  headers: readonly NameValue[],
): { readonly body: BodyInput | null; readonly type: 'implied' | 'given' } => {
  if (data === null) return { body: null, type: 'given' }
  const type = headers.find(({ name }) => /^content-type$/i.test(name))?.value ?? FORM
  const [bare = ''] = type.toLowerCase().split(';', 1)
  if (bare === 'application/json') {
    try {
      return { body: { type: 'json', content: JSON.parse(data) }, type: 'implied' }
    } catch {
      return { body: { type: 'text', content: data }, type: 'given' }
    }
  }
  const pairs = [...new URLSearchParams(data)].map(([name, value]) => ({ name, value }))
  const isForm = bare === FORM && new URLSearchParams(pairs.map(({ name, value }) => [name, value])).toString() === data
  if (isForm) return { body: { type: 'form', content: pairs }, type: 'implied' }
  return { body: { type: 'text', content: data }, type: 'given' }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The header that names a form, where a body that is none in our eyes was sent as one. */
export const FORM_HEADER: NameValue = { name: 'Content-Type', value: FORM }
