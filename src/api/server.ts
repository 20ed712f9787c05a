/** The HTTP server: limits, headers, who asks, what is answered when something is wrong. Routes are in `routes/`. */
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { Services } from '../services/services.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { authenticator } from './authenticate.ts'
import { allowOrigins } from './cors.ts'
import type { Dialect } from './dialect.ts'
import type { ApschedulerAccess } from './dialects/apscheduler/surface.ts'
import { APSCHEDULER, DIALECTS } from './dialects.ts'
import { docsPages } from './docs-page.ts'
import { parseJson } from './json-body.ts'
import { LIMITS, type Limits, refuseBrokenRequest } from './limits.ts'
import { describeApi } from './openapi.ts'
import { answerProblems, refuser } from './refuse.ts'
import { digestOf, IDEMPOTENCY_KEY, repeatWrites } from './repeats.ts'
import { alertRoutes } from './routes/alerts.ts'
import { apiRoutes } from './routes/apis.ts'
import { applicationRoutes } from './routes/applications.ts'
import { auditRoutes } from './routes/audit.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { channelRoutes } from './routes/channels.ts'
import { eventRoutes } from './routes/events.ts'
import { executionRoutes } from './routes/executions.ts'
import { exportRoutes } from './routes/exports.ts'
import { functionRoutes } from './routes/functions.ts'
import { healthRoute, healthRoutes } from './routes/health.ts'
import { inboxRoutes } from './routes/inbox.ts'
import { jobActionRoutes } from './routes/job-actions.ts'
import { jobHistoryRoutes } from './routes/job-history.ts'
import { jobManyRoutes } from './routes/job-many.ts'
import { jobSheetRoutes } from './routes/job-sheet.ts'
import { jobRoutes } from './routes/jobs.ts'
import { keyRoutes } from './routes/keys.ts'
import { limitRoutes } from './routes/limits.ts'
import { preferenceRoutes } from './routes/preferences.ts'
import { reportRoutes } from './routes/reports.ts'
import { retentionRoutes } from './routes/retention.ts'
import { rootRoute } from './routes/root.ts'
import type { Api } from './routes/route.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { signingSecretRoutes } from './routes/signing-secret.ts'
import { statisticsRoutes } from './routes/statistics.ts'
import { systemRoutes } from './routes/system.ts'
import { testRunRoutes } from './routes/test-runs.ts'
import { userRoutes } from './routes/users.ts'
import { zodValidator } from './validate.ts'
import { watchRequests } from './watch.ts'

export type ApiSettings = {
  readonly version: string
  /** IANA name; for schedules that name none. */
  readonly timeZone: string
  /** Exact origins, or `*` alone: then without credentials. Empty: no other origin may read answers. */
  readonly corsOrigins: readonly string[]
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustProxy: readonly string[]
  readonly metricsPublic: boolean
  readonly exposeErrorDetails: boolean
  /** Null: clients of APScheduler are not served. */
  readonly schedulerApi: ApschedulerAccess | null
}

export type ServerParts = {
  readonly services: Services
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
  readonly settings: ApiSettings
  /** More paths beside our own, for example the echo endpoint. */
  readonly extraRoutes?: readonly FastifyPluginAsync[]
  readonly limits?: Limits
}

export type Server = Pick<FastifyInstance, 'inject'> & {
  /** Answers the address it listens on, such as `http://127.0.0.1:5001`. Port 0 takes any free one. */
  readonly listen: (at: { readonly host: string; readonly port: number }) => Promise<string>
  /** Waits for requests under way, then lets go of the port. */
  readonly close: () => Promise<void>
  /** The OpenAPI document. */
  readonly openapi: () => unknown
}

