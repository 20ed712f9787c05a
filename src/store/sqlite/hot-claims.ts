/** Claims of due jobs inside the writer: a due instant becomes its execution rows and the next instant, all or nothing. */
import type { DatabaseSync } from 'node:sqlite'
import { STATUS_CODE } from '../sql/codes.ts'
import { type BatchColumns, BIRTH, CLAIM, EXECUTION } from './batch-columns.ts'
import { openBirths } from './hot-births.ts'
import type { EventWriter } from './hot-events.ts'
import type { Queue } from './hot-queue.ts'

/** Answers of a claim as small integers: the place in CLAIM_RESULTS. */
export const CLAIM_RESULTS = ['claimed', 'busy', 'gone', 'duplicate'] as const
const CLAIMED = 0
const BUSY = 1
const GONE = 2
const DUPLICATE = 3

export type ClaimWriter = (batch: BatchColumns, alive: boolean, cancelledIds: string[]) => Uint8Array

export const openClaims = (db: DatabaseSync, queue: Queue, events: EventWriter): ClaimWriter => {
  const births = openBirths(db)
  // `or replace`: the new instant may meet a dead row of an older schedule version.
  const move = db.prepare(`
    update or replace due set next_run_at = ?4, schedule_version = ?5
    where next_run_at = ?1 and job_key = ?2 and schedule_version = ?3
      and exists (select 1 from job where key = ?2 and schedule_version = ?3 and state = 0)`)
  const moveIfIdle = db.prepare(`
    update or replace due set next_run_at = ?4, schedule_version = ?5
    where next_run_at = ?1 and job_key = ?2 and schedule_version = ?3
      and exists (select 1 from job where key = ?2 and schedule_version = ?3 and state = 0)
      and not exists (select 1 from execution where job_key = ?2 and status = 1 and status < 2)`)
  const stored = db.prepare(`
    select 1 from due d join job j on j.key = d.job_key
    where d.next_run_at = ?1 and d.job_key = ?2 and d.schedule_version = ?3 and j.schedule_version = ?3 and j.state = 0`)
  // Leans on execution_live.
  const leased = db.prepare('select workspace_key, id from execution where job_key = ?1 and status = 1 and status < 2')
  const remove = db.prepare('delete from due where next_run_at = ?1 and job_key = ?2 and schedule_version = ?3')
  const end = db.prepare('update job set state = 2, version = version + 1, updated_at = ?2 where key = ?1')
  const raise = db.prepare(`
    update job set schedule_version = schedule_version + 1, version = version + 1, updated_at = ?2 where key = ?1`)
  const countRuns = db.prepare('update job set runs = runs + ?2 where key = ?1')
  const replace = db.prepare(`
    update execution set status = 4, reason = 7, finished_at = ?3, overrides = null where workspace_key = ?1 and id = ?2`)
  // Leans on execution_live.
  const replaceWaiting = db.prepare(`
    update execution set status = 4, reason = 7, finished_at = ?2, parked = 0
    where job_key = ?1 and status = 0 and status < 2 and attempt = 0 and "trigger" = 1`)

  return (batch, alive, cancelledIds) => {
    const { now, claims, executions } = batch
    const results = new Uint8Array(claims.count)
    const claim = claims.numbers
    let firstExecution = 0
    for (let index = 0; index < claims.count; index++) {
      const at = index * CLAIM.width
      results[index] = alive ? claimOne(at, firstExecution) : GONE
      firstExecution += claim[at + CLAIM.executions] as number
    }
    return results

    function claimOne(at: number, first: number): number {
      const jobKey = claim[at + CLAIM.jobKey] as number
      const version = claim[at + CLAIM.scheduleVersion] as number
      const dueAt = claim[at + CLAIM.dueAt] as number

      if (!moveOn(at, jobKey, version, dueAt)) return whyNot(jobKey, version, dueAt)
      if (claim[at + CLAIM.raiseVersion] === 1) raise.run(jobKey, now)
      if (claim[at + CLAIM.cancelOthers] === 1) cancelOthers(at, first, jobKey)

      const duplicates = insertAll(at, first)
      const runs = (claim[at + CLAIM.countRuns] as number) - duplicates
      if (runs > 0) countRuns.run(jobKey, runs)
      return duplicates > 0 ? DUPLICATE : CLAIMED
    }

    /** False when the instant is no longer the stored one, the job is not active, or is not idle though it should be. */
    function moveOn(at: number, jobKey: number, version: number, dueAt: number): boolean {
      const nextAt = claim[at + CLAIM.nextAt] as number
      const onlyIfIdle = claim[at + CLAIM.onlyIfIdle] === 1
      if (!Number.isNaN(nextAt)) {
        const statement = onlyIfIdle ? moveIfIdle : move
        const raised = claim[at + CLAIM.raiseVersion] as number
        return statement.run(dueAt, jobKey, version, nextAt, version + raised).changes === 1
      }
      if (stored.get(dueAt, jobKey, version) === undefined) return false
      if (onlyIfIdle && leased.get(jobKey) !== undefined) return false
      remove.run(dueAt, jobKey, version)
      end.run(jobKey, now)
      events.ended(batch, at)
      return true
    }

    function whyNot(jobKey: number, version: number, dueAt: number): number {
      if (stored.get(dueAt, jobKey, version) !== undefined) return BUSY
      remove.run(dueAt, jobKey, version)
      return GONE
    }

    function cancelOthers(at: number, first: number, jobKey: number): void {
      for (const row of leased.all(jobKey)) {
        const [workspaceKey, executionId] = [row.workspace_key as number, row.id as string]
        replace.run(workspaceKey, executionId, now)
        cancelledIds.push(executionId)
        queue.release({ workspaceKey, executionId, jobKey })
      }
      // Who must wait takes the place of those that wait already.
      const end = first + (claim[at + CLAIM.executions] as number)
      for (let index = first; index < end; index++) {
        if (birthOf(index) === BIRTH.pending) replaceWaiting.run(jobKey, now)
      }
    }

    /** Answers how many of the runs had a row already. */
    function insertAll(at: number, first: number): number {
      const end = first + (claim[at + CLAIM.executions] as number)
      const born: number[] = []
      let duplicates = 0
      for (let index = first; index < end; index++) {
        if (births.insert(batch, at, index)) {
          born.push(index)
          if (birthOf(index) >= STATUS_CODE.skipped) events.unran(batch, at, index)
        } else if (birthOf(index) < STATUS_CODE.skipped) duplicates += 1
      }
      if (duplicates > 0) giveBackLeased(claim[at + CLAIM.workspaceKey] as number, born)
      return duplicates
    }

    /** The caller of a duplicate sends nothing; what was born beside it goes through the queue instead. */
    function giveBackLeased(workspaceKey: number, born: readonly number[]): void {
      for (const index of born) {
        if (birthOf(index) === BIRTH.leased) births.giveBack(workspaceKey, executions.ids[index] as string)
      }
    }

    function birthOf(index: number): number {
      return executions.numbers[index * EXECUTION.width + EXECUTION.birth] as number
    }
  }
}
