/** The limits of a workspace: what may run at once, and start per time. Set by its admins, seen by all of its members. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid } from '../domain/errors.ts'
import { type Allowance, LIMIT_NAME_RULE, type LimitName, readLimitName, showLimitName } from '../domain/limits.ts'
import type { PolicyChoices } from '../domain/policies.ts'
import type { LimitRow, Store } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import { checkAllowance } from './limit-rules.ts'
import { noting } from './noting.ts'

export type LimitView = Omit<LimitRow, 'kind'>

export type Limits = {
  /** All of them: there are few. */
  readonly list: (actor: Actor) => Promise<readonly LimitView[]>
  readonly get: (actor: Actor, name: string) => Promise<LimitView>
  /** Makes it or replaces what it allows, for what starts from then on. `ifVersion` null: whatever is there. */
  readonly set: (actor: Actor, name: string, allowed: Allowance, ifVersion: number | null) => Promise<LimitView>
  /** conflict while jobs name it. */
  readonly delete: (actor: Actor, name: string, ifVersion: number | null) => Promise<void>
}

/** Definitions are remembered by every node. */
const MOST_LIMITS = 500

/** What there is to tell of one, under the names of the API. */
const limitFacts = ({ concurrency, rate }: Allowance) => ({ concurrency, rate })

export const createLimits = (deps: Deps): Limits => {
  const { store, clock, signals } = deps

  const find = async (actor: Actor, name: string): Promise<LimitRow> => {
    const known = readLimitName(name)
    const limit = known === null ? null : await store.limits.byName(actor.workspaceKey, known)
    return limit ?? noSuchLimit(name)
  }

  return {
    list: async (actor) => {
      allow(actor, 'limit.view', null)
      return (await store.limits.list(actor.workspaceKey)).map(limitView)
    },

    get: async (actor, name) => {
      allow(actor, 'limit.view', null)
      return limitView(await find(actor, name))
    },

    set: async (actor, name, allowed, ifVersion) => {
      allow(actor, 'limit.change', null)
      const { workspaceKey } = actor
      const known = readLimitName(name) ?? wrongName(name)
      refuse(checkAllowance('', allowed))
      if (allowed.concurrency === null && allowed.rate === null) {
        throw invalid('concurrency', null, 'give a concurrency, a rate, or both')
      }
      const before = await store.limits.byName(workspaceKey, known)
      if (before === null && ifVersion !== null) noSuchLimit(name)
      if (before === null && (await store.limits.list(workspaceKey)).length >= MOST_LIMITS) {
        throw new DomainError('conflict', `A workspace has at most ${MOST_LIMITS} limits; delete one first.`)
      }
      const note = {
        deed: 'limit.set',
        subject: { kind: 'limit', id: showLimitName(known) },
        before: before === null ? null : limitFacts(before),
        after: limitFacts(allowed),
      } as const
      const isSet = await noting(deps, actor, note).limits.set(workspaceKey, {
        ...known,
        ...allowed,
        ifVersion,
        now: clock.now(),
      })
      if (!isSet) throw changedMeanwhile()
      signals.wake()
      return limitView(await find(actor, name))
    },

    delete: async (actor, name, ifVersion) => {
      allow(actor, 'limit.change', null)
      const before = await find(actor, name)
      const note = {
        deed: 'limit.deleted',
        subject: { kind: 'limit', id: showLimitName(before) },
        before: limitFacts(before),
      } as const
      const { limits } = noting(deps, actor, note)
      const became = await limits.delete(actor.workspaceKey, { kind: before.kind, name: before.name }, ifVersion)
      if (became === 'used') {
        throw new DomainError('conflict', `Jobs name the limit ${name}; take it out of their policies first.`)
      }
      if (became === 'changed') throw changedMeanwhile()
      signals.wake()
    },
  }
}

/** A job may name only what is there: a misspelt name would be no limit at all. */
export const refuseUnknownLimits = async (
  store: Store,
  workspaceKey: number,
  { limits: names = [] }: PolicyChoices,
): Promise<void> => {
  if (names.length === 0) return
  const known = new Set((await store.limits.list(workspaceKey)).map(showLimitName))
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined) throw invalid('policies.limits', unknown, 'name a limit that was set before')
}

const limitView = ({ kind, name, ...row }: LimitRow): LimitView => ({ ...row, name: showLimitName({ kind, name }) })

const wrongName = (name: string): LimitName => {
  throw invalid('name', name, LIMIT_NAME_RULE)
}

const noSuchLimit = (name: string): never => {
  throw new DomainError('not_found', `No limit has the name ${JSON.stringify(name.slice(0, 100))}.`)
}

const changedMeanwhile = (): DomainError =>
  new DomainError('stale', 'The limit was changed meanwhile: read it again, for its present version.')
