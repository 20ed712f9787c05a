/** Sees every request go by: gives it an id, keeps its answer out of caches, times it, writes one line about it. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'

// Asked every few seconds by machines; at `info` they would be most of the log.
const QUIET = new Set(['/healthz', '/readyz', '/api/health', '/metrics', '/echo'])
// Versioned files of the documentation; all else is private or changes.
const CACHEABLE = '/docs/static/'

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export const watchRequests = (app: FastifyInstance, { log, metrics }: { log: Log; metrics: Metrics }): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (!request.url.startsWith(CACHEABLE)) reply.header('cache-control', 'no-store')
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
  })

  app.addHook('onResponse', async (request, reply) => {
    const route = routeOf(request)
    // Methods and paths that anybody may invent would make a new series each.
    const method = KNOWN_METHODS.has(request.method) ? request.method : 'other'
    // A stream lasts as long as somebody listens: that is no time of an answer.
    const isStream = String(reply.raw.getHeader('content-type')).startsWith('text/event-stream')
    if (!isStream) metrics.httpRequest(method, route, reply.statusCode, reply.elapsedTime / 1000)
    const write = QUIET.has(route) && reply.statusCode < 400 ? log.debug : log.info
    write('request answered', {
      request_id: request.id,
      method: request.method,
      path: request.url.split('?', 1)[0],
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...whoOf(request.actor),
    })
  })
}

const whoOf = (actor: FastifyRequest['actor']): Readonly<Record<string, string>> => {
  if (actor?.kind === 'key') return { user_id: actor.userId, key_id: actor.keyId }
  return actor?.kind === 'user' ? { user_id: actor.userId } : {}
}

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched'
