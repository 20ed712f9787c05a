/** The whole API over real use cases and a real store; every reply is held against the OpenAPI document. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { createServer, type Server, type ServerParts } from '../../src/api/server.ts'
import type { Role } from '../../src/domain/actor.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Deps } from '../../src/services/services.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { aWorld, PASSWORD, type World } from './services-world.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
export type Body = any

export type Reply = {
  readonly status: number
  readonly body: Body
  readonly text: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

export type Ask = {
  readonly token?: string | undefined
  readonly body?: unknown
  /** Sent as it is, under the content type of JSON unless `headers` name another. */
  readonly raw?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** Somebody signed in. */
export type Person = {
  readonly token: string
  readonly refreshToken: string
  readonly id: string
  readonly login: string
}

export type ApiWorld = {
  readonly world: World
  readonly server: Server
  /** Lines of the log, whole. */
  readonly lines: string[]
  /** `ask('POST', '/jobs', …)`: below /api/v3, or from the root where the path begins with `//`. */
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Reply>
  /** The admin of a workspace of its own. */
  readonly stranger: (name?: string) => Promise<Person>
  /** A member of the admin's workspace. */
  readonly member: (admin: Person, role: Role) => Promise<Person>
}

export const SETTINGS: ServerParts['settings'] = {
  version: '1.2.3',
  timeZone: 'Asia/Tokyo',
  corsOrigins: [],
  trustProxy: [],
  metricsPublic: false,
  exposeErrorDetails: false,
  schedulerApi: null,
}

export const anApi = async (
  t: TestContext,
  options: Partial<Pick<ServerParts, 'services' | 'extraRoutes'>> & {
    settings?: Partial<ServerParts['settings']>
    /** Of the use cases, where they are to be built from something else. */
    deps?: Partial<Deps>
  } = {},
): Promise<ApiWorld> => {
  const world = await aWorld(t)
  const lines: string[] = []
  const server = await createServer({
    services: options.services ?? (options.deps ? world.again(options.deps) : world).services,
    log: createLog({ level: 'debug', stream: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    clock: world.clock,
    settings: { ...SETTINGS, ...options.settings },
    extraRoutes: options.extraRoutes ?? [],
  })
  t.after(() => server.close())
  const hold = holder(server.openapi() as Document)

  const ask: ApiWorld['ask'] = async (method, path, { token, body, raw, headers } = {}) => {
    const url = path.startsWith('//') ? path.slice(1) : `/api/v3${path}`
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const reply = await server.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
    const type = String(reply.headers['content-type'] ?? '')
    const parsed =
      /^application\/(problem\+)?json\b/.test(type) && reply.body !== '' ? JSON.parse(reply.body) : undefined
    hold({ method, url, status: reply.statusCode, type, body: parsed })
    return {
      status: reply.statusCode,
      body: parsed,
      text: reply.body,
      headers: reply.headers as Record<string, string | undefined>,
    }
  }

  const personOf = (login: string, { body }: Reply): Person => ({
    token: body.access_token,
    refreshToken: body.refresh_token,
    id: body.user.id,
    login,
  })

  return {
    world,
    server,
    lines,
    ask,
    stranger: async (name = `admin-${newId()}`) => {
      const reply = await ask('POST', '/sign-up', {
        body: { username: name, email: `${name}@example.com`, password: PASSWORD },
      })
      assert.equal(reply.status, 201, reply.text)
      return personOf(name, reply)
    },
    member: async ({ token }, role) => {
      const login = `${role}-${newId()}`
      const made = await ask('POST', '/users', {
        token,
        body: { username: login, email: `${login}@example.com`, password: PASSWORD, role },
      })
      assert.equal(made.status, 201, made.text)
      return personOf(login, await ask('POST', '/sessions', { body: { login, password: PASSWORD } }))
    },
  }
}

/** The least that a job needs; hourly, so that it is not due while a test looks at it. */
export const aJob = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'report',
  schedules: [{ kind: 'cron', expression: '0 * * * *', time_zone: 'UTC' }],
  target: { kind: 'http', url: 'https://example.com/report' },
  ...changes,
})

export type Operation = {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: unknown }> }>>
  readonly parameters?: readonly Body[]
  readonly requestBody?: { content: Record<string, { schema: unknown }> }
}
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

type Answered = { method: string; url: string; status: number; type: string; body: unknown }

/** Fails for a reply whose status is not documented, or whose body is not of the documented shape. */
const holder = (document: Document): ((answered: Answered) => void) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'api')
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }))
  return ({ method, url, status, type, body }) => {
    const [bare = ''] = url.split('?', 1)
    const path = paths.filter(({ pattern }) => pattern.test(bare)).sort(fewerParameters)[0]?.path
    const operation = path === undefined ? undefined : document.paths[path]?.[method.toLowerCase()]
    if (path === undefined || operation === undefined) return
    const documented = operation.responses[status]
    assert.ok(documented, `${method} ${path} answered ${status}, which is not documented: ${JSON.stringify(body)}`)
    const [media] = type.split(';', 1)
    if (documented.content === undefined) return assert.equal(body, undefined)
    assert.ok(documented.content[media ?? ''], `${method} ${path} ${status} answered ${type}`)
    // Tables and lines are texts, whatever stands in them.
    if (body === undefined && !type.includes('/json') && !type.includes('+json')) return
    const pointer = [path, method.toLowerCase(), 'responses', status, 'content', media, 'schema']
      .map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
      .join('/')
    const validate = ajv.getSchema(`api#/paths/${encodeURI(pointer)}`)
    assert.ok(validate, `no schema for ${pointer}`)
    assert.ok(
      validate(body),
      `${method} ${path} ${status}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(body)}`,
    )
  }
}

const fewerParameters = (one: { path: string }, other: { path: string }): number =>
  one.path.split('{').length - other.path.split('{').length
