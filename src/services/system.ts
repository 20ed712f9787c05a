/** What this server is and how it does. */
import type { Actor } from '../domain/actor.ts'
import { tzdata } from '../schedule/schedule.ts'
import type { Durability } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'

type SystemView = {
  readonly version: string
  readonly node: string
  readonly startedAt: number
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  /** The release of the time-zone database in use, such as 2026c. */
  readonly tzdata: string
  readonly sqlite?: string
  readonly schedulerRunning: boolean
  readonly claiming: { readonly on: boolean; readonly reason: string | null }
  /** Active jobs of the actor's workspace; for a health check those of all. */
  readonly scheduledJobs: number
}

export type System = {
  /** Null: a health check, which nobody signs in for. */
  readonly describe: (actor: Actor | null) => Promise<SystemView>
  /** Whether the store answers and the process is not about to end: it may be sent requests. */
  readonly ready: () => Promise<boolean>
}

export const createSystem = ({ store, clock, signals, settings }: Deps): System => {
  const startedAt = clock.now()
  const { sqlite } = process.versions
  return {
    describe: async (actor) => {
      if (actor !== null) allow(actor, 'system.view', null)
      const { active } = await store.jobs.count(actor?.workspaceKey ?? null)
      return {
        version: settings.version,
        node: process.versions.node,
        startedAt,
        engine: store.engine,
        durability: store.durability,
        tzdata,
        ...(store.engine === 'sqlite' && sqlite !== undefined ? { sqlite } : {}),
        schedulerRunning: signals.running(),
        claiming: signals.claiming(),
        scheduledJobs: active,
      }
    },
    ready: async () =>
      !signals.stopping() &&
      store.check().then(
        () => true,
        () => false,
      ),
  }
}
