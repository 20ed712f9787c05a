/** How much waits and runs just now, and which nodes there are: what operators watch. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Ledger } from '../ledger.ts'
import type { Tables } from './tables.ts'

export const readDepth = async (read: Kysely<Tables>): Promise<Awaited<ReturnType<Ledger['depth']>>> => {
  // `status < 2` as a literal is what lets the partial index of live executions serve.
  const live = read
    .selectFrom('execution')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count'), fn.min('not_before').as('oldest')])
    .where(sql<boolean>`status < 2`)
    .groupBy('status')
    .execute()
  const due = read.selectFrom('due').select('next_run_at').orderBy('next_run_at').limit(1).executeTakeFirst()
  const counted = await live
  const pending = counted.find(({ status }) => status === 0)
  return {
    pending: pending?.count ?? 0,
    running: counted.find(({ status }) => status === 1)?.count ?? 0,
    oldestDueAt: (await due)?.next_run_at ?? null,
    oldestPendingAt: pending?.oldest ?? null,
  }
}

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
