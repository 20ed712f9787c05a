/** What every use case is built from. */
import type { Auth } from '../auth/auth.ts'
import type { Outcome } from '../domain/attempt.ts'
import type { Clock } from '../domain/clock.ts'
import type { FunctionCatalogue } from '../domain/functions.ts'
import type { RetentionRules } from '../domain/retention.ts'
import type { Target } from '../domain/target.ts'
import type { Store } from '../store/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Hold } from './hold.ts'
import type { EngineSignals } from './signals.ts'

type Settings = {
  readonly version: string
  readonly signUpEnabled: boolean
  /** Of the scheduler: end dates are days there. */
  readonly timeZone: string
  /** Of a job that is given no end date where each has one. */
  readonly jobLifetimeDays: number
  /** Whether jobs of the team surface need an end date; null: as its two prefixes have it. */
  readonly requireEndDate: boolean | null
  /** Of repositories that are named without one. */
  readonly defaultGithubOwner?: string | null
  /** Whether the server has somebody to hand e-mail to. */
  readonly isMailOn?: boolean
  /** Seconds from signing in until one has to sign in again. */
  readonly refreshTokenSeconds: number
}

/** What the engine knows of the machine it runs on. */
export type Machine = {
  /** How often the wall clock jumped since the start, and the last time it did. */
  readonly jumps: () => {
    readonly count: number
    readonly last: { readonly at: number; readonly ms: number } | null
  }
  /** How long a node that ended without a word still owns what it ran. */
  readonly leaseSeconds: number
}

/** One call of a target outside of any job; `app.ts` connects it to the executor. */
type TryTarget = (
  target: Target,
  about: { readonly workspaceKey: number; readonly timeoutMs: number },
) => Promise<Outcome>

export type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly auth: Auth
  readonly signals: EngineSignals
  readonly hold: Hold
  readonly machine: Machine
  /** What the operator keeps: the most that a workspace may keep. */
  readonly retentionBounds: RetentionRules
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly settings: Settings
  /** False: no server of ours would call this address, whatever it resolves to. */
  readonly mayCall: (url: URL) => boolean
  readonly functions: FunctionCatalogue
  /** Whether jobs may send e-mail at all, and those of which workspaces. */
  readonly emailJobs: { readonly isOn: boolean; readonly isOpenTo: (workspaceKey: number) => boolean }
  readonly tryTarget: TryTarget
}
