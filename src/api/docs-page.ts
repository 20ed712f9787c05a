/** The documentation in a browser: /docs from files of our own, /docs/errors from the table of codes; works offline. */
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { ERROR_CODES, type ErrorCode } from '../domain/errors.ts'
import { ERRORS_PAGE, PROBLEMS } from './problems.ts'

export const docsPages = async (app: FastifyInstance): Promise<void> => {
  const schema = { hide: true }
  app.get(ERRORS_PAGE, { schema }, async (_request, reply) => reply.type('text/html; charset=utf-8').send(ERRORS_HTML))
  app.get('/openapi.json', { schema }, async () => app.swagger())
  // Where clients of the team dialect look for it.
  app.get('/redoc', { schema }, async (_request, reply) => reply.redirect('/docs', 302))
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Carillon API' },
    logo: { type: 'image/svg+xml', content: Buffer.from(LOGO), href: '/docs', target: '_self' },
    // No validator: it would send the description to a server of somebody else.
    uiConfig: { validatorUrl: null, docExpansion: 'list', tryItOutEnabled: true },
  })
}

/** A bell, and the name beside it. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40" fill="#fff">
<path d="M20 5a3 3 0 0 1 3 3c5 1 8 5 8 11 0 6 2 8 4 10v2H5v-2c2-2 4-4 4-10 0-6 3-10 8-11a3 3 0 0 1 3-3zm-4 28h8a4 4 0 0 1-8 0z"/>
<text x="45" y="27" font-family="sans-serif" font-size="22">Carillon</text></svg>`

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>')

const entry = (code: ErrorCode): string =>
  `<h2 id="${code}"><code>${code}</code></h2>\n<p>${PROBLEMS[code].status} ${PROBLEMS[code].title}. ${escaped(ERROR_CODES[code])}</p>`

const ERRORS_HTML = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Carillon: errors</title></head>
<body>
<main>
<h1>Errors</h1>
<p>Every refusal is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
${(Object.keys(ERROR_CODES) as ErrorCode[]).map(entry).join('\n')}
</main>
</body>
</html>
`
