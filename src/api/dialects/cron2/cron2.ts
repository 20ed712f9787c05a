/** The cron2 dialect: the paths and shapes of CRON2.0, under `/v1`, over our own use cases. */

import type { Dialect } from '../../dialect.ts'
import { authRoutes, cron2Authenticator } from './auth.ts'
import { cron2Refuser } from './errors.ts'
import { jobRoutes } from './jobs.ts'
import { responseRoutes } from './responses.ts'
import { isCron2Path, PREFIX } from './surface.ts'

const ROUTES = [authRoutes, jobRoutes, responseRoutes]

export const cron2Dialect: Dialect = ({ services, clock, log, exposeDetails }) => {
  const refuse = cron2Refuser({ log, exposeDetails })
  return {
    owns: isCron2Path,
    refuse,
    plugin: async (app) => {
      await app.register(
        async (scope) => {
          scope.setErrorHandler(refuse)
          scope.addHook('onRequest', cron2Authenticator(services))
          for (const routes of ROUTES) routes(scope, { services, clock })
        },
        { prefix: PREFIX },
      )
    },
  }
}
