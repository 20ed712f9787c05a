/** Quarantine: a job whose function keeps bringing its thread or its node down is paused before it does more harm. */

/** Crashes in a row, with no success between them, after which the job is paused. A resume begins to count anew. */
export const CRASHES_TO_QUARANTINE = 3
