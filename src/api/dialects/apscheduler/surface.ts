/** What the routes of the APScheduler dialect are built from, and how each of them is described. */
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import type { Clock } from '../../../domain/clock.ts'
import type { Services } from '../../../services/services.ts'

export const PREFIX = '/scheduler'

/** Who may ask: `none` lets everybody act for one workspace; the others ask for an account or a token of ours. */
export type ApschedulerAuth = 'none' | 'basic' | 'bearer'

/** As the operator has turned it on. */
export type ApschedulerAccess = {
  readonly auth: ApschedulerAuth
  /** Whose jobs they are where nobody signs in. */
  readonly workspaceKey: () => number
  /** Id of the user who owns what is made there then. */
  readonly ownerId: () => Promise<string>
}

export type ApschedulerContext = ApschedulerAccess & {
  readonly services: Services
  readonly clock: Clock
  /** IANA name: of triggers that name none. */
  readonly timeZone: string
}

export type ApschedulerRoutes = (scope: FastifyInstance, context: ApschedulerContext) => void

export const about = (summary: string): RouteShorthandOptions => ({
  schema: { hide: true, tags: ['apscheduler'], summary },
})
