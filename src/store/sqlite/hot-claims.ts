/** Claims of due jobs inside the writer: a due instant becomes its execution rows and the next instant, all or nothing. */
import type { DatabaseSync } from 'node:sqlite'
import { STATUS_CODE } from '../sql/codes.ts'
import { type BatchColumns, BIRTH, CLAIM, EXECUTION } from './batch-columns.ts'
import type { Queue } from './hot-queue.ts'

/** Answers of a claim as small integers: the place in CLAIM_RESULTS. */
export const CLAIM_RESULTS = ['claimed', 'busy', 'gone', 'duplicate'] as const
const CLAIMED = 0
const BUSY = 1
const GONE = 2
const DUPLICATE = 3

export type ClaimWriter = (batch: BatchColumns, alive: boolean, cancelledIds: string[]) => Uint8Array

export const openClaims = (db: DatabaseSync, queue: Queue): ClaimWriter => {
  const busy = db.prepare('select 1 from execution where job_key = ?1 and status = 1 and status < 2 limit 1')
  const stored = db.prepare(`
    select 1 from due d join job j on j.key = d.job_key
    where d.next_run_at = ?1 and d.job_key = ?2 and d.schedule_version = ?3 and j.schedule_version = ?3 and j.state = 0`)
  // `or replace`: the new instant may meet a dead row of an older schedule version.
  const move = db.prepare(`
    update or replace due set next_run_at = ?4, schedule_version = ?5
    where next_run_at = ?1 and job_key = ?2 and schedule_version = ?3
      and exists (select 1 from job where key = ?2 and schedule_version = ?3 and state = 0)`)
  const remove = db.prepare('delete from due where next_run_at = ?1 and job_key = ?2 and schedule_version = ?3')
  const end = db.prepare('update job set state = 2, version = version + 1, updated_at = ?2 where key = ?1')
  const raise = db.prepare(`
    update job set schedule_version = schedule_version + 1, version = version + 1, updated_at = ?2 where key = ?1`)
  const countRuns = db.prepare('update job set runs = runs + ?2 where key = ?1')
  const others = db.prepare('select workspace_key, id from execution where job_key = ?1 and status = 1 and status < 2')
  const replace = db.prepare(`
    update execution set status = 4, reason = 7, finished_at = ?3, overrides = null where workspace_key = ?1 and id = ?2`)
  const insert = db.prepare(`
    insert into execution (workspace_key, id, job_key, schedule_version, scheduled_for, last_for, occurrences, "trigger", status,
      reason, attempt, node_key, not_before, exclusive, parked, started_at, finished_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16)
    on conflict (job_key, scheduled_for, schedule_version) do nothing`)
  const giveBack = db.prepare(`
    update execution set status = 0, attempt = 0, node_key = null, not_before = scheduled_for, started_at = null
    where workspace_key = ?1 and id = ?2`)

  return ({ nodeKey, now, claims, executions }, alive, cancelledIds) => {
    const results = new Uint8Array(claims.count)
    const claim = claims.numbers
    const execution = executions.numbers
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

      if (claim[at + CLAIM.onlyIfIdle] === 1 && busy.get(jobKey) !== undefined) {
        return stored.get(dueAt, jobKey, version) === undefined ? clearDead(dueAt, jobKey, version) : BUSY
      }
      if (!moveOn(at, jobKey, version, dueAt)) return clearDead(dueAt, jobKey, version)
      if (claim[at + CLAIM.cancelOthers] === 1) cancelOthers(jobKey)

      const born = insertAll(at, first)
      const runs = (claim[at + CLAIM.countRuns] as number) - born.duplicates
      if (runs > 0) countRuns.run(jobKey, runs)
      return born.duplicates > 0 ? DUPLICATE : CLAIMED
    }

    /** False when the instant is no longer the stored one, or the job is not active. */
    function moveOn(at: number, jobKey: number, version: number, dueAt: number): boolean {
      const nextAt = claim[at + CLAIM.nextAt] as number
      const raised = claim[at + CLAIM.raiseVersion] as number
      if (!Number.isNaN(nextAt)) {
        if (move.run(dueAt, jobKey, version, nextAt, version + raised).changes === 0) return false
        if (raised === 1) raise.run(jobKey, now)
        return true
      }
      if (stored.get(dueAt, jobKey, version) === undefined) return false
      remove.run(dueAt, jobKey, version)
      end.run(jobKey, now)
      return true
    }

    function clearDead(dueAt: number, jobKey: number, version: number): number {
      remove.run(dueAt, jobKey, version)
      return GONE
    }

    function cancelOthers(jobKey: number): void {
      for (const row of others.all(jobKey)) {
        replace.run(row.workspace_key as number, row.id as string, now)
        cancelledIds.push(row.id as string)
      }
      queue.unpark(jobKey)
    }

    function insertAll(at: number, first: number): { readonly duplicates: number } {
      const end = first + (claim[at + CLAIM.executions] as number)
      const leased: number[] = []
      let duplicates = 0
      for (let index = first; index < end; index++) {
        if (!insertOne(at, index)) duplicates += isRun(index) ? 1 : 0
        else if (birthOf(index) === BIRTH.leased) leased.push(index)
      }
      // The caller of a duplicate sends nothing; what was born beside it goes through the queue instead.
      if (duplicates > 0) {
        for (const index of leased)
          giveBack.run(claim[at + CLAIM.workspaceKey] as number, executions.ids[index] as string)
      }
      return { duplicates }
    }

    function insertOne(at: number, index: number): boolean {
      const row = index * EXECUTION.width
      const scheduledFor = execution[row + EXECUTION.scheduledFor] as number
      const status = birthOf(index)
      const leased = status === BIRTH.leased
      const finished = status >= STATUS_CODE.skipped
      const { changes } = insert.run(
        claim[at + CLAIM.workspaceKey] as number,
        executions.ids[index] as string,
        claim[at + CLAIM.jobKey] as number,
        claim[at + CLAIM.scheduleVersion] as number,
        scheduledFor,
        orNull(execution[row + EXECUTION.lastFor] as number),
        execution[row + EXECUTION.occurrences] as number,
        execution[row + EXECUTION.trigger] as number,
        status,
        orNull(execution[row + EXECUTION.reason] as number),
        leased ? 1 : 0,
        leased ? nodeKey : null,
        status === BIRTH.pending ? scheduledFor : null,
        claim[at + CLAIM.exclusive] as number,
        // A claim ahead of time starts at its instant, not before; the outcome brings the true start.
        leased ? Math.max(now, scheduledFor) : null,
        finished ? now : null,
      )
      return changes === 1
    }

    function birthOf(index: number): number {
      return execution[index * EXECUTION.width + EXECUTION.birth] as number
    }

    function isRun(index: number): boolean {
      return birthOf(index) < STATUS_CODE.skipped
    }
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
