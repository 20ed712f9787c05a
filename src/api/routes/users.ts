/** /api/v3/users and /me: the accounts of a workspace. */
import { z } from 'zod'
import { Me, User, UserCreate, UserPage, UserQuery, UserUpdate } from '../contract/users.ts'
import { Id, strict } from '../contract/values.ts'
import { userEdit, userInput, userToWire } from '../translate/people.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const tags = ['users']
const params = strict({ id: Id })

export const userRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/me',
    {
      schema: {
        tags,
        operationId: 'getMe',
        summary: 'Say who you are',
        response: { 200: Me.describe('Your account and your workspace.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => {
      const { user, workspace } = await services.users.me(actorOf(request))
      return { user: userToWire(user), workspace: { id: workspace.id, name: workspace.name } }
    },
  )

  api.get(
    '/users',
    {
      schema: {
        tags,
        operationId: 'listUsers',
        summary: 'List the accounts of the workspace',
        querystring: UserQuery,
        response: { 200: UserPage.describe('A page of accounts.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { cursor = null, limit } = request.query
      const page = await asQueryFault(services.users.list(actorOf(request), { cursor, limit }))
      return { items: page.items.map(userToWire), next_cursor: page.nextCursor }
    },
  )

  api.post(
    '/users',
    {
      schema: {
        tags,
        operationId: 'createUser',
        summary: 'Create an account in the workspace',
        body: UserCreate,
        response: {
          201: User.describe('The account.'),
          ...refusals(...SIGNED_IN, ...BODY, 'conflict', 'rate_limited'),
        },
      },
    },
    async (request, reply) => {
      const input = { ...userInput(request.body), id: idForErrand(request, 'user') }
      const user = await services.users.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/users/${user.id}`)
        .header('etag', etag(user.version))
        .send(userToWire(user))
    },
  )

  api.get(
    '/users/:id',
    {
      schema: {
        tags,
        operationId: 'getUser',
        summary: 'Read an account',
        params,
        response: { 200: User.describe('The account; `ETag` is its version.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const user = await services.users.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(user.version)).send(userToWire(user))
    },
  )

  api.patch(
    '/users/:id',
    {
      schema: {
        tags,
        operationId: 'updateUser',
        summary: 'Change an account',
        description: 'A new password, role or `enabled` ends all sessions of the account.',
        params,
        headers: IF_MATCH,
        body: UserUpdate,
        response: {
          200: User.describe('The account as it is now.'),
          ...refusals(...SIGNED_IN, ...BODY, 'credentials.wrong', 'not_found', 'conflict', 'stale', 'rate_limited'),
        },
      },
    },
    async (request, reply) => {
      const edit = userEdit(request.body)
      const user = await services.users.update(actorOf(request), request.params.id, edit, ifVersion(request))
      return reply.header('etag', etag(user.version)).send(userToWire(user))
    },
  )

  api.delete(
    '/users/:id',
    {
      schema: {
        tags,
        operationId: 'deleteUser',
        summary: 'Delete an account',
        description:
          'Its jobs pass to you. The last administrator of a workspace with other members stays; the only member may go, and the workspace ends.',
        params,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is gone.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.users.delete(actorOf(request), request.params.id, ifVersion(request))
      return reply.code(204).send()
    },
  )
}
