/** Everything the writer can be asked to do inside its transaction, by name. */
import type { DatabaseSync } from 'node:sqlite'
import type { Statement, StatementResult } from '../sql/unit.ts'
import type { BatchColumns } from './batch-columns.ts'
import { openClaims } from './hot-claims.ts'
import { type DueReader, openDue } from './hot-due.ts'
import { type Nodes, openNodes } from './hot-nodes.ts'
import { openOutcomes } from './hot-outcomes.ts'
import { openQueue, type Queue } from './hot-queue.ts'
import type { SchedulerLock } from './scheduler-lock.ts'
import { statementCache } from './statement-cache.ts'

export type BatchAnswer = {
  readonly recorded: Uint8Array
  readonly claimed: Uint8Array
  readonly cancelledIds: string[]
  readonly released: boolean
  readonly pausedJobKeys: number[]
  readonly nextDueAt: number | null
}

export type Operations = Pick<Nodes, 'join' | 'renew' | 'leave' | 'lost' | 'recover'> & {
  readonly due: DueReader['due']
  readonly lease: Queue['lease']
  readonly load: (jobKeys: readonly number[]) => { jobKey: number; leased: number; queued: number }[]
  readonly commit: (batch: BatchColumns) => BatchAnswer
  /** The statements of one use case. Null: one of them did not change what it expected to, and all are undone. */
  readonly unit: (statements: readonly Statement[]) => StatementResult[]
  /** Moves this many pages out of the free space and cuts the file. */
  readonly shrink: (pages: number) => void
  /** Leaves a trace on the disk: the only proof that writing works. */
  readonly touch: (value: string) => void
}

/** Thrown inside a unit to undo it; its caller gets null. */
export class Undone extends Error {}

export const openOperations = (db: DatabaseSync, lock: SchedulerLock): Operations => {
  const queue = openQueue(db)
  const nodes = openNodes(db, queue, lock)
  const { due, nextDueAt } = openDue(db)
  const claims = openClaims(db, queue)
  const outcomes = openOutcomes(db, queue)
  const statements = statementCache(db)
  // Leans on execution_live alone.
  const load = db.prepare(`
    select count(*) filter (where status = 1) as leased, count(*) filter (where status = 0 and attempt = 0) as queued
    from execution where job_key = ?1 and status < 2`)
  const touch = db.prepare("insert or replace into server_value (name, value) values ('store.written', ?1)")

  const commit: Operations['commit'] = (batch) => {
    const alive = nodes.isAlive(batch.nodeKey, batch.leaseNow)
    const cancelledIds: string[] = []
    // Outcomes first: the leases they free count when the claims look for overlap.
    const ofOutcomes = outcomes(batch, alive)
    const claimed = claims(batch, alive, cancelledIds)
    return { ...ofOutcomes, claimed, cancelledIds, nextDueAt: nextDueAt() }
  }

  return {
    join: nodes.join,
    renew: nodes.renew,
    leave: nodes.leave,
    lost: nodes.lost,
    recover: nodes.recover,
    due,
    lease: queue.lease,
    load: (jobKeys) =>
      jobKeys.map((jobKey) => {
        const row = load.get(jobKey)
        return { jobKey, leased: Number(row?.leased), queued: Number(row?.queued) }
      }),
    commit,
    unit: (list) =>
      list.map((statement) => {
        const result = statements.run(statement)
        if (statement.expect !== undefined && result.changes !== statement.expect) throw new Undone()
        return result
      }),
    shrink: (pages) => db.exec(`pragma incremental_vacuum(${Math.trunc(pages)})`),
    touch: (value) => void touch.run(value),
  }
}
