/** The team dialect: the paths and shapes of a scheduler for teams, under `/api` and `/api/v2`, over our own use cases. */
import type { FastifyPluginAsync } from 'fastify'
import type { Log } from '../../../telemetry/log.ts'
import { authRoutes } from './auth.ts'
import { teamAuthenticator } from './authenticate.ts'
import { bulkUploadRoutes } from './bulk-upload.ts'
import { catalogRoutes } from './catalog.ts'
import { cronRoutes } from './cron.ts'
import { answerRefusals } from './errors.ts'
import { executionRoutes } from './executions.ts'
import { jobRunRoutes } from './job-runs.ts'
import { jobRoutes } from './jobs.ts'
import { notificationRoutes } from './notifications.ts'
import { type Described, describeTeam, learnRoutes } from './openapi.ts'
import { preferenceRoutes } from './preferences.ts'
import { registerRoutes } from './register.ts'
import { schedulerRoutes } from './scheduler.ts'
import { slackRoutes } from './slack.ts'
import { SURFACES, type TeamContext, type TeamRoutes } from './surface.ts'
import { userRoutes } from './users.ts'

const ROUTES: readonly TeamRoutes[] = [
  authRoutes,
  registerRoutes,
  userRoutes,
  preferenceRoutes,
  catalogRoutes,
  notificationRoutes,
  slackRoutes,
  schedulerRoutes,
  cronRoutes,
  jobRoutes,
  jobRunRoutes,
  executionRoutes,
]

export const teamDialect =
  ({
    log,
    exposeDetails,
    ...parts
  }: Omit<TeamContext, 'surface'> & { readonly log: Log; readonly exposeDetails: boolean }): FastifyPluginAsync =>
  async (app) => {
    const learned: Described[] = []
    for (const surface of SURFACES) {
      await app.register(
        async (scope) => {
          answerRefusals(scope, { log, exposeDetails })
          learnRoutes(scope, surface, learned)
          scope.addHook('onRequest', teamAuthenticator(parts.services, surface))
          for (const routes of ROUTES) routes(scope, { ...parts, surface })
          await scope.register(async (inner) => bulkUploadRoutes(inner, { ...parts, surface }))
        },
        { prefix: surface.prefix },
      )
    }
    app.get('/api/v2/openapi.json', { schema: { hide: true } }, async () => describeTeam(learned, parts.version))
  }
