/** Tries a target before a job has it. */
import { TestRun, TestRunResult } from '../contract/test-runs.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

export const testRunRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/targets/test',
    {
      schema: {
        tags: ['jobs'],
        operationId: 'testTarget',
        summary: 'Call a target once',
        description:
          'To see whether it answers, for whoever may create jobs: no job is made, no execution recorded, nobody told. That the call failed is an answer like any other.',
        body: TestRun,
        response: {
          200: TestRunResult.describe('What came of the call.'),
          ...refusals(...SIGNED_IN, ...BODY, 'egress.denied'),
        },
      },
    },
    async (request) => {
      const { timeout_seconds: timeoutSeconds, ...input } = request.body
      const {
        statusCode,
        durationMs,
        failure: _,
        ...result
      } = await services.testRun(actorOf(request), {
        ...input,
        timeoutSeconds,
      })
      return { ...result, status_code: statusCode, duration_seconds: durationMs / 1000 }
    },
  )
}
