/** What became of an instant of a job, or will, in one word. */

export const VERDICTS = [
  ...['ran', 'running', 'waiting', 'failed', 'cancelled', 'uncertain', 'skipped', 'missed'],
  ...['will_run', 'will_not_run', 'no_occurrence', 'forgotten', 'unaccounted'],
] as const
export type Verdict = (typeof VERDICTS)[number]
