/** Files that come in a request: in a form (`multipart/form-data`), or as the body itself (`text/csv`). Read whole, within a limit. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError, invalid } from '../domain/errors.ts'
import { digestOf, IDEMPOTENCY_KEY } from './repeats.ts'

export type Upload = { readonly file: Uint8Array | null; readonly fields: Readonly<Record<string, string>> }

const MOST_PARTS = 20

/** For routes of this scope: their body is an Upload, and nothing else is read there. */
export const readUploads = (scope: FastifyInstance, largestBytes: number): void => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    ['multipart/form-data', 'text/csv'],
    { parseAs: 'buffer', bodyLimit: largestBytes },
    async (request: FastifyRequest, body: Buffer): Promise<Upload> => {
      if (request.headers[IDEMPOTENCY_KEY] !== undefined) request.bodyDigest = digestOf(body)
      const type = request.headers['content-type'] ?? ''
      return /^text\/csv\b/i.test(type) ? { file: body, fields: {} } : formOf(body, type)
    },
  )
}

/** The file of an upload; `invalid` with the field `file` without one. */
export const fileOf = (body: unknown): Uint8Array => {
  const file = (body as Upload | undefined)?.file ?? null
  if (file === null)
    throw invalid('file', undefined, 'send the sheet as the body (text/csv), or in the field `file` of a form')
  return file
}

const formOf = async (body: Buffer, type: string): Promise<Upload> => {
  const fields: [string, string][] = []
  let file: Buffer | null = null
  try {
    const form = new Busboy({ headers: { 'content-type': type }, limits: { parts: MOST_PARTS } })
    form.on('field', (name, value) => fields.push([name, value]))
    form.on('file', (name, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (name === 'file') file = Buffer.concat(chunks)
      })
    })
    form.on('partsLimit', () => form.destroy(new Error(`it has more than ${MOST_PARTS} parts`)))
    await pipeline(Readable.from([body]), form)
  } catch (cause) {
    throw new DomainError('malformed', `The body is not a form such as its content type says: ${reasonOf(cause)}.`, {
      cause,
    })
  }
  return { file, fields: Object.fromEntries(fields) }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'it cannot be read')
