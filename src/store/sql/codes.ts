/** Words as small integers: how states and reasons rest in every database. A number, once given, never changes its meaning. */
import type { Reason, Status, Trigger } from '../../domain/execution.ts'
import { PRIORITY } from '../../domain/execution.ts'
import type { JobState, PauseReason } from '../../domain/job.ts'
import type { LimitKind } from '../../domain/limits.ts'

export const STATUS_CODE = {
  pending: 0,
  running: 1,
  success: 2,
  failed: 3,
  cancelled: 4,
  uncertain: 5,
  skipped: 6,
  missed: 7,
} as const satisfies Record<Status, number>

/** The code is the priority, so that the queue's index is in the order of service. */
export const TRIGGER_CODE = PRIORITY satisfies Record<Trigger, number>

export const REASON_CODE = {
  overlap: 0,
  misfire: 1,
  window: 2,
  cap: 3,
  paused: 4,
  job_deleted: 5,
  cancelled_by_user: 6,
  replaced: 7,
  node_lost: 8,
  attempts_used_up: 9,
  edited: 10,
  quarantined: 11,
  end_date: 12,
} as const satisfies Record<Reason, number>

export const STATE_CODE = { active: 0, paused: 1, ended: 2 } as const satisfies Record<JobState, number>

/** A job that was deleted keeps its row for the sake of its history. */
export const DELETED = 3

export const PAUSE_REASON_CODE = { by_user: 0, failures: 1, quarantined: 2, end_date: 3 } as const satisfies Record<
  PauseReason,
  number
>
export const LIMIT_KIND_CODE = { shared: 0, host: 1, workspace: 2, job: 3 } as const satisfies Record<LimitKind, number>

const wordsOf = <Word extends string>(codes: Record<Word, number>): ((code: number) => Word) => {
  const words = new Map<number, Word>()
  for (const word of Object.keys(codes) as Word[]) words.set(codes[word], word)
  return (code) => {
    const word = words.get(code)
    if (word === undefined) throw new Error(`The database holds the unknown code ${code}.`)
    return word
  }
}

export const statusOf = wordsOf<Status>(STATUS_CODE)
export const triggerOf = wordsOf<Trigger>(TRIGGER_CODE)
export const reasonOf = wordsOf<Reason>(REASON_CODE)
export const stateOf = wordsOf<JobState>(STATE_CODE)
export const limitKindOf = wordsOf<LimitKind>(LIMIT_KIND_CODE)
export const pauseReasonOf = wordsOf<PauseReason>(PAUSE_REASON_CODE)
