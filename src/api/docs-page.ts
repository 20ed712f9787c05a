/** The documentation in a browser: /docs from files of our own, /docs/errors from the table of codes; works offline. */
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { ERROR_CODES, type ErrorCode } from '../domain/errors.ts'
import { ERRORS_PAGE, PROBLEMS } from './problems.ts'

export const docsPages = async (app: FastifyInstance): Promise<void> => {
  const schema = { hide: true }
  app.get(ERRORS_PAGE, { schema }, async (_request, reply) => reply.type('text/html; charset=utf-8').send(ERRORS_HTML))
  app.get('/openapi.json', { schema }, async () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Carillon API' },
    // No validator: it would send the description to a server of somebody else.
    uiConfig: { validatorUrl: null, docExpansion: 'list', tryItOutEnabled: true },
  })
}

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
