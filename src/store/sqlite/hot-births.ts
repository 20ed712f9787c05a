/** New executions inside the writer: the row of an occurrence is written once, whoever tries to write it again. */
import type { DatabaseSync } from 'node:sqlite'
import { STATUS_CODE } from '../sql/codes.ts'
import { type BatchColumns, BIRTH, CLAIM, EXECUTION } from './batch-columns.ts'

export type Births = {
  /** Writes the batch's execution of that index for the claim at that place; false when its occurrence has a row already. */
  readonly insert: (batch: BatchColumns, claimAt: number, index: number) => boolean
  /** A leased one that shall not be sent after all waits in the queue as if it had never been leased. */
  readonly giveBack: (workspaceKey: number, id: string) => void
}

export const openBirths = (db: DatabaseSync): Births => {
  // What most are, with the fewest values to bind.
  const leased = db.prepare(`
    insert into execution (workspace_key, id, job_key, schedule_version, scheduled_for, occurrences, "trigger", status, attempt,
      node_key, exclusive, parked, started_at)
    values (?1, ?2, ?3, ?4, ?5, 1, ?6, 1, 1, ?7, ?8, 0, ?9)
    on conflict (job_key, scheduled_for, schedule_version) do nothing`)
  const unleased = db.prepare(`
    insert into execution (workspace_key, id, job_key, schedule_version, scheduled_for, occurrences, "trigger", status, attempt,
      exclusive, parked, last_for, reason, not_before, finished_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, 0, ?10, ?11, ?12, ?13)
    on conflict (job_key, scheduled_for, schedule_version) do nothing`)
  const giveBack = db.prepare(`
    update execution set status = 0, attempt = 0, node_key = null, not_before = scheduled_for, started_at = null
    where workspace_key = ?1 and id = ?2`)

  const insertLeased = ({ nodeKey, now, claims, executions }: BatchColumns, at: number, index: number): boolean => {
    const row = index * EXECUTION.width
    const scheduledFor = executions.numbers[row + EXECUTION.scheduledFor] as number
    const { changes } = leased.run(
      claims.numbers[at + CLAIM.workspaceKey] as number,
      executions.ids[index] as string,
      claims.numbers[at + CLAIM.jobKey] as number,
      claims.numbers[at + CLAIM.scheduleVersion] as number,
      scheduledFor,
      executions.numbers[row + EXECUTION.trigger] as number,
      nodeKey,
      claims.numbers[at + CLAIM.exclusive] as number,
      // Claimed ahead of its time it starts at its instant, not before; the outcome brings the true start.
      Math.max(now, scheduledFor),
    )
    return changes === 1
  }

  const insertUnleased = ({ now, claims, executions }: BatchColumns, at: number, index: number): boolean => {
    const row = index * EXECUTION.width
    const scheduledFor = executions.numbers[row + EXECUTION.scheduledFor] as number
    const status = executions.numbers[row + EXECUTION.birth] as number
    const { changes } = unleased.run(
      claims.numbers[at + CLAIM.workspaceKey] as number,
      executions.ids[index] as string,
      claims.numbers[at + CLAIM.jobKey] as number,
      claims.numbers[at + CLAIM.scheduleVersion] as number,
      scheduledFor,
      executions.numbers[row + EXECUTION.occurrences] as number,
      executions.numbers[row + EXECUTION.trigger] as number,
      status,
      claims.numbers[at + CLAIM.exclusive] as number,
      orNull(executions.numbers[row + EXECUTION.lastFor] as number),
      orNull(executions.numbers[row + EXECUTION.reason] as number),
      status === BIRTH.pending ? scheduledFor : null,
      status >= STATUS_CODE.skipped ? now : null,
    )
    return changes === 1
  }

  return {
    insert: (batch, claimAt, index) =>
      batch.executions.numbers[index * EXECUTION.width + EXECUTION.birth] === BIRTH.leased
        ? insertLeased(batch, claimAt, index)
        : insertUnleased(batch, claimAt, index),
    giveBack: (workspaceKey, id) => void giveBack.run(workspaceKey, id),
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
