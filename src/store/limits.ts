/** What the use cases ask of the store about limits and about catch-up work. Every method is bound to one workspace. */
import type { Allowance, LimitName } from '../domain/limits.ts'

export type LimitRow = LimitName &
  Allowance & {
    readonly version: number
    readonly createdAt: number
    readonly updatedAt: number
    /** Executions that hold a place just now, and that wait for one or for a token. */
    readonly running: number
    readonly waiting: number
  }

/** Null for a version: whatever it is, also none. */
export type LimitWrite = LimitName & Allowance & { readonly ifVersion: number | null; readonly now: number }

export type CatchUpDepth = {
  readonly pausedAt: number | null
  readonly pending: number
  readonly running: number
  readonly oldestScheduledFor: number | null
  /** Started within the last minute. */
  readonly startedLastMinute: number
}

export type LimitStore = {
  /** By kind and name: there are few. */
  readonly list: (workspaceKey: number) => Promise<readonly LimitRow[]>
  readonly byName: (workspaceKey: number, name: LimitName) => Promise<LimitRow | null>
  /** Makes it or replaces what it allows; false when `ifVersion` is not the present one. It holds for what starts from then on. */
  readonly set: (workspaceKey: number, limit: LimitWrite) => Promise<boolean>
  /** `used`: jobs name it. What waited for it may go on. */
  readonly delete: (
    workspaceKey: number,
    name: LimitName,
    ifVersion: number | null,
  ) => Promise<'deleted' | 'used' | 'changed'>
  /** The bound on every workspace at once that the operator sets; null: none. */
  readonly setForEvery: (concurrency: number | null) => Promise<void>
  readonly catchUp: (workspaceKey: number, now: number) => Promise<CatchUpDepth>
  /** A time pauses, null resumes; false when it was so already. */
  readonly pauseCatchUp: (workspaceKey: number, at: number | null) => Promise<boolean>
}
