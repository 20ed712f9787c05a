/** /api/v3/api-keys: keys for programs. */
import { z } from 'zod'
import { ApiKey, ApiKeyCreate, ApiKeyPage, ApiKeyQuery, ApiKeyUpdate, NewApiKey } from '../contract/keys.ts'
import { Id, strict } from '../contract/values.ts'
import { keyEdit, keyInput, keyToWire } from '../translate/keys.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  etag,
  IF_MATCH,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const tags = ['api-keys']
const params = strict({ id: Id })

export const keyRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/api-keys',
    {
      schema: {
        tags,
        operationId: 'createApiKey',
        summary: 'Make an API key',
        description:
          'It acts for you, within its scopes and what you may do at the time of each request. The key itself is shown in this answer and never again. A key makes no keys.',
        body: ApiKeyCreate,
        response: { 201: NewApiKey.describe('The key.'), ...refusals(...SIGNED_IN, ...BODY, 'conflict') },
      },
    },
    async (request, reply) => {
      const made = await services.keys.create(actorOf(request), keyInput(request.body))
      return reply
        .code(201)
        .header('location', `/api/v3/api-keys/${made.id}`)
        .header('etag', etag(made.version))
        .send({ ...keyToWire(made), key: made.text })
    },
  )

  api.get(
    '/api-keys',
    {
      schema: {
        tags,
        operationId: 'listApiKeys',
        summary: 'List API keys',
        querystring: ApiKeyQuery,
        response: { 200: ApiKeyPage.describe('A page of keys, newest first.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { cursor = null, limit, owner } = request.query
      const page = await asQueryFault(services.keys.list(actorOf(request), { cursor, limit, owner }))
      return { items: page.items.map(keyToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/api-keys/:id',
    {
      schema: {
        tags,
        operationId: 'getApiKey',
        summary: 'Read an API key',
        params,
        response: { 200: ApiKey.describe('The key, without its secret.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const key = await services.keys.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(key.version)).send(keyToWire(key))
    },
  )

  api.patch(
    '/api-keys/:id',
    {
      schema: {
        tags,
        operationId: 'updateApiKey',
        summary: 'Change the name, the scopes or the end of an API key',
        params,
        headers: IF_MATCH,
        body: ApiKeyUpdate,
        response: {
          200: ApiKey.describe('The key as it is now.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const key = await services.keys.update(actorOf(request), id, keyEdit(request.body), ifVersion(request))
      return reply.header('etag', etag(key.version)).send(keyToWire(key))
    },
  )

  api.delete(
    '/api-keys/:id',
    {
      schema: {
        tags,
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key',
        description: 'It is refused at once. Its record stays to be read for 90 days.',
        params,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is good for nothing any more.'),
          ...refusals(...SIGNED_IN, 'not_found', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.keys.revoke(actorOf(request), request.params.id, ifVersion(request))
      return reply.code(204).send()
    },
  )
}
