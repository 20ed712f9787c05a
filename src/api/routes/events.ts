/** /api/v3/events: what happened, as pages; and what happens, as a stream. */
import { isDeepStrictEqual } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../../domain/actor.ts'
import { DomainError } from '../../domain/errors.ts'
import { EventPage, EventQuery } from '../contract/events.ts'
import { eventToWire } from '../translate/history.ts'
import { sendEvents } from './event-stream.ts'
import { type Api, actorOf, asQueryFault, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const STREAM = 'text/event-stream'

export const eventRoutes = (api: Api, { services, clock }: RouteContext): void => {
  const open = new Set<AbortController>()
  // A server that stops would wait for the streams to end by themselves.
  api.addHook('preClose', async () => {
    for (const ending of open) ending.abort()
  })

  api.get(
    '/events',
    {
      schema: {
        tags: ['events'],
        operationId: 'listEvents',
        summary: 'List events, or follow them as they come',
        description:
          'With `Accept: text/event-stream` the answer is a stream of server-sent events, each with its `id`: it begins after `Last-Event-ID` or `after`, else with what happens from now on, and ends when the session does. Successes and skipped occurrences are events only while somebody listens.',
        headers: z.looseObject({
          'last-event-id': z.string().optional().describe('Where the stream goes on; stands before `after`.'),
        }),
        querystring: EventQuery,
        response: {
          200: {
            description: 'A page of events, or the stream.',
            content: {
              'application/json': { schema: EventPage },
              [STREAM]: { schema: z.string().describe('`id`, `event` (the type) and `data` (an Event as JSON).') },
            },
          },
          ...refusals(...SIGNED_IN, 'malformed', 'not_found', 'rate_limited'),
        },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const { types, job_id: jobId, after, order, cursor = null, limit } = request.query
      if (request.method === 'HEAD' || !isStream(request.headers.accept)) {
        const query = { types, jobId, after, descending: order === 'desc', cursor, limit }
        const page = await asQueryFault(services.events.list(actor, query))
        return reply.send({ items: page.items.map(eventToWire), next_cursor: page.nextCursor })
      }
      const from = lastEventId(request.headers['last-event-id']) ?? after
      const ending = new AbortController()
      open.add(ending)
      try {
        const events = await services.events.follow(actor, { types, jobId, after: from }, ending.signal)
        await sendEvents(reply, { events, ending, clock, stillMay: () => stillTheSame(request, actor) })
      } finally {
        ending.abort()
        open.delete(ending)
      }
      return reply
    },
  )
}

/** Another role, or another scope of a key, may hear of other things: such a stream begins anew. */
const stillTheSame = async (request: FastifyRequest, actor: Actor): Promise<void> => {
  const now = await request.stillActor?.()
  if (!isDeepStrictEqual(now, actor)) throw new DomainError('forbidden', 'The caller may no longer what it might.')
}

const isStream = (accept: string | undefined): boolean => accept?.toLowerCase().includes(STREAM) === true

const lastEventId = (text: string | string[] | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined
  const number = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw new DomainError('malformed', '`Last-Event-ID` is none of ours: send the id of the last event that you have.')
}
