/** What the routes of the applications dialect are built from. */
import type { Services } from '../../../services/services.ts'

export type ApplicationsContext = {
  readonly services: Services
  /** IANA name: of definitions that name none. */
  readonly timeZone: string
}
