/** /api/v3/system: what this server is and how it does, for who is signed in; and the operator's brake. */
import { z } from 'zod'
import { Paused, PauseScheduling, System } from '../contract/system.ts'
import { NoFields } from '../contract/values.ts'
import { operationsToWire, pausedToWire } from '../translate/system.ts'
import { instant, instantOrNull } from '../translate/values.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['system']

export const systemRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/system',
    {
      schema: {
        tags,
        operationId: 'getSystem',
        summary: 'Describe the server',
        response: { 200: System.describe('Versions, durability, and whether jobs run.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => {
      const actor = actorOf(request)
      const system = await services.system.describe(actor)
      const operations = await services.system.operations(actor)
      return {
        version: system.version,
        node: system.node,
        started_at: instant(system.startedAt),
        engine: system.engine,
        sqlite: system.sqlite ?? null,
        durability: system.durability,
        tzdata: system.tzdata,
        tzdata_age_days: system.tzdataAgeDays,
        scheduler_running: system.schedulerRunning,
        claiming: { on: system.claiming.on, reason: system.claiming.reason },
        paused: system.held === null ? null : pausedToWire(system.held),
        scheduled_jobs: system.scheduledJobs,
        history_complete_since: instantOrNull(await services.system.completeSince(actor)),
        operations: operations === null ? null : operationsToWire(operations),
      }
    },
  )

  api.post(
    '/system/pause-scheduling',
    {
      schema: {
        tags,
        operationId: 'pauseScheduling',
        summary: 'Claim no due job any more, on any process and after any restart',
        description:
          'For admins of the first workspace. What runs goes on; what comes due waits, and is dealt with by the misfire policy of its job when scheduling is resumed.',
        body: PauseScheduling,
        response: { 200: Paused.describe('It is held.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request) => pausedToWire(await services.scheduling.pause(actorOf(request), request.body?.note ?? null)),
  )

  api.post(
    '/system/resume-scheduling',
    {
      schema: {
        tags,
        operationId: 'resumeScheduling',
        summary: 'Claim due jobs again',
        description: 'For admins of the first workspace.',
        body: NoFields,
        response: { 204: z.undefined().describe('It goes on.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request, reply) => {
      await services.scheduling.resume(actorOf(request))
      return reply.code(204).send()
    },
  )
}
