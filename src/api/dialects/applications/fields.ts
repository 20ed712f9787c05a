/** Fields of a body, each as the document has it, or refused with its name, its value and what would be right. Pure. */
import type { FastifyRequest } from 'fastify'
import { DomainError, invalid } from '../../../domain/errors.ts'
import type { HttpBody, NameValue } from '../../../domain/target.ts'

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const bodyOf = (request: FastifyRequest): Fields => {
  if (isFields(request.body)) return request.body
  throw new DomainError('invalid', 'The body has to be a JSON object.')
}

/** Undefined stays; null and an empty text are none. */
export const textOrNone = (fields: Fields, name: string): string | null | undefined => {
  const value = fields[name]
  if (value === undefined) return undefined
  if (value === null || value === '') return null
  if (typeof value !== 'string') throw invalid(name, value, 'give a text')
  return value
}

export const neededText = (fields: Fields, name: string): string => {
  const text = textOrNone(fields, name)
  if (text == null || text.trim() === '') throw invalid(name, fields[name], 'give a text that is not empty')
  return text
}

export const flag = (fields: Fields, name: string): boolean | undefined => {
  const value = fields[name]
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(name, value, 'give true or false')
}

/** An object, or the JSON text of one; null is none. */
export const objectIn = (name: string, value: unknown): Fields | null => {
  if (value === null || value === '') return null
  const given = typeof value === 'string' ? parsed(name, value) : value
  if (isFields(given)) return given
  throw invalid(name, value, 'give an object of JSON, or the text of one')
}

const parsed = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(name, text, 'this is not JSON')
  }
}

/** Names with texts, numbers, truth values, or lists of these. */
export const pairsIn = (name: string, value: unknown): NameValue[] =>
  Object.entries(objectIn(name, value) ?? {}).flatMap(([key, entry]) =>
    (Array.isArray(entry) ? entry : [entry]).map((one: unknown) => {
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
        return { name: key, value: String(one) }
      throw invalid(`${name}.${key}`, one, 'give a text, a number, true or false, or a list of these')
    }),
  )

export const pairsToObject = (pairs: readonly NameValue[]): Fields => {
  const all = Map.groupBy(pairs, ({ name }) => name)
  return Object.fromEntries(
    [...all].map(([name, same]) => [name, same.length === 1 ? same[0]?.value : same.map(({ value }) => value)]),
  )
}

/** JSON where it is JSON, XML where it begins like it, else text; a content type among the headers decides. */
export const payloadIn = (value: unknown, headers: readonly NameValue[]): HttpBody | null => {
  if (value === null || value === '') return null
  if (typeof value !== 'string') return { type: 'json', content: value }
  const declared = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value.toLowerCase()
  const begins = value.trimStart()[0] ?? ''
  if (declared?.includes('json') || (declared === undefined && '{["'.includes(begins)))
    return { type: 'json', content: parsed('payload', value) }
  if (declared?.includes('xml') || (declared === undefined && begins === '<')) return { type: 'xml', content: value }
  return { type: 'text', content: value }
}
