/** A job paused inside the writer, by what its executions did. */
import type { DatabaseSync } from 'node:sqlite'
import type { PauseReason } from '../../domain/job.ts'
import { PAUSE_REASON_CODE } from '../sql/codes.ts'

/** False when the job was not active: then nothing is changed. */
export type Pause = (jobKey: number, reason: PauseReason, now: number) => boolean

export const openPause = (db: DatabaseSync): Pause => {
  // A resume goes on with the stored instant if that had come and nobody took it; else after what was taken.
  const pause = db.prepare(`
    update job set state = 1, pause_reason = ?3, paused_at = ?2, version = version + 1, updated_at = ?2, missed_after = coalesce(
      (select next_run_at - 1 from due d
        where d.next_run_at <= ?2 and d.job_key = job.key and d.schedule_version = job.schedule_version),
      (select max(scheduled_for) from execution e
        where e.job_key = job.key and e.scheduled_for > ?2 and e.schedule_version = job.schedule_version),
      ?2)
    where key = ?1 and state = 0`)

  return (jobKey, reason, now) => pause.run(jobKey, now, PAUSE_REASON_CODE[reason]).changes === 1
}
