/** /api/v3/applications: what APIs have in common, and how one signs in to them. */
import { z } from 'zod'
import {
  Application,
  ApplicationCreate,
  ApplicationList,
  ApplicationUpdate,
  HandshakeTrial,
} from '../contract/applications.ts'
import { Id, NoFields, strict } from '../contract/values.ts'
import { applicationEdit, applicationInput, applicationToWire, trialToWire } from '../translate/applications.ts'
import {
  type Api,
  actorOf,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const tags = ['applications']
const params = strict({ id: Id })

export const applicationRoutes = (api: Api, context: RouteContext): void => {
  readRoutes(api, context)
  writeRoutes(api, context)
}

const readRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/applications',
    {
      schema: {
        tags,
        operationId: 'listApplications',
        summary: 'List applications',
        response: { 200: ApplicationList.describe('By name.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => ({ items: (await services.applications.list(actorOf(request))).map(applicationToWire) }),
  )

  api.get(
    '/applications/:id',
    {
      schema: {
        tags,
        operationId: 'getApplication',
        summary: 'Read an application',
        params,
        response: { 200: Application.describe('The application.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const found = await services.applications.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(found.version)).send(applicationToWire(found))
    },
  )

  api.post(
    '/applications/:id/handshake',
    {
      schema: {
        tags,
        operationId: 'tryHandshake',
        summary: 'Try the handshake of an application',
        description: 'Makes it once, as before a run. What is granted is neither kept nor shown.',
        params,
        body: NoFields,
        response: {
          200: HandshakeTrial.describe('What came of it.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found'),
        },
      },
    },
    async (request) => trialToWire(await services.applications.tryHandshake(actorOf(request), request.params.id)),
  )
}

const writeRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/applications',
    {
      schema: {
        tags,
        operationId: 'createApplication',
        summary: 'Make an application',
        body: ApplicationCreate,
        response: {
          201: Application.describe('The application.'),
          ...refusals(...SIGNED_IN, ...BODY, 'conflict', 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const input = { ...applicationInput(request.body), id: idForErrand(request, 'application') }
      const made = await services.applications.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/applications/${made.id}`)
        .header('etag', etag(made.version))
        .send(applicationToWire(made))
    },
  )

  api.patch(
    '/applications/:id',
    {
      schema: {
        tags,
        operationId: 'updateApplication',
        summary: 'Change an application',
        description:
          'Fields left out stay; null takes away. The secret has to be given again when the handshake leads to another origin. What was granted so far is forgotten.',
        params,
        headers: IF_MATCH,
        body: ApplicationUpdate,
        response: {
          200: Application.describe('The application.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale', 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const edit = applicationEdit(request.body)
      const saved = await services.applications.update(actorOf(request), id, edit, ifVersion(request))
      return reply.header('etag', etag(saved.version)).send(applicationToWire(saved))
    },
  )

  api.delete(
    '/applications/:id',
    {
      schema: {
        tags,
        operationId: 'deleteApplication',
        summary: 'Delete an application',
        description: 'One that has APIs stays: their jobs would call on without credentials.',
        params,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is gone.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.applications.delete(actorOf(request), request.params.id, ifVersion(request))
      return reply.code(204).send()
    },
  )
}
