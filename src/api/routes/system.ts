/** /api/v3/system: what this server is and how it does, for who is signed in. */
import { System } from '../contract/system.ts'
import { instant } from '../translate/values.ts'
import { type Api, actorOf, type RouteContext, refusals, SIGNED_IN } from './route.ts'

export const systemRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/system',
    {
      schema: {
        tags: ['system'],
        operationId: 'getSystem',
        summary: 'Describe the server',
        response: { 200: System.describe('Versions, durability, and whether jobs run.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => {
      const system = await services.system.describe(actorOf(request))
      return {
        version: system.version,
        node: system.node,
        started_at: instant(system.startedAt),
        engine: system.engine,
        sqlite: system.sqlite ?? null,
        durability: system.durability,
        tzdata: system.tzdata,
        scheduler_running: system.schedulerRunning,
        claiming: { on: system.claiming.on, reason: system.claiming.reason },
        scheduled_jobs: system.scheduledJobs,
      }
    },
  )
}
