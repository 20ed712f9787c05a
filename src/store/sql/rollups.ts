/** Sums executions up by the hour, from their rows and in pages, so that neither the writer nor memory is held for long. */
import { type Kysely, type Selectable, sql } from 'kysely'
import { firstIdAt, madeAt } from '../../domain/ids.ts'
import type { OpenHour, RollupStore } from '../rollups.ts'
import { HOUR_MS, HOUR_STATE, hourOf } from './rollup-hours.ts'
import { addExecution, emptySum, sumFrom, sumRow } from './rollup-sums.ts'
import { insertMany } from './statements.ts'
import type { RollupTable, Tables } from './tables.ts'
import { type Access, type Statement, statement } from './unit.ts'

export const createRollupStore = (access: Access): RollupStore => ({
  workspaces: async (after, limit) => {
    const rows = await access.read
      .selectFrom('workspace')
      .select('key')
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(({ key }) => key)
  },
  forgetAhead: (now) => forgetAhead(access, now),
  discover: (workspaceKey, until, limit) => discover(access, { workspaceKey, until, limit }),
  nextOpen: (after) => nextOpen(access.read, after),
  sum: (hour, limit) => sum(access, hour, limit),
})

const forgetAhead = async ({ read, write }: Access, now: number): Promise<void> => {
  const ahead = hourOf(now)
  const [row] = await read.selectFrom('rollup_hour').select('hour').where('hour', '>=', ahead).limit(1).execute()
  if (row === undefined) return
  await write([
    statement(read.deleteFrom('rollup').where('hour', '>=', ahead)),
    statement(read.deleteFrom('rollup_hour').where('hour', '>=', ahead)),
  ])
}

/** One step into execution_id for each hour that has executions: hours without any cost nothing. */
const discover = async (
  { read, write }: Access,
  { workspaceKey, until, limit }: { readonly workspaceKey: number; readonly until: number; readonly limit: number },
): Promise<boolean> => {
  const known = await read
    .selectFrom('rollup_hour')
    .select(({ fn }) => fn.max('hour').as('hour'))
    .where('workspace_key', '=', workspaceKey)
    .executeTakeFirst()
  let from = known?.hour == null ? 0 : known.hour + HOUR_MS
  const found: number[] = []
  while (found.length < limit) {
    const hour = await firstHour(read, workspaceKey, from)
    if (hour === null || hour + HOUR_MS > until) break
    found.push(hour)
    from = hour + HOUR_MS
  }
  const rows = found.map((hour) => ({
    workspace_key: workspaceKey,
    hour,
    state: HOUR_STATE.open,
    complete: 1,
    cursor: null,
  }))
  if (rows.length > 0) await write(insertMany(read, 'rollup_hour', rows))
  return found.length === limit
}

const firstHour = async (read: Kysely<Tables>, workspaceKey: number, from: number): Promise<number | null> => {
  const row = await read
    .selectFrom('execution')
    .select('id')
    .where('workspace_key', '=', workspaceKey)
    .where('id', '>=', firstIdAt(from))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : hourOf(madeAt(row.id))
}

/** Leans on rollup_hour_open. */
const nextOpen = async (read: Kysely<Tables>, after: OpenHour | null): Promise<OpenHour | null> => {
  let open = read
    .selectFrom('rollup_hour')
    .select(['workspace_key', 'hour'])
    .where(sql<boolean>`state <> 1`)
    .orderBy('workspace_key')
    .orderBy('hour')
    .limit(1)
  if (after !== null) open = open.where(sql<boolean>`(workspace_key, hour) > (${after.workspaceKey}, ${after.hour})`)
  const row = await open.executeTakeFirst()
  return row === undefined ? null : { workspaceKey: row.workspace_key, hour: row.hour }
}

const sum = async (access: Access, at: OpenHour, limit: number): ReturnType<RollupStore['sum']> => {
  const { read, write } = access
  const noted = await read
    .selectFrom('rollup_hour')
    .selectAll()
    .where('workspace_key', '=', at.workspaceKey)
    .where('hour', '=', at.hour)
    .executeTakeFirst()
  if (noted === undefined || noted.state === HOUR_STATE.summedUp) return 'done'
  if (noted.state === HOUR_STATE.stale) return (await beginAnew(access, at, limit)) ? 'more' : 'waits'

  const page = await executionsOf(read, at, noted.cursor, limit)
  const live = page.findIndex(({ status }) => status < 2)
  const ended = live < 0 ? page : page.slice(0, live)
  if (live === 0) return 'waits'
  const isLast = live < 0 && page.length < limit
  const written = await write([
    // Not when another try made it stale meanwhile, which undoes this page too.
    moveOn(read, at, { from: noted.cursor, to: ended.at(-1)?.id ?? noted.cursor, isLast }),
    ...(await merged(read, at, ended, limit)),
  ])
  return isLast && written !== null ? 'done' : live > 0 ? 'waits' : 'more'
}

