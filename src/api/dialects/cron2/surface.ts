/** What the routes of the cron2 dialect, below `/v1`, are built from. */
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import type { Clock } from '../../../domain/clock.ts'
import type { Services } from '../../../services/services.ts'

export const PREFIX = '/v1'

export const isCron2Path = (path: string): boolean => path === PREFIX || path.startsWith(`${PREFIX}/`)

export type Cron2Context = { readonly services: Services; readonly clock: Clock }

/** Registers some paths below the prefix. */
export type Cron2Routes = (scope: FastifyInstance, context: Cron2Context) => void

/** Kept out of the description of our own API. */
export const about = (summary: string): RouteShorthandOptions => ({ schema: { hide: true, tags: ['cron2'], summary } })

/** The same, for a path that nobody signs in for. */
export const openAbout = (summary: string): RouteShorthandOptions => ({
  schema: { hide: true, tags: ['cron2'], summary, security: [] },
  config: { access: 'public' },
})
