/** Limits as rows: what people set, and how many run and wait under each. */
import { type Kysely, type Selectable, sql } from 'kysely'
import { newId } from '../../domain/ids.ts'
import type { LimitName } from '../../domain/limits.ts'
import type { LimitRow, LimitStore, LimitWrite } from '../limits.ts'
import { pauseCatchUp, readCatchUp } from './catch-up.ts'
import { DELETED, LIMIT_KIND_CODE, limitKindOf } from './codes.ts'
import type { RunLimitTable, Tables } from './tables.ts'
import { type Access, type Statement, statement } from './unit.ts'

/** Another text with every change of a definition: who remembers definitions reads them again when it is not the one known. */
export const LIMITS_REVISION = 'limits.revision'
export const WORKSPACE_CONCURRENCY = 'limits.workspace_concurrency'

export const createLimitStore = (access: Access): LimitStore => ({
  list: async (workspaceKey) => {
    const rows = await selectLimits(access.read, workspaceKey).orderBy('kind').orderBy('name').execute()
    return rows.map(limitOf)
  },
  byName: (workspaceKey, name) => limitByName(access, workspaceKey, name),
  set: (workspaceKey, limit) => setLimit(access, workspaceKey, limit),
  delete: async (workspaceKey, name, ifVersion) => {
    const { read, write } = access
    // The row stays and counts who still runs: a limit of that name that is set again finds the count right.
    let gone = read
      .updateTable('run_limit')
      .set((eb) => ({ ...NOTHING, version: eb('version', '+', 1) }))
      .where('workspace_key', '=', workspaceKey)
      .where('kind', '=', LIMIT_KIND_CODE[name.kind])
      .where('name', '=', name.name)
      .where(isSet)
    if (ifVersion !== null) gone = gone.where('version', '=', ifVersion)
    if (name.kind === 'shared' && (await isNamed(read, workspaceKey, name.name))) return 'used'
    return (await write([statement(gone, 1), ...revise(read)])) === null ? 'changed' : 'deleted'
  },
  setForEvery: async (concurrency) => {
    const { read, write } = access
    const value = concurrency === null ? '' : String(concurrency)
    const present = await read
      .selectFrom('server_value')
      .select('value')
      .where('name', '=', WORKSPACE_CONCURRENCY)
      .executeTakeFirst()
    if ((present?.value ?? '') === value) return
    await write([...put(read, WORKSPACE_CONCURRENCY, value), ...revise(read)])
  },
  catchUp: (workspaceKey, now) => readCatchUp(access, workspaceKey, now),
  pauseCatchUp: (workspaceKey, at) => pauseCatchUp(access, workspaceKey, at),
})

const NOTHING = { concurrency: null, rate_count: null, rate_per_ms: null, rate_burst: null }

const limitByName = async (
  { read }: Access,
  workspaceKey: number,
  { kind, name }: LimitName,
): Promise<LimitRow | null> => {
  const row = await selectLimits(read, workspaceKey)
    .where('kind', '=', LIMIT_KIND_CODE[kind])
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? null : limitOf(row)
}

const setLimit = async ({ read, write }: Access, workspaceKey: number, limit: LimitWrite): Promise<boolean> => {
  const { kind, name, concurrency, rate, ifVersion, now } = limit
  const allowed = {
    concurrency,
    rate_count: rate?.count ?? null,
    rate_per_ms: rate?.perMs ?? null,
    rate_burst: rate?.burst ?? null,
    updated_at: now,
  }
  let present = read
    .updateTable('run_limit')
    .set((eb) => ({ ...allowed, version: eb('version', '+', 1) }))
    .where('workspace_key', '=', workspaceKey)
    .where('kind', '=', LIMIT_KIND_CODE[kind])
    .where('name', '=', name)
  // The row may be there unset: the server's own bound on every workspace makes one to count by.
  if (ifVersion !== null) present = present.where('version', '=', ifVersion).where(isSet)
  const change = statement(present, 1)
  if ((await write([change, ...revise(read)])) !== null) return true
  if (ifVersion !== null) return false
  const born = {
    workspace_key: workspaceKey,
    kind: LIMIT_KIND_CODE[kind],
    name,
    ...allowed,
    token_at: 0,
    token_part: 0,
    version: 0,
    created_at: now,
  }
  const insert = read
    .insertInto('run_limit')
    .values(born)
    .onConflict((conflict) => conflict.doNothing())
  // Somebody else may have made it this moment: then theirs is changed.
  return (await write([statement(insert), change, ...revise(read)])) !== null
}

/** Replaced as a pair of statements, which every engine knows. */
const put = (read: Kysely<Tables>, name: string, value: string): readonly Statement[] => [
  statement(read.deleteFrom('server_value').where('name', '=', name)),
  statement(read.insertInto('server_value').values({ name, value })),
]

const revise = (read: Kysely<Tables>): readonly Statement[] => put(read, LIMITS_REVISION, newId())

const isSet = sql<boolean>`(concurrency is not null or rate_count is not null)`

/** Jobs that name limits are few, and so is the asking: their policies are looked through. */
const isNamed = async (read: Kysely<Tables>, workspaceKey: number, name: string): Promise<boolean> => {
  const rows = await read
    .selectFrom('job')
    .select('policies')
    .where('workspace_key', '=', workspaceKey)
    .where('state', '<>', DELETED)
    .where('policies', 'like', '%"limits":%')
    .execute()
  return rows.some(({ policies }) => (JSON.parse(policies ?? '{}') as { limits?: string[] }).limits?.includes(name))
}

const selectLimits = (read: Kysely<Tables>, workspaceKey: number) =>
  read
    .selectFrom('run_limit')
    .selectAll()
    .select(({ selectFrom, fn }) => [
      selectFrom('limit_use')
        .select(fn.countAll<number>().as('count'))
        .whereRef('limit_use.limit_key', '=', 'run_limit.key')
        .as('running'),
      // Leans on execution_waiting.
      selectFrom('execution')
        .select(fn.countAll<number>().as('count'))
        .whereRef('execution.waits_for', '=', 'run_limit.key')
        .where(sql<boolean>`execution.parked = 2`)
        .as('waiting'),
    ])
    .where('run_limit.workspace_key', '=', workspaceKey)
    .where('kind', '<>', LIMIT_KIND_CODE.job)
    .where(isSet)

type Row = Selectable<RunLimitTable> & { readonly running: number | null; readonly waiting: number | null }

const limitOf = (row: Row): LimitRow => ({
  kind: limitKindOf(row.kind) as LimitName['kind'],
  name: row.name,
  concurrency: row.concurrency,
  rate:
    row.rate_count === null || row.rate_per_ms === null || row.rate_burst === null
      ? null
      : { count: row.rate_count, perMs: row.rate_per_ms, burst: row.rate_burst },
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  running: row.running ?? 0,
  waiting: row.waiting ?? 0,
})
