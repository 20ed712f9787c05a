/** The record of one occurrence or one manual run, and the states it may pass through. */

/**
 * pending → running → success | failed | cancelled | uncertain; a retry goes running → pending.
 * skipped and missed are born finished: the occurrence did not run, and `reason` says why.
 */
export const STATUSES = [
  'pending',
  'running',
  'success',
  'failed',
  'cancelled',
  'uncertain',
  'skipped',
  'missed',
] as const
export type Status = (typeof STATUSES)[number]

export type Trigger = 'schedule' | 'catch_up' | 'manual'

/** Why an occurrence did not run, or why an execution ended without an outcome of its own. */
export const REASONS = {
  overlap: 'an execution of the job was still running',
  misfire: 'nothing could run it at its time, and the misfire policy does not make up for it',
  window: 'it was older than the misfire window when it could have run',
  cap: 'more occurrences were missed than the misfire cap makes up for',
  paused: 'the job was paused',
  edited: 'the timetable was changed before it could run',
  job_deleted: 'the job was deleted',
  cancelled_by_user: 'somebody cancelled it',
  replaced: 'a newer occurrence took its place (overlap: cancel_other)',
  node_lost: 'the node that ran it ended before it recorded an outcome; at_most_once forbids another try',
  attempts_used_up: 'no try was left after the last failure',
  end_date: 'the end date of the job had passed when it could have run',
  quarantined: 'the function of the job crashed three times in a row, so that the job was quarantined',
} as const
export type Reason = keyof typeof REASONS

const NEXT: Record<Status, readonly Status[]> = {
  pending: ['running', 'cancelled'],
  running: ['pending', 'success', 'failed', 'cancelled', 'uncertain'],
  success: [],
  failed: ['pending'],
  cancelled: ['pending'],
  uncertain: ['pending'],
  skipped: [],
  missed: [],
}

/** failed, cancelled and uncertain may return to pending: somebody asked for another try. */
export const mayBecome = (from: Status, to: Status): boolean => NEXT[from].includes(to)

export const isFinished = (status: Status): boolean => status !== 'pending' && status !== 'running'

/** Priorities of pending work, smaller first: on-time work goes before catch-up work. */
export const PRIORITY = { manual: 0, schedule: 1, catch_up: 2 } as const satisfies Record<Trigger, number>
