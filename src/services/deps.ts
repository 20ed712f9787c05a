/** What every use case is built from. */
import type { Auth } from '../auth/auth.ts'
import type { Clock } from '../domain/clock.ts'
import type { FunctionCatalogue } from '../domain/functions.ts'
import type { Store } from '../store/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { EngineSignals } from './signals.ts'

/** The one that the first start makes, with the first admin in it. */
export const FIRST_WORKSPACE = 1

type Settings = {
  readonly version: string
  readonly signUpEnabled: boolean
  /** Seconds from signing in until one has to sign in again. */
  readonly refreshTokenSeconds: number
}

export type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly auth: Auth
  readonly signals: EngineSignals
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly settings: Settings
  /** False: no server of ours would call this address, whatever it resolves to. */
  readonly mayCall: (url: URL) => boolean
  readonly functions: FunctionCatalogue
}
