/** Which pages of other origins may read our answers, and what they may send. */
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const OURS: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'last-event-id', 'x-api-key'],
}

/** As the document of the team dialect states them. */
const TEAM: FastifyCorsOptions = {
  methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
  allowedHeaders: ['Content-Type', 'Authorization'],
}

const isOfTeam = (url: string): boolean => url.startsWith('/api/') && !url.startsWith('/api/v3/')

/** `origins`: exact ones, or `*` alone, then never with credentials. Empty: no header at all. */
export const allowOrigins = async (app: FastifyInstance, origins: readonly string[]): Promise<void> => {
  if (origins.length === 0) return
  const any = origins.includes('*')
  const shared: FastifyCorsOptions = {
    origin: any ? '*' : [...origins],
    credentials: !any,
    exposedHeaders: ['etag', 'idempotency-replayed', 'location', 'retry-after', 'x-request-id'],
    maxAge: 3600,
    strictPreflight: false,
  }
  await app.register(cors, () => async (request: FastifyRequest) => ({
    ...shared,
    ...(isOfTeam(request.url) ? TEAM : OURS),
  }))
}
