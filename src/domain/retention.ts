/** How long executions are kept: rules as people set them, and the instants they mean. Pure. */

/** `other`: everything that ended otherwise than in success. The newest `runsPerJob` of a job stay within both ages. */
export type RetentionRules = {
  readonly successDays: number
  readonly otherDays: number
  readonly runsPerJob: number
}

/** What a workspace asks for; null: as the operator has it. */
export type RetentionChoice = { readonly [Rule in keyof RetentionRules]: number | null }

export const DAY_MS = 86_400_000

/** A workspace may have less kept than the operator does, never more. */
export const rulesFor = (bounds: RetentionRules, choice: RetentionChoice): RetentionRules => ({
  successDays: Math.min(bounds.successDays, choice.successDays ?? bounds.successDays),
  otherDays: Math.min(bounds.otherDays, choice.otherDays ?? bounds.otherDays),
  runsPerJob: Math.min(bounds.runsPerJob, choice.runsPerJob ?? bounds.runsPerJob),
})

/** Rows of earlier instants go: successes before the one, all else before the other. */
export type Cutoffs = { readonly success: number; readonly other: number }

/**
 * Ages are cut at the start of a day (UTC), so that a day is there whole or gone whole. `oldestKept`: the instant of the
 * oldest execution among the newest `runsPerJob`; null when the job has no more than those.
 */
export const cutoffsOf = (
  { successDays, otherDays }: RetentionRules,
  now: number,
  oldestKept: number | null,
): Cutoffs => {
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const byCount = oldestKept ?? Number.NEGATIVE_INFINITY
  return {
    success: Math.max(today - successDays * DAY_MS, byCount),
    other: Math.max(today - otherDays * DAY_MS, byCount),
  }
}
