/**
 * Limits inside the writer: which of them hold for an execution, whether they have room, who runs under them. All of it is
 * rows read and written in the transaction of the lease; only the definitions are remembered, until their revision changes.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type Allowance, hostOf, ownAllowance } from '../../domain/limits.ts'
import { type Bucket, nextTokenAt, type Rate, takeToken } from '../../domain/rate.ts'
import { LIMIT_KIND_CODE } from '../sql/codes.ts'
import { policiesOf, targetOf } from '../sql/interned.ts'
import { LIMITS_REVISION, WORKSPACE_CONCURRENCY } from '../sql/limits.ts'

export type HeldLimit = Allowance & { readonly key: number }

/** What decides about an execution's limits: its job's policies, and what it calls, as they rest in the database. */
export type Limited = {
  readonly workspaceKey: number
  readonly jobId: string
  readonly policies: string | null
  readonly target: string
}

export type Limits = {
  /** To be called at the head of a request: notices changed definitions. */
  readonly refresh: () => void
  /** Whether any limit holds for such a job. Asked for each due job; where there are none it costs a look into a map. */
  readonly holdFor: (job: Omit<Limited, 'jobId'>) => boolean
  readonly of: (execution: Limited, now: number) => readonly HeldLimit[]
  /** `now` or earlier: there is room. Later: a token comes then. Null: every place is taken. */
  readonly roomAt: (limit: HeldLimit, now: number) => number | null
  /** Takes a place and a token of each. */
  readonly use: (limits: readonly HeldLimit[], workspaceKey: number, executionId: string, now: number) => void
  /** Gives back the places of an execution whose lease ended; answers the keys of its limits. */
  readonly free: (workspaceKey: number, executionId: string) => readonly number[]
  readonly areUsed: () => boolean
}

type OfWorkspace = {
  readonly shared: Map<string, HeldLimit>
  readonly hosts: Map<string, HeldLimit>
  readonly workspace: HeldLimit | null
}

const NONE: readonly HeldLimit[] = []

