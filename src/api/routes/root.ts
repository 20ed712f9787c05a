/** GET /: a banner for programs, in the words that clients of the team dialect know; the documentation for people. */
import type { FastifyInstance } from 'fastify'

const BANNER = {
  message: 'Welcome to Cron Job Scheduler API v2',
  docs: '/docs',
  redoc: '/redoc',
  openapi: '/openapi.json',
  health: '/api/v2/health',
} as const

export const rootRoute = (app: FastifyInstance): void => {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    reply.header('vary', 'Accept')
    return wantsPage(request.headers.accept) ? reply.redirect('/docs', 302) : BANNER
  })
}

/** Browsers name text/html first; programs name JSON, anything, or nothing. */
const wantsPage = (accept = ''): boolean => {
  const html = accept.indexOf('text/html')
  const json = accept.indexOf('application/json')
  return html !== -1 && (json === -1 || html < json)
}
