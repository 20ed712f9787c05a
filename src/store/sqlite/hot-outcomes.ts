/** Outcomes inside the writer: each is written only if its attempt still holds the lease; then what follows from it. */
import type { DatabaseSync } from 'node:sqlite'
import { REASON_CODE, STATUS_CODE } from '../sql/codes.ts'
import { type BatchColumns, CRASH, OUTCOME } from './batch-columns.ts'
import type { Crashes } from './hot-crashes.ts'
import type { EventWriter } from './hot-events.ts'
import type { Pause } from './hot-pause.ts'
import type { Queue } from './hot-queue.ts'

export type OutcomeWriter = (
  batch: BatchColumns,
  alive: boolean,
) => {
  readonly recorded: Uint8Array
  readonly pausedJobKeys: number[]
  readonly quarantinedIds: string[]
  readonly released: boolean
}

export type OutcomeParts = {
  readonly queue: Queue
  readonly pause: Pause
  readonly crashes: Crashes
  readonly events: EventWriter
}

/** `holds`: what must be true of the row beside attempt and state; ?4 is the node of the batch. */
export const openOutcomes = (
  db: DatabaseSync,
  { queue, pause, crashes, events }: OutcomeParts,
  holds = 'node_key = ?4',
): OutcomeWriter => {
  const finish = db.prepare(`
    update execution set status = ?5, reason = ?6, started_at = coalesce(?7, started_at), finished_at = ?8, status_code = ?9,
      error = ?10, output = ?11, overrides = null
    where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1 and ${holds}`)
  const tryAgain = db.prepare(`
    update execution set status = 0, not_before = ?5, node_key = null, started_at = null, status_code = ?6, error = ?7
    where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1 and ${holds}`)
  // It still counts as one that runs, so that it keeps its place before others of its job.
  const leaveToTarget = db.prepare(`
    update execution set node_key = null, not_before = ?5, started_at = coalesce(?6, started_at), status_code = ?7, output = ?8,
      error = null
    where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1 and ${holds}`)
  const handBack = db.prepare(`
    update execution set status = 0, attempt = attempt - 1, not_before = ?5, node_key = null, started_at = null
    where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1 and ${holds}`)
  const keep = db.prepare(`
    insert into attempt (workspace_key, execution_id, number, status, started_at, finished_at, status_code, error, output)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`)
  const jobIsGone = db.prepare('select 1 from job where key = ?1 and state = 3')
  const jobDeleted = db.prepare(`
    update execution set status = 4, reason = 5, finished_at = ?3, overrides = null
    where workspace_key = ?1 and id = ?2 and status = 0`)
  // Newest first by execution_occurrence; what was recorded before the job was last resumed does not count.
  const failuresInRow = db.prepare(`
    select count(*) as failures from (
      select status from execution
      where job_key = ?1 and status in (2, 3) and finished_at >= (select coalesce(resumed_at, 0) from job where key = ?1)
      order by scheduled_for desc limit ?2)
    where status = 3`)

  return (batch, alive) => {
    const { nodeKey, now, outcomes } = batch
    const recorded = new Uint8Array(outcomes.count)
    const pausedJobKeys: number[] = []
    const quarantinedIds: string[] = []
    let released = false
    const numbers = outcomes.numbers
    const releasesNothing = queue.releasesNothing()
    for (let index = 0; alive && index < outcomes.count; index++) recorded[index] = recordOne(index) ? 1 : 0
    return { recorded, pausedJobKeys, quarantinedIds, released }

    function recordOne(index: number): boolean {
      const at = index * OUTCOME.width
      const workspaceKey = numbers[at + OUTCOME.workspaceKey] as number
      const id = outcomes.ids[index] as string
      const jobKey = numbers[at + OUTCOME.jobKey] as number
      if (numbers[at + OUTCOME.to] === STATUS_CODE.running) return awaitReport(at, index)
      const crash = numbers[at + OUTCOME.crash] as number
      const isLastCrash = crash === CRASH.counts && crashes.isLast(jobKey, null)
      const to = isLastCrash ? STATUS_CODE.failed : (numbers[at + OUTCOME.to] as number)
      const reason = isLastCrash ? REASON_CODE.quarantined : orNull(numbers[at + OUTCOME.reason] as number)
      const written = to === STATUS_CODE.pending ? returnToQueue(at, index) : finishOne(at, index, { to, reason })
      if (!written) return false

      if (numbers[at + OUTCOME.keepAttempt] === 1) keepAttempt(at, index)
      if (crash !== CRASH.none) countCrash({ workspaceKey, jobKey, crash, lastId: isLastCrash ? id : null })
      if (to === STATUS_CODE.pending && jobIsGone.get(jobKey) !== undefined) jobDeleted.run(workspaceKey, id, now)
      events.recorded(batch, index, to)
      if (to === STATUS_CODE.failed)
        pauseAfterFailures(workspaceKey, jobKey, numbers[at + OUTCOME.pauseAfterFailures] as number)
      if (!releasesNothing && queue.release({ workspaceKey, executionId: id, jobKey })) released = true
      return true
    }

    function finishOne(at: number, index: number, end: { to: number; reason: number | null }): boolean {
      const { changes } = finish.run(
        numbers[at + OUTCOME.workspaceKey] as number,
        outcomes.ids[index] as string,
        numbers[at + OUTCOME.attempt] as number,
        nodeKey,
        end.to,
        end.reason,
        orNull(numbers[at + OUTCOME.startedAt] as number),
        orNull(numbers[at + OUTCOME.finishedAt] as number) ?? now,
        orNull(numbers[at + OUTCOME.statusCode] as number),
        outcomes.errors[index] as string | null,
        outcomes.outputs[index] as string | null,
      )
      return changes === 1
    }

    function awaitReport(at: number, index: number): boolean {
      const { changes } = leaveToTarget.run(
        numbers[at + OUTCOME.workspaceKey] as number,
        outcomes.ids[index] as string,
        numbers[at + OUTCOME.attempt] as number,
        nodeKey,
        orNull(numbers[at + OUTCOME.notBefore] as number),
        orNull(numbers[at + OUTCOME.startedAt] as number),
        orNull(numbers[at + OUTCOME.statusCode] as number),
        outcomes.outputs[index] as string | null,
      )
      return changes === 1
    }

    function returnToQueue(at: number, index: number): boolean {
      const workspaceKey = numbers[at + OUTCOME.workspaceKey] as number
      const id = outcomes.ids[index] as string
      const attempt = numbers[at + OUTCOME.attempt] as number
      const notBefore = orNull(numbers[at + OUTCOME.notBefore] as number) ?? now
      if (numbers[at + OUTCOME.handedBack] === 1) {
        return handBack.run(workspaceKey, id, attempt, nodeKey, notBefore).changes === 1
      }
      const statusCode = orNull(numbers[at + OUTCOME.statusCode] as number)
      const error = outcomes.errors[index] as string | null
      return tryAgain.run(workspaceKey, id, attempt, nodeKey, notBefore, statusCode, error).changes === 1
    }

    function keepAttempt(at: number, index: number): void {
      const to = numbers[at + OUTCOME.to] as number
      keep.run(
        numbers[at + OUTCOME.workspaceKey] as number,
        outcomes.ids[index] as string,
        numbers[at + OUTCOME.attempt] as number,
        to === STATUS_CODE.pending ? STATUS_CODE.failed : to,
        orNull(numbers[at + OUTCOME.startedAt] as number),
        orNull(numbers[at + OUTCOME.finishedAt] as number) ?? now,
        orNull(numbers[at + OUTCOME.statusCode] as number),
        outcomes.errors[index] as string | null,
        outcomes.outputs[index] as string | null,
      )
    }

    function pauseAfterFailures(workspaceKey: number, jobKey: number, limit: number): void {
      if (Number.isNaN(limit) || failuresInRow.get(jobKey, limit)?.failures !== limit) return
      if (!pause(jobKey, 'failures', now)) return
      pausedJobKeys.push(jobKey)
      events.autoPaused(workspaceKey, jobKey, now, { reason: 'failures', failures: limit })
    }

    function countCrash({ workspaceKey, jobKey, crash, lastId }: Crashed): void {
      if (crash === CRASH.clears) crashes.clear(jobKey)
      else if (lastId === null) crashes.count(jobKey, null)
      else {
        quarantinedIds.push(lastId)
        if (!crashes.quarantine(jobKey, now)) return
        pausedJobKeys.push(jobKey)
        events.autoPaused(workspaceKey, jobKey, now, { reason: 'quarantined' })
      }
    }
  }
}

type Crashed = {
  readonly workspaceKey: number
  readonly jobKey: number
  readonly crash: number
  /** The execution whose crash was one too many. */
  readonly lastId: string | null
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