export const openLimits = (db: DatabaseSync): Limits => {
  const value = db.prepare('select value from server_value where name = ?1')
  const definitions = db.prepare(`
    select key, workspace_key, kind, name, concurrency, rate_count, rate_per_ms, rate_burst from run_limit
    where kind <> ?1 and (concurrency is not null or rate_count is not null)`)
  const make = db.prepare(`
    insert into run_limit (workspace_key, kind, name, token_at, token_part, version, created_at, updated_at)
    values (?1, ?2, ?3, 0, 0, 1, ?4, ?4) on conflict do nothing`)
  const keyOf = db.prepare('select key from run_limit where workspace_key = ?1 and kind = ?2 and name = ?3')
  const bucketOf = db.prepare('select token_at as at, token_part as part from run_limit where key = ?1')
  const fill = db.prepare('update run_limit set token_at = ?2, token_part = ?3 where key = ?1')
  const count = db.prepare('select count(*) as held from limit_use where limit_key = ?1')
  const take = db.prepare(
    'insert into limit_use (limit_key, workspace_key, execution_id) values (?1, ?2, ?3) on conflict do nothing',
  )
  // Leans on limit_use_of_execution.
  const used = db.prepare('select limit_key from limit_use where workspace_key = ?1 and execution_id = ?2')
  const free = db.prepare('delete from limit_use where workspace_key = ?1 and execution_id = ?2')
  const anyUse = db.prepare('select 1 from limit_use limit 1')

  let revision: unknown = null
  let byWorkspace = new Map<number, OfWorkspace>()
  /** The server's own bound on every workspace; null: none. */
  let ofEvery: number | null = null

  const refresh = (): void => {
    const present = value.get(LIMITS_REVISION)?.value ?? 'none'
    if (present === revision) return
    byWorkspace = new Map()
    for (const row of definitions.all(LIMIT_KIND_CODE.job)) remember(row)
    const every = value.get(WORKSPACE_CONCURRENCY)?.value
    ofEvery = every === undefined || every === '' ? null : Number(every)
    revision = present
  }

  const remember = (row: Record<string, unknown>): void => {
    const workspaceKey = row.workspace_key as number
    const known = byWorkspace.get(workspaceKey) ?? { shared: new Map(), hosts: new Map(), workspace: null }
    const limit: HeldLimit = {
      key: row.key as number,
      concurrency: row.concurrency as number | null,
      rate: rateOf(row),
    }
    if (row.kind === LIMIT_KIND_CODE.shared) known.shared.set(row.name as string, limit)
    if (row.kind === LIMIT_KIND_CODE.host) known.hosts.set(row.name as string, limit)
    byWorkspace.set(workspaceKey, row.kind === LIMIT_KIND_CODE.workspace ? { ...known, workspace: limit } : known)
  }

  const holdFor: Limits['holdFor'] = ({ workspaceKey, policies, target }) => {
    if (ofEvery !== null) return true
    const known = byWorkspace.get(workspaceKey)
    if (policies !== null && namesAny(policiesOf(policies), known)) return true
    if (known === undefined) return false
    return known.workspace !== null || (known.hosts.size > 0 && known.hosts.has(hostOf(targetOf(target)) ?? ''))
  }

  const namesAny = (policies: ReturnType<typeof policiesOf>, known: OfWorkspace | undefined): boolean =>
    ownAllowance(policies) !== null || (policies.limits?.some((name) => known?.shared.has(name)) ?? false)

  const of: Limits['of'] = (execution, now) => {
    if (!holdFor(execution)) return NONE
    const { workspaceKey, jobId, policies, target } = execution
    const known = byWorkspace.get(workspaceKey)
    const chosen = policiesOf(policies)
    const own = ownAllowance(chosen)
    const found: HeldLimit[] = []
    if (own !== null) found.push({ ...own, key: rowOf(workspaceKey, LIMIT_KIND_CODE.job, jobId, now) })
    for (const name of chosen.limits ?? []) found.push(...theOne(known?.shared.get(name)))
    if (known !== undefined && known.hosts.size > 0) {
      found.push(...theOne(known.hosts.get(hostOf(targetOf(target)) ?? '')))
    }
    if (known?.workspace || ofEvery !== null) found.push(ofWorkspace(workspaceKey, known?.workspace ?? null, now))
    return found
  }

  const ofWorkspace = (workspaceKey: number, own: HeldLimit | null, now: number): HeldLimit => {
    const key = own?.key ?? rowOf(workspaceKey, LIMIT_KIND_CODE.workspace, '', now)
    const bounds = [own?.concurrency ?? null, ofEvery].filter((bound) => bound !== null)
    return { key, concurrency: bounds.length === 0 ? null : Math.min(...bounds), rate: own?.rate ?? null }
  }

  /** Not remembered: it may have been made in a transaction that is undone. */
  const rowOf = (workspaceKey: number, kind: number, name: string, now: number): number => {
    const present = keyOf.get(workspaceKey, kind, name)
    if (present !== undefined) return present.key as number
    return Number(make.run(workspaceKey, kind, name, now).lastInsertRowid)
  }

  return {
    refresh,
    holdFor,
    of,
    roomAt: ({ key, concurrency, rate }, now) => {
      if (concurrency !== null && (count.get(key)?.held as number) >= concurrency) return null
      return rate === null ? now : nextTokenAt(bucketOf.get(key) as unknown as Bucket, rate, now)
    },
    use: (limits, workspaceKey, executionId, now) => {
      for (const { key, rate } of limits) {
        take.run(key, workspaceKey, executionId)
        if (rate === null) continue
        const { at, part } = takeToken(bucketOf.get(key) as unknown as Bucket, rate, now)
        fill.run(key, at, part)
      }
    },
    free: (workspaceKey, executionId) => {
      const keys = used.all(workspaceKey, executionId).map((row) => row.limit_key as number)
      if (keys.length > 0) free.run(workspaceKey, executionId)
      return keys
    },
    areUsed: () => anyUse.get() !== undefined,
  }
}

const theOne = (limit: HeldLimit | undefined): readonly HeldLimit[] => (limit === undefined ? NONE : [limit])

const rateOf = (row: Record<string, unknown>): Rate | null =>
  row.rate_count === null
    ? null
    : { count: row.rate_count as number, perMs: row.rate_per_ms as number, burst: row.rate_burst as number }
