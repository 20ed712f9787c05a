/** Describes the API to programs: OpenAPI 3.1, made from the very shapes that requests are held against. */
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Zod says formats and bounds twice: as a keyword, and as a long expression or as the largest exact integer. */
const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: Json }) => {
    if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    // A reply without content: the generator leaves the content out of what is of type null.
    if (zodSchema._zod.def.type === 'undefined') jsonSchema.type = 'null'
  },
}

export const describeApi = async (app: FastifyInstance, version: string): Promise<void> => {
  const toComponents = createJsonSchemaTransformObject({ zodToJsonConfig })
  const bodyOptional = new Set<unknown>()
  app.addHook('onRoute', ({ schema }) => {
    if (schema?.body instanceof z.ZodOptional) bodyOptional.add(schema.operationId)
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Carillon',
        version,
        description: 'A job scheduler that accounts for every occurrence: it ran, or a record says why it did not.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: TAGS,
      security: [{ bearerAuth: [] }, { apiKey: [] }],
      components: {
        securitySchemes: {
          bearerAuth: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: (document) => {
      const described = cleaned(toComponents(document) as unknown as Json)
      return withOptionalBodies(described, bodyOptional) as ReturnType<typeof toComponents>
    },
  })
}

const TAGS = [
  { name: 'jobs', description: 'What runs, when, and how it behaves.' },
  { name: 'executions', description: 'What ran, what did not, and why.' },
  { name: 'functions', description: 'Code of the operator that jobs may call.' },
  { name: 'alerts', description: 'Who hears of jobs, and on which way.' },
  { name: 'applications', description: 'Applications, the APIs of them that jobs call, and how to sign in to them.' },
  { name: 'webhooks', description: 'Addresses that are told in signed messages.' },
  { name: 'deliveries', description: 'Messages on their way, and what became of each.' },
  { name: 'notifications', description: 'Your inbox.' },
  { name: 'preferences', description: 'What you want to see and hear of.' },
  { name: 'categories', description: 'By what people find jobs.' },
  { name: 'teams', description: 'Who is in charge of jobs.' },
  { name: 'limits', description: 'How much may run at once and per time, and of what is made up for.' },
  { name: 'events', description: 'What happens, as it happens.' },
  { name: 'audit', description: 'Who did what.' },
  { name: 'schedules', description: 'Trying a timetable before a job has it.' },
  { name: 'statistics', description: 'Counts, durations and lateness.' },
  { name: 'sessions', description: 'Signing in and out.' },
  { name: 'users', description: 'The accounts of a workspace.' },
  { name: 'api-keys', description: 'Keys for programs that act for somebody.' },
  { name: 'system', description: 'What this server is.' },
  { name: 'health', description: 'What machines ask; nobody signs in for it.' },
]

const REF = '#/components/schemas/'

/** Leaves out components that nothing refers to, and takes the generator's suffix from the names of those left. */
const cleaned = (document: Json): Json => {
  const components = isObject(document.components) ? document.components : {}
  const schemas = isObject(components.schemas) ? components.schemas : {}
  const used = reachable(document.paths, schemas)
  const names = new Map([...used].map((name) => [name, plainName(name, used, schemas)]))
  const renamed = rename({ ...document, components: { ...components, schemas: {} } }, names) as Json
  const kept = [...used].sort().map((name) => [names.get(name) ?? name, rename(schemas[name], names)])
  return { ...renamed, components: { ...(renamed.components as Json), schemas: Object.fromEntries(kept) } }
}

/** The suffix stays only where what goes in under a name differs from what comes out. */
const plainName = (name: string, used: ReadonlySet<string>, schemas: Json): string => {
  const plain = name.replace(/Input$/, '')
  return used.has(plain) && JSON.stringify(schemas[plain]) !== JSON.stringify(schemas[name]) ? name : plain
}

/** The generator calls every body required. */
const withOptionalBodies = (document: Json, optional: ReadonlySet<unknown>): Json => {
  const paths = isObject(document.paths) ? document.paths : {}
  for (const operation of Object.values(paths).flatMap((path) => (isObject(path) ? Object.values(path) : []))) {
    if (isObject(operation) && isObject(operation.requestBody) && optional.has(operation.operationId))
      operation.requestBody.required = false
  }
  return document
}

const reachable = (from: unknown, schemas: Json, found = new Set<string>()): Set<string> => {
  if (!isObject(from)) return found
  const name = refName(from)
  if (name !== null && !found.has(name)) {
    found.add(name)
    reachable(schemas[name], schemas, found)
  }
  for (const value of Object.values(from)) reachable(value, schemas, found)
  return found
}

const refName = (node: Json): string | null =>
  typeof node.$ref === 'string' && node.$ref.startsWith(REF) ? node.$ref.slice(REF.length) : null

const rename = (node: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(node)) return node.map((entry) => rename(entry, names))
  if (!isObject(node)) return node
  const name = refName(node)
  const walked = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, rename(value, names)]))
  return name === null ? walked : { ...walked, $ref: `${REF}${names.get(name) ?? name}` }
}
