/** Everything the writer can be asked to do inside its transaction, by name. */
import type { DatabaseSync } from 'node:sqlite'
import type { Append, Statement, StatementResult } from '../sql/unit.ts'
import type { BatchColumns } from './batch-columns.ts'
import { openAudit } from './hot-audit.ts'
import { openClaims } from './hot-claims.ts'
import { openCrashes } from './hot-crashes.ts'
import { type DueReader, openDue } from './hot-due.ts'
import { type Ends, openEnds } from './hot-ends.ts'
import { openEvents } from './hot-events.ts'
import { type Nodes, openNodes } from './hot-nodes.ts'
import { openOutcomes } from './hot-outcomes.ts'
import { openPause } from './hot-pause.ts'
import { openQueue, type Queue } from './hot-queue.ts'
import { openReports, type Reports } from './hot-reports.ts'
import type { SchedulerLock } from './scheduler-lock.ts'
import { statementCache } from './statement-cache.ts'

export type BatchAnswer = {
  readonly recorded: Uint8Array
  readonly claimed: Uint8Array
  readonly cancelledIds: string[]
  readonly quarantinedIds: string[]
  readonly released: boolean
  readonly pausedJobKeys: number[]
  readonly nextDueAt: number | null
}

export type Operations = Pick<Nodes, 'join' | 'renew' | 'leave' | 'lost' | 'recover'> & {
  readonly pauseExpired: Ends['pauseExpired']
  readonly remindOfEnds: Ends['remindOfEnds']
  readonly due: DueReader['due']
  readonly skim: DueReader['skim']
  readonly lease: Queue['lease']
  readonly load: (jobKeys: readonly number[]) => { jobKey: number; leased: number; queued: number }[]
  readonly commit: (batch: BatchColumns) => BatchAnswer
  readonly noteReport: Reports['note']
  readonly endReported: Reports['end']
  /** The statements of one use case. Null: one of them did not change what it expected to, and all are undone. */
  readonly unit: (steps: readonly (Statement | Append)[]) => StatementResult[]
  /** Moves this many pages out of the free space and cuts the file. */
  readonly shrink: (pages: number) => void
  /** Leaves a trace on the disk: the only proof that writing works. */
  readonly touch: (value: string) => void
}

const NOTHING: StatementResult = { changes: 0, rows: [] }
const ONE: StatementResult = { changes: 1, rows: [] }

/** Thrown inside a unit to undo it; its caller gets null. */
export class Undone extends Error {}

export const openOperations = (db: DatabaseSync, lock: SchedulerLock): Operations => {
  const queue = openQueue(db)
  const pause = openPause(db)
  const crashes = openCrashes(db, pause)
  const events = openEvents(db)
  const audit = openAudit(db, events)
  const nodes = openNodes(db, { queue, crashes, lock, events })
  const { due, skim, nextDueAt } = openDue(db, queue.limits)
  const claims = openClaims(db, queue, events)
  const parts = { queue, pause, crashes, events }
  const outcomes = openOutcomes(db, parts)
  const reports = openReports(db, parts)
  const ends = openEnds(db, events)
  const statements = statementCache(db)
  // Leans on execution_live alone.
  const load = db.prepare(`
    select count(*) filter (where status = 1) as leased, count(*) filter (where status = 0 and attempt = 0 and "trigger" <> 2) as queued
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
    pauseExpired: ends.pauseExpired,
    remindOfEnds: ends.remindOfEnds,
    due,
    skim,
    lease: queue.lease,
    load: (jobKeys) =>
      jobKeys.map((jobKey) => {
        const row = load.get(jobKey)
        return { jobKey, leased: Number(row?.leased), queued: Number(row?.queued) }
      }),
    commit,
    noteReport: reports.note,
    endReported: reports.end,
    unit: (steps) => {
      const isWork = steps.some((step) => !('append' in step) && step.silent !== true)
      let changes = 0
      return steps.map((step) => {
        if ('append' in step) {
          if (isWork && changes === 0) return NOTHING
          audit.append(step.append)
          return ONE
        }
        const result = statements.run(step)
        if (step.expect !== undefined && result.changes !== step.expect) throw new Undone()
        if (step.silent !== true) changes += result.changes
        return result
      })
    },
    shrink: (pages) => db.exec(`pragma incremental_vacuum(${Math.trunc(pages)})`),
    touch: (value) => void touch.run(value),
  }
}
