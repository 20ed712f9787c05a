/** What comes in: the body as an object of JSON, and parameters of the query, each refused in the words of the document. */
import type { FastifyRequest } from 'fastify'
import { refusal } from './errors.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The body of a POST or PUT; 400 for another content type, for what is no JSON, and for JSON that is no object. */
export const fieldsOf = (request: FastifyRequest): Fields => {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw refusal(400, 'Content-Type must be application/json')
  const { body } = request
  if (body === undefined) throw refusal(400, 'Invalid JSON', 'The body is empty.')
  if (!isFields(body)) throw refusal(400, 'Invalid payload', 'JSON body must be an object.')
  return body
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Trimmed; null where the field is absent, empty, or no text at all. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null

export const queryOf = (request: FastifyRequest): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(request.query as Record<string, string | string[]>).map(([name, value]) => [
      name,
      [value].flat().at(-1),
    ]),
  )
