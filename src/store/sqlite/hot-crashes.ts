/** Crashes of functions inside the writer: counted in the job's row, and the one too many quarantines the job. */
import type { DatabaseSync } from 'node:sqlite'
import { CRASHES_TO_QUARANTINE } from '../../domain/quarantine.ts'
import { PAUSE_REASON_CODE, REASON_CODE } from '../sql/codes.ts'
import type { Pause } from './hot-pause.ts'

/** `nodeKey`: the node that came down; null when only a thread did. */
export type Crashes = {
  /** It is one too many, or the job is in quarantine already. */
  readonly isLast: (jobKey: number, nodeKey: number | null) => boolean
  /** A node counts once for each job, however many executions of the job it ran. */
  readonly count: (jobKey: number, nodeKey: number | null) => void
  readonly clear: (jobKey: number) => void
  /** Cancels what of the job is pending and begins to count anew; true when it also paused the job, which was active. */
  readonly quarantine: (jobKey: number, now: number) => boolean
}

export const openCrashes = (db: DatabaseSync, pause: Pause): Crashes => {
  const counted = db.prepare(`
    select crashes + (?2 is null or crashed_node is not ?2) as crashes,
      state = 1 and pause_reason = ${PAUSE_REASON_CODE.quarantined} as quarantined
    from job where key = ?1`)
  const count = db.prepare(`
    update job set crashes = crashes + 1, crashed_node = coalesce(?2, crashed_node)
    where key = ?1 and (?2 is null or crashed_node is not ?2)`)
  const clear = db.prepare('update job set crashes = 0 where key = ?1 and crashes > 0')
  // Leans on execution_live. A pause leaves what is pending alone; here each would crash once more.
  const cancelPending = db.prepare(`
    update execution set status = 4, reason = ${REASON_CODE.quarantined}, finished_at = ?2, parked = 0, overrides = null
    where job_key = ?1 and status = 0 and status < 2`)

  return {
    isLast: (jobKey, nodeKey) => {
      const job = counted.get(jobKey, nodeKey)
      return job !== undefined && (job.quarantined === 1 || Number(job.crashes) >= CRASHES_TO_QUARANTINE)
    },
    count: (jobKey, nodeKey) => void count.run(jobKey, nodeKey),
    clear: (jobKey) => void clear.run(jobKey),
    quarantine: (jobKey, now) => {
      cancelPending.run(jobKey, now)
      clear.run(jobKey)
      return pause(jobKey, 'quarantined', now)
    },
  }
}
