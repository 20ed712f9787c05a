/** /api/v3/categories and /api/v3/teams: by what people find jobs, and who is in charge of them. */
import {
  CatalogQuery,
  Category,
  CategoryCreate,
  CategoryList,
  CategoryUpdate,
  Team,
  TeamCreate,
  TeamList,
  TeamUpdate,
} from '../contract/catalog.ts'
import { Id, strict } from '../contract/values.ts'
import { catalogEdit, catalogInput, categoryToWire, teamToWire } from '../translate/catalog.ts'
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

const params = strict({ id: Id })

export const catalogRoutes = (api: Api, context: RouteContext): void => {
  categoryRoutes(api, context)
  teamRoutes(api, context)
}

const categoryRoutes = (api: Api, { services }: RouteContext): void => {
  const tags = ['categories']
  api.get(
    '/categories',
    {
      schema: {
        tags,
        operationId: 'listCategories',
        summary: 'List the categories of jobs',
        querystring: CatalogQuery,
        response: { 200: CategoryList.describe('By name.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { include_inactive: includeInactive } = request.query
      return {
        items: (await services.catalog.categories.list(actorOf(request), { includeInactive })).map(categoryToWire),
      }
    },
  )

  api.post(
    '/categories',
    {
      schema: {
        tags,
        operationId: 'createCategory',
        summary: 'Make a category',
        body: CategoryCreate,
        response: { 201: Category.describe('The category.'), ...refusals(...SIGNED_IN, ...BODY, 'conflict') },
      },
    },
    async (request, reply) => {
      const input = { ...catalogInput(request.body), id: idForErrand(request, 'category') }
      const made = await services.catalog.categories.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/categories/${made.id}`)
        .header('etag', etag(made.version))
        .send(categoryToWire(made))
    },
  )

  api.get(
    '/categories/:id',
    {
      schema: {
        tags,
        operationId: 'getCategory',
        summary: 'Read a category',
        params,
        response: { 200: Category.describe('The category.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const entry = await services.catalog.categories.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(entry.version)).send(categoryToWire(entry))
    },
  )

  api.patch(
    '/categories/:id',
    {
      schema: {
        tags,
        operationId: 'updateCategory',
        summary: 'Rename, disable or enable a category',
        description: 'A new name makes a new slug; the jobs of the category follow. The general one stays as it is.',
        params,
        headers: IF_MATCH,
        body: CategoryUpdate,
        response: {
          200: Category.describe('The category.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      const edit = catalogEdit(request.body)
      const { item } = await services.catalog.categories.update(
        actorOf(request),
        request.params.id,
        edit,
        ifVersion(request),
      )
      return reply.header('etag', etag(item.version)).send(categoryToWire(item))
    },
  )
}

const teamRoutes = (api: Api, { services }: RouteContext): void => {
  const tags = ['teams']
  api.get(
    '/teams',
    {
      schema: {
        tags,
        operationId: 'listTeams',
        summary: 'List the teams in charge of jobs',
        querystring: CatalogQuery,
        response: { 200: TeamList.describe('By name.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { include_inactive: includeInactive } = request.query
      return { items: (await services.catalog.teams.list(actorOf(request), { includeInactive })).map(teamToWire) }
    },
  )

  api.post(
    '/teams',
    {
      schema: {
        tags,
        operationId: 'createTeam',
        summary: 'Make a team',
        body: TeamCreate,
        response: { 201: Team.describe('The team.'), ...refusals(...SIGNED_IN, ...BODY, 'conflict') },
      },
    },
    async (request, reply) => {
      const input = { ...catalogInput(request.body), id: idForErrand(request, 'team') }
      const made = await services.catalog.teams.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/teams/${made.id}`)
        .header('etag', etag(made.version))
        .send(teamToWire(made))
    },
  )

  api.get(
    '/teams/:id',
    {
      schema: {
        tags,
        operationId: 'getTeam',
        summary: 'Read a team',
        params,
        response: { 200: Team.describe('The team.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const entry = await services.catalog.teams.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(entry.version)).send(teamToWire(entry))
    },
  )

  api.patch(
    '/teams/:id',
    {
      schema: {
        tags,
        operationId: 'updateTeam',
        summary: 'Rename, disable or enable a team, or change its handle',
        description: 'A new name makes a new slug; the jobs of the team follow.',
        params,
        headers: IF_MATCH,
        body: TeamUpdate,
        response: {
          200: Team.describe('The team.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      const edit = catalogEdit(request.body)
      const { item } = await services.catalog.teams.update(
        actorOf(request),
        request.params.id,
        edit,
        ifVersion(request),
      )
      return reply.header('etag', etag(item.version)).send(teamToWire(item))
    },
  )
}