type Page = Awaited<ReturnType<typeof executionsOf>>

/** Leans on execution_id. */
const executionsOf = (read: Kysely<Tables>, at: OpenHour, cursor: string | null, limit: number) =>
  read
    .selectFrom('execution')
    .select([
      'id',
      'job_key',
      'status',
      'occurrences',
      'attempt',
      'trigger',
      'scheduled_for',
      'started_at',
      'finished_at',
    ])
    .where('workspace_key', '=', at.workspaceKey)
    .where('id', '>', cursor ?? firstIdAt(at.hour))
    .where('id', '<', firstIdAt(at.hour + HOUR_MS))
    .orderBy('id')
    .limit(limit)
    .execute()

const merged = async (
  read: Kysely<Tables>,
  at: OpenHour,
  executions: Page,
  limit: number,
): Promise<readonly Statement[]> => {
  if (executions.length === 0) return []
  const keys = [WHOLE_WORKSPACE, ...new Set(executions.map(({ job_key }) => job_key))]
  const stored = await sumsOf(read, at, keys, limit + 1)
  const sums = new Map(keys.map((key) => [key, emptySum()]))
  for (const row of stored) sums.set(row.job_key, sumFrom(row))
  for (const execution of executions)
    for (const key of [WHOLE_WORKSPACE, execution.job_key]) addExecution(sums.get(key) ?? emptySum(), execution)
  const place = { workspace_key: at.workspaceKey, hour: at.hour }
  return [
    ...removeSums(read, at, stored),
    ...insertMany(
      read,
      'rollup',
      [...sums].map(([job_key, one]) => ({ ...place, job_key, ...sumRow(one) })),
    ),
  ]
}

export const WHOLE_WORKSPACE = 0

/** The list of keys always has the same length, so that it is one statement to prepare and not one for each length. */
const sumsOf = (read: Kysely<Tables>, at: OpenHour, keys: readonly number[], length: number) => {
  const filler = keys.at(-1) ?? WHOLE_WORKSPACE
  const padded = Array.from({ length }, (_, index) => keys[index] ?? filler)
  return read
    .selectFrom('rollup')
    .selectAll()
    .where('workspace_key', '=', at.workspaceKey)
    .where('hour', '=', at.hour)
    .where('job_key', 'in', padded)
    .execute()
}

const removeSums = (
  read: Kysely<Tables>,
  at: OpenHour,
  rows: readonly Pick<Selectable<RollupTable>, 'job_key'>[],
): readonly Statement[] => {
  const [first, ...others] = rows.map(({ job_key }) =>
    statement(
      read
        .deleteFrom('rollup')
        .where('workspace_key', '=', at.workspaceKey)
        .where('hour', '=', at.hour)
        .where('job_key', '=', job_key),
    ),
  )
  return first === undefined ? [] : [{ ...first, more: others.map(({ parameters }) => parameters) }]
}

const moveOn = (
  read: Kysely<Tables>,
  at: OpenHour,
  step: { readonly from: string | null; readonly to: string | null; readonly isLast: boolean },
): Statement =>
  statement(
    read
      .updateTable('rollup_hour')
      .set({
        cursor: step.isLast ? null : step.to,
        state: step.isLast ? HOUR_STATE.summedUp : HOUR_STATE.open,
      })
      .where('workspace_key', '=', at.workspaceKey)
      .where('hour', '=', at.hour)
      .where('state', '=', HOUR_STATE.open)
      .where('cursor', step.from === null ? 'is' : '=', step.from),
    1,
  )

/** Takes some of the old sums away, and, when none is left, opens the hour. */
const beginAnew = async ({ read, write }: Access, at: OpenHour, limit: number): Promise<boolean> => {
  const old = await read
    .selectFrom('rollup')
    .select('job_key')
    .where('workspace_key', '=', at.workspaceKey)
    .where('hour', '=', at.hour)
    .limit(limit)
    .execute()
  const open = statement(
    read
      .updateTable('rollup_hour')
      .set({ state: HOUR_STATE.open, cursor: null })
      .where('workspace_key', '=', at.workspaceKey)
      .where('hour', '=', at.hour)
      .where('state', '=', HOUR_STATE.stale),
    1,
  )
  return (await write([...removeSums(read, at, old), ...(old.length < limit ? [open] : [])])) !== null
}
