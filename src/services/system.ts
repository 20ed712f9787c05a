/** What this server is and how it does. */
import type { Actor } from '../domain/actor.ts'
import type { Durability } from '../store/store.ts'

export type SystemView = {
  readonly version: string
  readonly node: string
  readonly startedAt: number
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  readonly tzdata: string
  readonly sqlite?: string
  readonly schedulerRunning: boolean
  readonly claiming: { readonly on: boolean; readonly reason: string | null }
  /** Active jobs of the actor's workspace. */
  readonly scheduledJobs: number
}

export type System = {
  /** Null: a health check, which nobody signs in for. */
  readonly describe: (actor: Actor | null) => Promise<SystemView>
  readonly ready: () => Promise<boolean>
}
