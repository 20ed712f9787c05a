/** The applications dialect: applications, their API definitions and their cron jobs, at the root, over our own use cases. */
import { authenticator } from '../../authenticate.ts'
import type { Dialect } from '../../dialect.ts'
import { applicationRoutes } from './application-routes.ts'
import { cronjobRoutes } from './cronjob-routes.ts'
import { applicationsRefuser } from './errors.ts'

export const applicationsDialect: Dialect = ({ services, timeZone, log, exposeDetails }) => {
  const refuse = applicationsRefuser({ log, exposeDetails })
  return {
    owns: (path) => /^\/(applications|cronjobs)(\/|$)/.test(path),
    refuse,
    plugin: async (app) => {
      await app.register(async (scope) => {
        scope.setErrorHandler(refuse)
        scope.addHook('onRequest', authenticator(services))
        applicationRoutes(scope, { services, timeZone })
        cronjobRoutes(scope, { services, timeZone })
      })
    },
  }
}
