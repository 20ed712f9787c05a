/** What an API definition says of how it is called: overrides, and how to sign in where there is no handshake. Pure. */
import { invalid } from '../../../domain/errors.ts'
import { HTTP_METHODS, type HttpMethod, type NameValue } from '../../../domain/target.ts'
import type { HttpAuthInput } from '../../../services/services.ts'
import { type Fields, isFields, objectIn, pairsIn, textOrNone } from './fields.ts'

/** Overrides of an API definition. */
export type CallConfig = {
  readonly requestType: HttpMethod | null
  readonly headers: readonly NameValue[]
  /** Milliseconds. */
  readonly timeout: number | null
}

export const NO_CONFIG: CallConfig = { requestType: null, headers: [], timeout: null }

/** Stands for a secret that is there; sent back, it keeps the one that is stored. */
export const MASK = '********'

export const methodIn = (field: string, value: unknown): HttpMethod => {
  const name = typeof value === 'string' ? value.trim().toUpperCase() : null
  const method = HTTP_METHODS.find((known) => known === name)
  if (method === undefined) throw invalid(field, value, `give one of ${HTTP_METHODS.join(', ')}`)
  return method
}

const KNOWN = ['requestType', 'headers', 'timeout', 'authType', 'authCredentials']

export const callConfigIn = (value: unknown): { readonly config: CallConfig; readonly fields: Fields } => {
  const fields = objectIn('callConfig', value) ?? {}
  const stray = Object.keys(fields).find((name) => !KNOWN.includes(name))
  if (stray !== undefined)
    throw invalid(`callConfig.${stray}`, fields[stray], `it is not known; there are ${KNOWN.join(', ')}`)
  const { requestType, headers, timeout } = fields
  if (timeout != null && (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 1))
    throw invalid('callConfig.timeout', timeout, 'give a whole number of milliseconds')
  return {
    fields,
    config: {
      requestType: requestType == null ? null : methodIn('callConfig.requestType', requestType),
      headers: headers == null ? [] : pairsIn('callConfig.headers', headers),
      timeout: (timeout as number | undefined) ?? null,
    },
  }
}

/** `authType` with `authCredentials`; undefined where neither is said, null where there are to be none. */
export const authIn = (fields: Fields, present: HttpAuthInput | undefined): HttpAuthInput | null | undefined => {
  const { authType: type, authCredentials: credentials } = fields
  if (type === undefined && credentials === undefined) return undefined
  if (type === null || type === '') return null
  const kind = type === undefined ? present?.kind : kindOf(type)
  if (kind !== 'basic' && kind !== 'bearer') throw invalid('authType', type, 'give Basic or BearerToken')
  if (credentials == null || credentials === MASK) {
    if (present?.kind === kind) return present
    throw invalid('authCredentials', undefined, 'give the credentials that go with this authType')
  }
  return kind === 'basic' ? basicIn(credentials) : { kind, token: tokenIn(credentials) }
}

const kindOf = (type: unknown): 'basic' | 'bearer' => {
  const lower = typeof type === 'string' ? type.toLowerCase() : null
  if (lower === 'basic') return 'basic'
  if (lower === 'bearertoken' || lower === 'bearer') return 'bearer'
  throw invalid('authType', type, 'give Basic or BearerToken')
}

// Values are not repeated: they are secrets, or nearly.
const basicIn = (given: unknown): HttpAuthInput => {
  const value = jsonOr(given)
  if (isFields(value) && typeof value.username === 'string' && typeof value.password === 'string')
    return { kind: 'basic', username: value.username, password: value.password }
  const [, username, password] = typeof value === 'string' ? (/^([^:]+):(.*)$/s.exec(value) ?? []) : []
  if (username === undefined || password === undefined)
    throw invalid('authCredentials', undefined, 'give username and password: an object of these, or username:password')
  return { kind: 'basic', username, password }
}

const tokenIn = (given: unknown): string => {
  const value = jsonOr(given)
  const token = isFields(value) ? value.token : value
  if (typeof token === 'string' && token !== '') return token
  throw invalid('authCredentials', undefined, 'give the token, or an object with it')
}

const jsonOr = (value: unknown): unknown => {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

export const handshakeIn = (fields: Fields): string | null | undefined => textOrNone(fields, 'handshakeUrl')
