/** /api/v3/executions/{id}/reports: targets that took an attempt over tell what came of it. */
import { REPORT_HEADERS, Reported, ReportRequest } from '../contract/reports.ts'
import { Id, strict } from '../contract/values.ts'
import { type Api, BODY, type RouteContext, refusals } from './route.ts'

export const reportRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/executions/:id/reports',
    {
      config: { access: 'public' },
      schema: {
        tags: ['executions'],
        security: [],
        operationId: 'reportExecution',
        summary: 'Report on an attempt (for targets)',
        description:
          'No access token: the token of the attempt, from the header `carillon-report-token` of its request, is the authority. The report that ended an attempt may be repeated and is answered as before.',
        params: strict({ id: Id }),
        headers: REPORT_HEADERS,
        body: ReportRequest,
        response: {
          200: Reported.describe('The report was taken.'),
          ...refusals('not_found', 'conflict', ...BODY),
        },
      },
    },
    async (request) => {
      const { attempt, status, progress_percent, message, output, log, status_code } = request.body
      const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      const token = request.headers['carillon-report-token'] ?? bearer ?? null
      await services.reports.report(request.params.id, token, {
        attempt,
        status,
        percent: progress_percent ?? null,
        message: message ?? null,
        output: output ?? null,
        statusCode: status_code ?? null,
        lines: log ?? [],
      })
      return { execution_id: request.params.id, attempt, status }
    },
  )
}
