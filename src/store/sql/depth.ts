/** How much waits and runs just now, and which nodes there are: what operators watch. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Ledger } from '../ledger.ts'
import { limitKindOf } from './codes.ts'
import type { Tables } from './tables.ts'

export const readDepth = async (read: Kysely<Tables>): Promise<Awaited<ReturnType<Ledger['depth']>>> => {
  // `status < 2` as a literal is what lets the partial index of live executions serve.
  const live = read
    .selectFrom('execution')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count'), fn.min('not_before').as('oldest')])
    .where(sql<boolean>`status < 2`)
    .groupBy('status')
    .execute()
  // Leans on execution_waiting.
  const waiting = read
    .selectFrom('execution')
    .innerJoin('run_limit', 'run_limit.key', 'execution.waits_for')
    .select(({ fn }) => ['run_limit.kind', fn.countAll<number>().as('count')])
    .where(sql<boolean>`execution.parked = 2`)
    .groupBy('run_limit.kind')
    .execute()
  // Lean on execution_turn and execution_catching_up.
  const catchUp = (status: 0 | 1) =>
    read
      .selectFrom('execution')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where(sql<boolean>`"trigger" = 2`)
      .where(status === 0 ? sql<boolean>`status = 0` : sql<boolean>`status = 1`)
      .executeTakeFirst()
  const [catchUpPending, catchUpRunning] = [catchUp(0), catchUp(1)]
  const due = read.selectFrom('due').select('next_run_at').orderBy('next_run_at').limit(1).executeTakeFirst()
  const counted = await live
  const pending = counted.find(({ status }) => status === 0)
  return {
    pending: pending?.count ?? 0,
    running: counted.find(({ status }) => status === 1)?.count ?? 0,
    oldestDueAt: (await due)?.next_run_at ?? null,
    oldestPendingAt: pending?.oldest ?? null,
    waitingFor: { shared: 0, host: 0, workspace: 0, job: 0, ...Object.fromEntries(await waitingByKind(waiting)) },
    catchUp: { pending: (await catchUpPending)?.count ?? 0, running: (await catchUpRunning)?.count ?? 0 },
  }
}

const waitingByKind = async (rows: Promise<readonly { readonly kind: number; readonly count: number }[]>) =>
  (await rows).map(({ kind, count }) => [limitKindOf(kind), count] as const)

export const isShared = async (read: Kysely<Tables>): Promise<boolean> =>
  (await read.selectFrom('workspace').select('key').limit(2).execute()).length > 1

export const readNodes = async (read: Kysely<Tables>): Promise<Awaited<ReturnType<Ledger['nodes']>>> => {
  const rows = await read.selectFrom('node').selectAll().orderBy('key').execute()
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at,
    leaseUntil: row.lease_until,
  }))
}
