/** The chronos dialect: `/users` and `/jobs` at the root, over our own use cases. */
import { authenticator } from '../../authenticate.ts'
import type { Dialect } from '../../dialect.ts'
import { chronosRefuser } from './errors.ts'
import { jobRoutes } from './jobs.ts'
import { isChronosPath } from './surface.ts'
import { userRoutes } from './users.ts'

export const chronosDialect: Dialect = ({ services, clock, timeZone, log, exposeDetails }) => {
  const refuse = chronosRefuser({ log, exposeDetails })
  return {
    owns: isChronosPath,
    refuse,
    plugin: async (app) => {
      await app.register(async (scope) => {
        scope.setErrorHandler(refuse)
        scope.addHook('onRequest', authenticator(services))
        for (const routes of [userRoutes, jobRoutes]) routes(scope, { services, clock, timeZone })
      })
    },
  }
}
