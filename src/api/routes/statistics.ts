/** /api/v3/statistics: how jobs did over a stretch of time. */

import { Statistics, StatisticsQuery } from '../contract/statistics.ts'
import { statisticsToWire } from '../translate/executions.ts'
import { epochMs } from '../translate/values.ts'
import { type Api, actorOf, asQueryFault, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const DAY_MS = 24 * 3600 * 1000

export const statisticsRoutes = (api: Api, { services, clock }: RouteContext): void => {
  api.get(
    '/statistics',
    {
      schema: {
        tags: ['statistics'],
        operationId: 'getStatistics',
        summary: 'Count and time the executions of a stretch of time',
        querystring: StatisticsQuery,
        response: {
          200: Statistics.describe('Counts by status, durations and lateness.'),
          ...refusals(...SIGNED_IN, 'malformed', 'not_found'),
        },
      },
    },
    async (request) => {
      const { job_id } = request.query
      const until = request.query.until === undefined ? clock.now() : epochMs(request.query.until)
      const from = request.query.from === undefined ? until - DAY_MS : epochMs(request.query.from)
      const range = { from, until }
      const measured = await asQueryFault(services.statistics.range(actorOf(request), { ...range, jobId: job_id }))
      return statisticsToWire(measured, range)
    },
  )
}
