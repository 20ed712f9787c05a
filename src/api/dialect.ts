/** What each dialect is to the server: whose paths they are, how they are refused, and the routes. */
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../domain/clock.ts'
import type { Services } from '../services/services.ts'
import type { Log } from '../telemetry/log.ts'
import type { ApschedulerAccess } from './dialects/apscheduler/surface.ts'
import type { Refuse } from './refuse.ts'

export type DialectParts = {
  readonly services: Services
  readonly clock: Clock
  /** IANA name, for times that name no zone. */
  readonly timeZone: string
  readonly version: string
  readonly log: Log
  readonly exposeDetails: boolean
  readonly schedulerApi: ApschedulerAccess | null
}

export type Dialect = (parts: DialectParts) => {
  /** Whether a path at which there is nothing is to be refused in the words of this dialect. */
  readonly owns: (path: string) => boolean
  readonly refuse: Refuse
  readonly plugin: FastifyPluginAsync
}
