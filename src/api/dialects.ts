/** The systems whose clients are served besides our own API, all at once and each under its own paths. */
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../domain/clock.ts'
import type { Services } from '../services/services.ts'
import type { Log } from '../telemetry/log.ts'
import { applicationsDialect } from './dialects/applications/applications.ts'
import { teamDialect } from './dialects/team/team.ts'

type DialectParts = {
  readonly services: Services
  readonly clock: Clock
  /** IANA name; for what names none. */
  readonly timeZone: string
  readonly version: string
  readonly log: Log
  readonly exposeDetails: boolean
}

export const DIALECTS: readonly ((parts: DialectParts) => FastifyPluginAsync)[] = [teamDialect, applicationsDialect]
