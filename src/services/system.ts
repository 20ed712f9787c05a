/** What this server is and how it does: a little for everybody who is signed in, all of it for the operator. */
import { isOperator } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError } from '../domain/errors.ts'
import { releaseAgeDays } from '../domain/zone-release.ts'
import { tzdata } from '../schedule/schedule.ts'
import type { Durability, NodeInfo, Sizes } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps, Machine } from './deps.ts'
import type { Held } from './hold.ts'
import { warningsOf } from './warnings.ts'

/** What only the operator is told: it is about the machine and about all workspaces. */
export type Operations = {
  /** Number of the newest migration. */
  readonly schema: number
  readonly leaseSeconds: number
  readonly nodes: readonly (NodeInfo & { readonly leaseUntil: number })[]
  readonly clock: { readonly now: number } & ReturnType<Machine['jumps']>
  readonly sizes: Sizes
  readonly lastBackup: LastBackup | null
  /** Of the process that schedules. */
  readonly upkeep: UpkeepReport | null
  readonly warnings: readonly string[]
}

/** As the process that schedules left it. */
export type UpkeepReport = {
  readonly startedAt: number
  readonly finishedAt: number
  readonly forgotten: Readonly<Record<string, number>>
  readonly hours: number
  readonly trouble: string | null
}

export type LastBackup = { readonly at: number; readonly bytes: number }

/** Values of the server that other parts leave here to be told. */
export const UPKEEP_VALUE = 'upkeep.last'
export const BACKUP_VALUE = 'backup.last'

type SystemView = {
  readonly version: string
  readonly node: string
  readonly startedAt: number
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  /** The release of the time-zone database in use, such as 2026c. */
  readonly tzdata: string
  readonly tzdataAgeDays: number | null
  readonly sqlite?: string
  readonly schedulerRunning: boolean
  readonly claiming: { readonly on: boolean; readonly reason: string | null }
  readonly held: Held | null
  /** Active jobs of the actor's workspace; for a health check those of all. */
  readonly scheduledJobs: number
}

export type System = {
  /** Null: a health check, which nobody signs in for. */
  readonly describe: (actor: Actor | null) => Promise<SystemView>
  /** Has this process look for due jobs at once; conflict where it does not schedule. Jobs of the actor's workspace. */
  readonly wake: (actor: Actor) => Promise<{ readonly at: number; readonly jobs: number; readonly active: number }>
  /** When this process was last told to, by anybody. */
  readonly lastWake: (actor: Actor) => number | null
  /** Null for everybody but the operator. */
  readonly operations: (actor: Actor) => Promise<Operations | null>
  /** Since when every occurrence of the workspace has its row; null: since ever. */
  readonly completeSince: (actor: Actor) => Promise<number | null>
  /** Whether the store answers and the process is not about to end: it may be sent requests. */
  readonly ready: () => Promise<boolean>
}

export const createSystem = ({ store, clock, signals, settings, hold, machine }: Deps): System => {
  const startedAt = clock.now()
  let lastWake: number | null = null
  const { sqlite } = process.versions

  const keptValue = async <Value>(name: string): Promise<Value | null> => {
    const text = await store.people.serverValue(name)
    return text === null ? null : (JSON.parse(text) as Value)
  }

  const operations = async (): Promise<Operations> => {
    const now = clock.now()
    const [schema, nodes, sizes, lastBackup, upkeep] = await Promise.all([
      store.maintenance.schema(),
      store.ledger.nodes(),
      store.maintenance.sizes(),
      keptValue<LastBackup>(BACKUP_VALUE),
      keptValue<UpkeepReport>(UPKEEP_VALUE),
    ])
    const jumps = machine.jumps()
    const tzdataAgeDays = releaseAgeDays(tzdata, now)
    const claiming = signals.claiming()
    const warnings = warningsOf({
      now,
      claiming,
      tzdata,
      tzdataAgeDays,
      sizes,
      upkeep,
      startedAt,
      lastJump: jumps.last,
    })
    const { leaseSeconds } = machine
    return { schema, leaseSeconds, nodes, clock: { now, ...jumps }, sizes, lastBackup, upkeep, warnings }
  }

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
        tzdataAgeDays: releaseAgeDays(tzdata, clock.now()),
        ...(store.engine === 'sqlite' && sqlite !== undefined ? { sqlite } : {}),
        schedulerRunning: signals.running(),
        claiming: signals.claiming(),
        held: hold.held(),
        scheduledJobs: active,
      }
    },
    wake: async (actor) => {
      allow(actor, 'scheduling.wake', null)
      if (!signals.running()) throw new DomainError('conflict', 'This process does not schedule.')
      signals.wake()
      lastWake = clock.now()
      const { total, active } = await store.jobs.count(actor.workspaceKey)
      return { at: lastWake, jobs: total, active }
    },
    lastWake: (actor) => {
      allow(actor, 'system.view', null)
      return lastWake
    },
    operations: async (actor) => {
      allow(actor, 'system.view', null)
      return isOperator(actor) ? operations() : null
    },
    completeSince: (actor) => {
      allow(actor, 'system.view', null)
      return store.retention.completeSince(actor.workspaceKey, null)
    },
    ready: async () =>
      !signals.stopping() &&
      store.check().then(
        () => true,
        () => false,
      ),
  }
}
