/** /api/v3/functions: the registered functions that jobs of the workspace may call. */
import { FunctionList } from '../contract/function-targets.ts'
import { moduleToWire } from '../translate/function-targets.ts'
import { type Api, actorOf, type RouteContext, refusals, SIGNED_IN } from './route.ts'

export const functionRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/functions',
    {
      schema: {
        tags: ['functions'],
        operationId: 'listFunctions',
        summary: 'List the registered functions',
        description: 'None where the server has no folder of functions, or does not open it to the workspace.',
        response: { 200: FunctionList.describe('The modules and what they export.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => ({ items: (await services.functions.list(actorOf(request))).map(moduleToWire) }),
  )
}
