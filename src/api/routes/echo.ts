/** /echo: answers what it was sent, so that one can see a job call something without having anything to call. */
import type { FastifyInstance } from 'fastify'

const LARGEST_BODY = 64 * 1024
const SHOWN_HEADER = /^(carillon-|webhook-|idempotency-key$|content-type$|user-agent$)/

/** For `extraRoutes`: the server has it only where the app asks for it. Credentials are never repeated. */
export const echoRoutes = async (api: FastifyInstance): Promise<void> => {
  api.removeAllContentTypeParsers()
  api.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: LARGEST_BODY },
    async (_request: unknown, body: Buffer) => body,
  )
  api.all('/echo', { schema: { hide: true }, bodyLimit: LARGEST_BODY, config: { cors: false } }, async (request) => ({
    method: request.method,
    query: request.query,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => SHOWN_HEADER.test(name))),
    body: Buffer.isBuffer(request.body) ? request.body.toString('utf8') : null,
  }))
}
