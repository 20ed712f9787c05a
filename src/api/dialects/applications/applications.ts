/** The applications dialect: applications, their API definitions and their cron jobs, at the root, over our own use cases. */
import type { FastifyPluginAsync } from 'fastify'
import type { Log } from '../../../telemetry/log.ts'
import { authenticator } from '../../authenticate.ts'
import { applicationRoutes } from './application-routes.ts'
import type { ApplicationsContext } from './context.ts'
import { cronjobRoutes } from './cronjob-routes.ts'
import { answerRefusals } from './errors.ts'

export const applicationsDialect =
  ({
    log,
    exposeDetails,
    ...context
  }: ApplicationsContext & { readonly log: Log; readonly exposeDetails: boolean }): FastifyPluginAsync =>
  async (app) => {
    await app.register(async (scope) => {
      answerRefusals(scope, { log, exposeDetails })
      scope.addHook('onRequest', authenticator(context.services))
      applicationRoutes(scope, context)
      cronjobRoutes(scope, context)
    })
  }
