/** The APScheduler dialect: `/scheduler` as its REST clients know it, over our own use cases. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Log } from '../../../telemetry/log.ts'
import { parseJson } from '../../json-body.ts'
import { apschedulerAuthenticator } from './authenticate.ts'
import { apschedulerRefuser } from './errors.ts'
import { jobRoutes } from './jobs.ts'
import { schedulerRoutes } from './scheduler.ts'
import { type ApschedulerContext, PREFIX } from './surface.ts'

export { apschedulerRefuser } from './errors.ts'

export const isApschedulerPath = (path: string): boolean => path === PREFIX || path.startsWith(`${PREFIX}/`)

export const apschedulerDialect =
  ({
    log,
    exposeDetails,
    ...context
  }: ApschedulerContext & { readonly log: Log; readonly exposeDetails: boolean }): FastifyPluginAsync =>
  async (app) => {
    await app.register(
      async (scope) => {
        scope.setErrorHandler(apschedulerRefuser({ log, exposeDetails, auth: context.auth }))
        readAnything(scope)
        scope.addHook('onRequest', apschedulerAuthenticator(context))
        schedulerRoutes(scope, context)
        jobRoutes(scope, context)
      },
      { prefix: PREFIX },
    )
  }

/** Bodies are JSON, whatever their content type says. */
const readAnything = (scope: FastifyInstance): void => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    body.length === 0 ? undefined : parseJson(body),
  )
}
