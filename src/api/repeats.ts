/** `Idempotency-Key` on every write: the first answer is kept, and a repeat gets it without anything being done again. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import type { Repeats } from '../services/services.ts'
import type { Log } from '../telemetry/log.ts'
import { actorOf, refusals } from './routes/route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the body as it came. */
    bodyDigest: string
  }
  interface FastifyContextConfig {
    /** The work may be done again as a whole, since its ids follow from the errand. */
    resumable?: true
  }
}

export const IDEMPOTENCY_KEY = 'idempotency-key'

const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE']
const KEPT_HEADERS = ['content-type', 'etag', 'location']
const REPLAYED = 'idempotency-replayed'

/** For routes registered on this scope from now on; those that nobody signs in for have nobody whose key it could be. */
export const repeatWrites = (scope: FastifyInstance, { repeats, log }: { repeats: Repeats; log: Log }): void => {
  scope.decorateRequest('errand', null)
  scope.addHook('onRoute', (route) => {
    if (!WRITES.includes([route.method].flat()[0] ?? '') || route.config?.access === 'public') return
    describe(route)
    route.handler = repeatable(route.handler, repeats)
  })

  // An answer is kept before it is sent: whoever has seen it gets the same one from then on.
  scope.addHook('onSend', async (request, reply, payload) => {
    const { errand } = request
    if (errand === null) return
    const { statusCode } = reply
    const keeping =
      statusCode < 300
        ? errand.answered({ status: statusCode, headers: keptHeaders(reply), body: textOf(payload) })
        : errand.failed(statusCode < 500 && !errand.isDone)
    await keeping.catch((error: unknown) => {
      log.warn('the answer to a repeatable request was not kept', { request_id: request.id, error })
    })
  })
}

/** What tells this request from another one under the same key. */
export const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

const repeatable = (handler: RouteHandlerMethod, repeats: Repeats): RouteHandlerMethod =>
  async function (request, reply) {
    const key = request.headers[IDEMPOTENCY_KEY]
    if (typeof key !== 'string') return handler.call(this, request, reply)
    const begun = await repeats.begin(actorOf(request), {
      key,
      method: request.method,
      path: request.url,
      digest: `${request.bodyDigest} ${request.headers['if-match'] ?? ''}`,
    })
    if ('replay' in begun) {
      const { status, headers, body } = begun.replay
      reply.code(status).headers(headers).header(REPLAYED, 'true').serializer(String)
      return reply.send(body === '' ? undefined : body)
    }
    request.errand = begun.errand
    const resumable = request.routeOptions.config.resumable === true
    const work = async () => handler.call(this, request, reply)
    return begun.errand.carryOut(
      resumable,
      begun.errand.isDone && !resumable ? () => again(work, request, reply) : work,
    )
  }

/** It took effect, and the answer was lost with the process that gave it: told from how things are now, where that can be told. */
const again = async (work: () => Promise<unknown>, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError) || OURS.includes(error.code)) throw error
    if (request.method === 'DELETE') return reply.code(204).send()
    throw new DomainError(
      'idempotency.unanswered',
      'This request has taken effect before, but its answer was lost; read the thing to see how it is now.',
      { cause: error },
    )
  }
}

const OURS: readonly string[] = ['unavailable', 'internal', 'unauthenticated', 'forbidden']

const keptHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name)
      return value === undefined ? [] : [[name, String(value)]]
    }),
  )

const textOf = (payload: unknown): string =>
  typeof payload === 'string' ? payload : Buffer.isBuffer(payload) ? payload.toString('utf8') : ''

const HEADER = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[ -~]+$/, 'use printable ASCII characters')
  .optional()
  .describe(
    'Made up by the client, one for each thing it wants done. The same request under the same key within 24 hours is answered as the first time, without being done again.',
  )
  .meta({ examples: ['9f1c2f3e-5d0a-4f59-b7a4-0c6a1a8a2b11'] })

const REFUSALS = refusals('idempotency.conflict', 'idempotency.under_way', 'idempotency.unanswered', 'rate_limited')

const describe = (route: RouteOptions): void => {
  const schema = { ...route.schema }
  const known = schema.headers instanceof z.ZodObject ? schema.headers : z.looseObject({})
  route.schema = {
    ...schema,
    headers: known.extend({ [IDEMPOTENCY_KEY]: HEADER }),
    response: joined(schema.response as Responses, REFUSALS as Responses),
  }
}

type Responses = Readonly<Record<string, { readonly description?: string }>>

/** Several codes may share a status. */
const joined = (own: Responses, more: Responses): Responses => ({
  ...own,
  ...Object.fromEntries(
    Object.entries(more).map(([status, response]) => {
      const present = own[status]
      const text = [present?.description, response.description].filter((part) => part !== undefined).join(' ')
      return [status, present === undefined ? response : { ...present, description: text }]
    }),
  ),
})
