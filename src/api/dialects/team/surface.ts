/** The two prefixes of the team dialect, and what each of its routes is built from. */
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import type { Clock } from '../../../domain/clock.ts'
import type { Services } from '../../../services/services.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that the route answers at all: looked at before the body is. The use case below still has the say. */
    needs?: Needs
  }
}

/** `writer`: admin or user. */
export type Needs = 'admin' | 'writer'

/** The first generation answers under `/api`, the second under `/api/v2`; where their shapes differ, routes ask which. */
export type Surface = { readonly generation: 1 | 2; readonly prefix: '/api' | '/api/v2' }

export const SURFACES: readonly Surface[] = [
  { generation: 1, prefix: '/api' },
  { generation: 2, prefix: '/api/v2' },
]

/** Below `/api`, all but our own API. */
export const isTeamPath = (path: string): boolean => /^\/api\/(?!v3(?:\/|$))/.test(path)

export type TeamContext = {
  readonly surface: Surface
  readonly services: Services
  readonly clock: Clock
  /** IANA name: dates and cron expressions of the dialect are read in it. */
  readonly timeZone: string
  readonly version: string
}

/** Registers some paths below the prefix of `context.surface`. */
export type TeamRoutes = (scope: FastifyInstance, context: TeamContext) => void

/**
 * `about('jobs', 'List all jobs')`: how a route is described in `/api/v2/openapi.json`, and who may call it. It is kept out of
 * the description of our own API.
 */
export const about = (tag: string, summary: string, needs?: Needs): RouteShorthandOptions => ({
  schema: { hide: true, tags: [tag], summary },
  config: needs === undefined ? {} : { needs },
})

/** The same, for a path that nobody signs in for. */
export const openAbout = (tag: string, summary: string): RouteShorthandOptions => ({
  schema: { hide: true, tags: [tag], summary, security: [] },
  config: { access: 'public' },
})
