/** /api/v3/applications/{id}/apis: the APIs of an application, each called by a job of its own. */
import { z } from 'zod'
import { ApiCreate, ApiDefinition, ApiList, ApiUpdate } from '../contract/applications.ts'
import { Id, strict } from '../contract/values.ts'
import { apiEdit, apiInput, apiToWire } from '../translate/applications.ts'
import {
  type Api,
  actorOf,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  onceMoreIfStale,
  type RouteContext,
  refusals,
  SCHEDULE,
  SIGNED_IN,
} from './route.ts'

const tags = ['applications']
const params = strict({ id: Id })
const one = strict({ id: Id, api: z.string().min(1).max(99).describe('Its id or its name.') })
const SAVING = [...BODY, ...SCHEDULE, 'egress.denied', 'not_found', 'conflict'] as const

export const apiRoutes = (api: Api, context: RouteContext): void => {
  collectionRoutes(api, context)
  itemRoutes(api, context)
}

const collectionRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  api.get(
    '/applications/:id/apis',
    {
      schema: {
        tags,
        operationId: 'listApis',
        summary: 'List the APIs of an application',
        params,
        response: { 200: ApiList.describe('By name.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request) => ({
      items: (await services.apis.list(actorOf(request), request.params.id)).map(apiToWire),
    }),
  )

  api.post(
    '/applications/:id/apis',
    {
      schema: {
        tags,
        operationId: 'createApi',
        summary: 'Add an API to an application',
        description: 'Its job is made with it: it calls the API, signed in as the application says.',
        params,
        body: ApiCreate,
        response: { 201: ApiDefinition.describe('The API.'), ...refusals(...SIGNED_IN, ...SAVING) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const ground = { now: clock.now(), zone: timeZone }
      const input = { ...apiInput(request.body, ground), id: idForErrand(request, 'job') }
      const made = await services.apis.create(actorOf(request), id, input)
      return reply
        .code(201)
        .header('location', `/api/v3/applications/${id}/apis/${made.id}`)
        .header('etag', etag(made.job.version))
        .send(apiToWire(made))
    },
  )
}

const itemRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  api.get(
    '/applications/:id/apis/:api',
    {
      schema: {
        tags,
        operationId: 'getApi',
        summary: 'Read an API',
        params: one,
        response: {
          200: ApiDefinition.describe('The API; `ETag` is the version of its job.'),
          ...refusals(...SIGNED_IN, 'not_found'),
        },
      },
    },
    async (request, reply) => {
      const found = await services.apis.get(actorOf(request), request.params.id, request.params.api)
      return reply.header('etag', etag(found.job.version)).send(apiToWire(found))
    },
  )

  api.patch(
    '/applications/:id/apis/:api',
    {
      schema: {
        tags,
        operationId: 'updateApi',
        summary: 'Change an API',
        description: 'Fields left out stay, also inside `target` and `policies`; null takes away.',
        params: one,
        headers: IF_MATCH,
        body: ApiUpdate,
        response: {
          200: ApiDefinition.describe('The API as it is now.'),
          ...refusals(...SIGNED_IN, ...SAVING, 'stale'),
        },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const { id, api: which } = request.params
      const version = ifVersion(request)
      const change = async () => {
        const present = await services.apis.get(actor, id, which)
        const edit = apiEdit(present, request.body, { now: clock.now(), zone: timeZone })
        return services.apis.update(actor, id, present.id, edit, version ?? present.job.version)
      }
      const saved = version === null ? await onceMoreIfStale(change) : await change()
      return reply.header('etag', etag(saved.job.version)).send(apiToWire(saved))
    },
  )

  api.delete(
    '/applications/:id/apis/:api',
    {
      schema: {
        tags,
        operationId: 'deleteApi',
        summary: 'Delete an API',
        description: 'Its job goes with it, as when a job is deleted.',
        params: one,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is gone.'),
          ...refusals(...SIGNED_IN, 'not_found', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.apis.delete(actorOf(request), request.params.id, request.params.api, ifVersion(request))
      return reply.code(204).send()
    },
  )
}
