/** /api/v3/retention: how long the workspace keeps its executions. */
import { Retention, RetentionUpdate } from '../contract/retention.ts'
import { retentionEdit, retentionToWire } from '../translate/retention.ts'
import { type Api, actorOf, BODY, etag, IF_MATCH, ifVersion, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['system']

export const retentionRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/retention',
    {
      schema: {
        tags,
        operationId: 'getRetention',
        summary: 'Say how long executions are kept',
        response: { 200: Retention.describe('The rules of the workspace.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request, reply) => {
      const retention = await services.retention.get(actorOf(request))
      return reply.header('etag', etag(retention.version)).send(retentionToWire(retention))
    },
  )

  api.patch(
    '/retention',
    {
      schema: {
        tags,
        operationId: 'updateRetention',
        summary: 'Keep executions for less than the operator does',
        description:
          'For admins. What is older goes with the next round of upkeep, within the hour, and does not come back.',
        headers: IF_MATCH,
        body: RetentionUpdate,
        response: {
          200: Retention.describe('The rules of the workspace.'),
          ...refusals(...SIGNED_IN, ...BODY, 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      const edit = retentionEdit(request.body)
      const retention = await services.retention.change(actorOf(request), edit, ifVersion(request))
      return reply.header('etag', etag(retention.version)).send(retentionToWire(retention))
    },
  )
}
