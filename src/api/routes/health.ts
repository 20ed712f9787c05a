/** What machines ask: alive, ready, healthy, and the numbers for Prometheus. Nobody signs in for it, so it says little. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../domain/errors.ts'
import type { Services } from '../../services/services.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { Health } from '../contract/system.ts'
import { strict } from '../contract/values.ts'
import type { Api } from './route.ts'

const Alive = strict({ status: z.literal('ok') })
const Ready = strict({ status: z.enum(['ready', 'unavailable']) })

const tags = ['health']
const security: [] = []

export const healthRoutes = (
  api: Api,
  { services, metrics, metricsPublic }: { services: Services; metrics: Metrics; metricsPublic: boolean },
): void => {
  api.get(
    '/healthz',
    {
      schema: {
        tags,
        security,
        operationId: 'isAlive',
        summary: 'Say whether the process is alive',
        response: { 200: Alive.describe('It is.') },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  api.get(
    '/readyz',
    {
      schema: {
        tags,
        security,
        operationId: 'isReady',
        summary: 'Say whether requests can be served',
        response: { 200: Ready.describe('They can.'), 503: Ready.describe('The database does not answer.') },
      },
    },
    async (_request, reply) => {
      const ready = await services.system.ready()
      return ready ? { status: 'ready' as const } : reply.code(503).send({ status: 'unavailable' as const })
    },
  )

  healthRoute(api, services, 'healthy')
  metricsRoute(api, metrics, metricsPublic)
}

/** The one path that several systems share; each listener has its own word for being well. */
export const healthRoute = (api: Api, services: Services, status: 'healthy' | 'running'): void => {
  api.get(
    '/api/health',
    {
      schema: {
        tags,
        security,
        operationId: 'getHealth',
        summary: 'Say whether jobs are being scheduled',
        response: { 200: Health.describe('The server answers.') },
      },
    },
    async () => {
      const { schedulerRunning, scheduledJobs } = await services.system.describe(null)
      return {
        status,
        scheduler_running: schedulerRunning,
        scheduled_jobs_count: scheduledJobs,
      }
    },
  )
}

const metricsRoute = (api: Api, metrics: Metrics, metricsPublic: boolean): void => {
  // Prometheus text is no resource of the API, so it is left out of its description.
  const plain = api as unknown as FastifyInstance
  plain.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!metricsPublic && !fromThisMachine(request))
      throw new DomainError('not_found', 'There is nothing at this path.')
    return reply.type(metrics.contentType).send(await metrics.text())
  })
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/** A proxy on this machine is not this machine: what it passes on comes from elsewhere. */
const fromThisMachine = (request: FastifyRequest): boolean =>
  LOOPBACK.test(request.socket.remoteAddress ?? '') && FORWARDED.every((name) => request.headers[name] === undefined)
