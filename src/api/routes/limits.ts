/** /api/v3/limits and /catch-up: how much may run at once, per time, and of what is made up for. */
import { z } from 'zod'
import { CatchUp, Limit, LimitList, LimitSet } from '../contract/limits.ts'
import { NoFields, strict } from '../contract/values.ts'
import { allowanceFrom, catchUpToWire, limitToWire } from '../translate/limits.ts'
import { type Api, actorOf, BODY, etag, IF_MATCH, ifVersion, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['limits']
const params = strict({ name: z.string().min(1).max(260) })

export const limitRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/limits',
    {
      schema: {
        tags,
        operationId: 'listLimits',
        summary: 'List the limits of the workspace',
        response: { 200: LimitList.describe('All of them, by name.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => ({ items: (await services.limits.list(actorOf(request))).map(limitToWire) }),
  )

  api.get(
    '/limits/:name',
    {
      schema: {
        tags,
        operationId: 'getLimit',
        summary: 'Read a limit',
        params,
        response: { 200: Limit.describe('The limit.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const limit = await services.limits.get(actorOf(request), request.params.name)
      return reply.header('etag', etag(limit.version)).send(limitToWire(limit))
    },
  )

  api.put(
    '/limits/:name',
    {
      schema: {
        tags,
        operationId: 'setLimit',
        summary: 'Set a limit',
        description:
          'Makes it, or replaces what it allows. `host:api.example.com` holds for all jobs that call that host, `workspace` for all jobs, any other name for the jobs that name it in `policies.limits`. It holds for what starts from then on; what is beyond waits.',
        params,
        headers: IF_MATCH,
        body: LimitSet,
        response: {
          200: Limit.describe('The limit.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', ...BODY),
        },
      },
    },
    async (request, reply) => {
      const allowed = allowanceFrom(request.body)
      const limit = await services.limits.set(actorOf(request), request.params.name, allowed, ifVersion(request))
      return reply.header('etag', etag(limit.version)).send(limitToWire(limit))
    },
  )

  api.delete(
    '/limits/:name',
    {
      schema: {
        tags,
        operationId: 'deleteLimit',
        summary: 'Delete a limit that no job names',
        params,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is gone; what waited for it goes on.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.limits.delete(actorOf(request), request.params.name, ifVersion(request))
      return reply.code(204).send()
    },
  )

  api.get(
    '/catch-up',
    {
      schema: {
        tags,
        operationId: 'getCatchUp',
        summary: 'Tell how far catch-up work is',
        response: { 200: CatchUp.describe('What is left, and how long it will take.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => catchUpToWire(await services.catchUp.show(actorOf(request))),
  )

  for (const act of ['pause', 'resume'] as const) {
    api.post(
      `/catch-up/${act}`,
      {
        schema: {
          tags,
          operationId: `${act}CatchUp`,
          summary: act === 'pause' ? 'Pause catch-up work' : 'Go on with catch-up work',
          description: 'Of the whole workspace. On-time work is not touched; what is to be made up for stays.',
          body: NoFields,
          response: { 200: CatchUp.describe('How far it is.'), ...refusals(...SIGNED_IN, ...BODY) },
        },
      },
      async (request) => catchUpToWire(await services.catchUp[act](actorOf(request))),
    )
  }
}
