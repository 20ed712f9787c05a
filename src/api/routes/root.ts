/** GET /: a banner for programs, the documentation for people. */
import type { FastifyInstance } from 'fastify'

const BANNER = {
  message: 'Welcome to the Carillon API',
  docs: '/docs',
  openapi: '/openapi.json',
  health: '/api/health',
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
