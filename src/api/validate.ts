/** Holds what comes in against its shape, and tells every wrong field at once. */
import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { DomainError, type FieldError } from '../domain/errors.ts'

/** Fastify's validator: answers a DomainError that fits the part of the request. */
export const zodValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (part: unknown) => {
    // Fastify says null where there is no body.
    const given = part ?? undefined
    const result = schema.safeParse(given)
    return result.success ? { value: result.data } : { error: refusal(httpPart, fieldErrors(result.error, given)) }
  }

const refusal = (part: string | undefined, errors: readonly FieldError[]): DomainError => {
  // An id that cannot be one answers like one that nobody has.
  if (part === 'params')
    return new DomainError('not_found', 'There is no such thing: the id in the path is none of ours.')
  if (part === 'body') return new DomainError('invalid', 'A field is wrong.', { errors })
  if (part === 'headers') return new DomainError('malformed', 'A header is wrong.', { errors })
  return new DomainError('malformed', 'A parameter of the query is wrong.', { errors })
}

/** Every wrong field, an unknown one under its own name, each with the value that was given. */
export const fieldErrors = (error: z.ZodError, given: unknown): FieldError[] =>
  error.issues.flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    return paths.map((path) => {
      const value = valueAt(given, path)
      return { field: fieldName(path), ...(value === undefined ? {} : { value }), message: issue.message }
    })
  })

const fieldName = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'body'
    : path
        .map((part, at) => {
          if (typeof part === 'number') return `[${part}]`
          const name = String(part)
          if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name.slice(0, 100))}]`
          return at === 0 ? name : `.${name}`
        })
        .join('')

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    given,
  )