export const createServer = async (parts: ServerParts): Promise<Server> => {
  const { services, log, metrics, clock, settings } = parts
  const { app, dialects } = await newApp(parts, DIALECTS)
  await describeApi(app, settings.version)
  const context = { services, clock, timeZone: settings.timeZone }
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', authenticator(services))
      repeatWrites(scope, { repeats: services.repeats, log })
      const api = scope as Api
      jobRoutes(api, context)
      jobActionRoutes(api, context)
      jobHistoryRoutes(api, context)
      jobManyRoutes(api, context)
      await api.register(async (inner) => jobSheetRoutes(inner as Api, context))
      exportRoutes(api, context)
      signingSecretRoutes(api, context)
      executionRoutes(api, context)
      functionRoutes(api, context)
      alertRoutes(api, context)
      channelRoutes(api, context)
      inboxRoutes(api, context)
      preferenceRoutes(api, context)
      catalogRoutes(api, context)
      applicationRoutes(api, context)
      apiRoutes(api, context)
      limitRoutes(api, context)
      eventRoutes(api, context)
      auditRoutes(api, context)
      reportRoutes(api, context)
      scheduleRoutes(api, context)
      testRunRoutes(api, context)
      statisticsRoutes(api, context)
      sessionRoutes(api, context)
      userRoutes(api, context)
      keyRoutes(api, context)
      systemRoutes(api, context)
      retentionRoutes(api, context)
    },
    { prefix: '/api/v3' },
  )
  for (const { plugin } of dialects) await app.register(plugin)
  healthRoutes(app, { services, metrics, metricsPublic: settings.metricsPublic })
  rootRoute(app)
  await docsPages(app)
  for (const routes of parts.extraRoutes ?? []) await app.register(routes)
  return serverOf(app)
}

/** The listener of APSCHEDULER_PORT: `/scheduler` and `/api/health`, and nothing else. */
export const createApschedulerServer = async (parts: ServerParts): Promise<Server> => {
  const { app, dialects } = await newApp(parts, [APSCHEDULER])
  for (const { plugin } of dialects) await app.register(plugin)
  healthRoute(app, parts.services, 'running')
  return serverOf(app)
}

/** Limits, headers and refusals, which every listener has. */
const newApp = async (parts: ServerParts, spoken: readonly Dialect[]) => {
  const { services, clock, log, metrics, settings, limits = LIMITS } = parts
  const { version, timeZone, schedulerApi, exposeErrorDetails: exposeDetails } = settings
  const refuse = refuser({ log, exposeDetails })
  const app = fastify({
    logger: false,
    genReqId: newId,
    trustProxy: settings.trustProxy.length === 0 ? false : [...settings.trustProxy],
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    handlerTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
    },
    routerOptions: { maxParamLength: limits.parameterLength },
    clientErrorHandler: refuseBrokenRequest,
    // What is no path at all never reaches the error handler.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler(zodValidator)
  // Every reply is mapped field by field onto its shape, which the types hold; tests hold the replies against the document.
  app.setSerializerCompiler(() => JSON.stringify)
  app.decorateRequest('actor', null)
  app.decorateRequest('stillActor', null)
  app.decorateRequest('bodyDigest', '')
  watchRequests(app, { log, metrics })
  const dialectParts = { services, clock, timeZone, version, log, exposeDetails, schedulerApi }
  const dialects = spoken.map((dialect) => dialect(dialectParts))
  answerProblems(app, refuse, (path) => dialects.find(({ owns }) => owns(path))?.refuse ?? refuse)
  await secureHeaders(app)
  await allowOrigins(app, settings.corsOrigins)
  readJsonOnly(app)
  return { app, dialects }
}

const serverOf = async (app: Awaited<ReturnType<typeof newApp>>['app']): Promise<Server> => {
  await app.ready()
  return {
    listen: ({ host, port }) => app.listen({ host, port }),
    close: async () => {
      await app.close()
    },
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    openapi: () => app.swagger(),
  }
}

const secureHeaders = async (app: FastifyInstance): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Said in `watch.ts`, and only over TLS: a plain server that claims it would be lying.
    hsts: false,
  })
}

const readJsonOnly = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.headers[IDEMPOTENCY_KEY] !== undefined) request.bodyDigest = digestOf(body)
      return body.length === 0 ? undefined : parseJson(body, request.routeOptions.config.mostMembers)
    },
  )
}
