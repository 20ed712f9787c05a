/** `/api/v2/openapi.json`: the paths of the team dialect as its routes describe themselves. */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { SURFACES, type Surface } from './surface.ts'

export type Described = {
  readonly surface: Surface
  readonly path: string
  readonly method: string
  readonly options: RouteOptions
}

const TAGS: Readonly<Record<string, string>> = {
  auth: 'Signing in and out, and registering users.',
  users: 'The accounts of the workspace.',
  jobs: 'What runs, and when.',
  executions: 'What ran, and what came of it.',
  categories: 'Groups of jobs.',
  'pic-teams': 'Teams in charge of jobs.',
  settings: 'Where notices go.',
  preferences: 'What each user wants to see and hear of.',
  notifications: 'The own inbox.',
  scheduler: 'How scheduling does.',
  health: 'What machines ask; nobody signs in for it.',
}

/** Learns each route of a scope as it is made. */
export const learnRoutes = (scope: FastifyInstance, surface: Surface, learned: Described[]): void => {
  scope.addHook('onRoute', (options) => {
    const path = options.url.replace(/:(\w+)/g, '{$1}')
    for (const method of [options.method].flat())
      if (method !== 'HEAD') learned.push({ surface, path, method: method.toLowerCase(), options })
  })
}

export const describeTeam = (learned: readonly Described[], version: string) => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of learned) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] ?? {}, { [route.method]: operationOf(route) })
  }
  const tags = new Set(learned.flatMap(({ options }) => options.schema?.tags ?? []))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carillon: team dialect',
      version,
      description: `Paths for clients of a scheduler for teams, under ${SURFACES.map(({ prefix }) => prefix).join(' and ')}.`,
    },
    tags: [...tags].map((name) => ({ name, description: TAGS[name] ?? name })),
    components: {
      securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Refusal: REFUSAL },
    },
    security: [{ bearerAuth: [] }],
    paths,
  }
}

const REFUSAL = {
  type: 'object',
  required: ['error', 'message', 'code', 'detail'],
  properties: {
    error: { type: 'string' },
    message: { type: 'string' },
    code: { type: 'string' },
    detail: { description: 'A text, or the list of wrong fields.' },
  },
}

const operationOf = ({ surface, path, method, options: { schema, config } }: Described) => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const isOpen = config?.access === 'public'
  const refused = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
  })
  return {
    operationId: `${method}_${path.replace(/\W+/g, '_').replace(/^_|_$/g, '')}`,
    summary: schema?.summary ?? path,
    tags: schema?.tags ?? [],
    ...(isOpen ? { security: [] } : {}),
    ...(names.length === 0
      ? {}
      : { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }),
    ...(method === 'put' || method === 'post'
      ? { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } }
      : {}),
    responses: {
      '2XX': { description: 'It was done.', content: { 'application/json': { schema: { type: 'object' } } } },
      ...(isOpen ? {} : { 401: refused('No good token came with it.') }),
      ...(config?.needs === undefined ? {} : { 403: refused(`For the role ${config.needs} alone.`) }),
      ...(names.length === 0 ? {} : { 404: refused('There is no such thing.') }),
      ...(surface.generation === 2 ? { 422: refused('A shape does not fit.') } : { 400: refused('A field is wrong.') }),
    },
  }
}
