/** Who is to hear of what becomes of a job, and on which way. */

export const ANNOUNCEMENTS = ['all', 'problems', 'none'] as const

/** `all`: every user of the workspace hears of each run and change; `problems`: its owner and the admins of what went wrong. */
export type Announce = (typeof ANNOUNCEMENTS)[number]

export const ALERT_KINDS = [
  'failure',
  'success',
  'recovery',
  'failures',
  'late',
  'long',
  'auto_paused',
  'missed',
  'uncertain',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** On which ways a rule tells; at least one. */
export type Via = {
  readonly mail: readonly string[]
  readonly slack: boolean
  /** Ids of webhook channels. */
  readonly webhooks: readonly string[]
  /** Ids of users, who find it in their inbox. */
  readonly inbox: readonly string[]
}

export type AlertRule = {
  readonly on: AlertKind
  /** Of `failures`: so many in a row; else null. */
  readonly count: number | null
  /** Of `late`: after the scheduled instant; of `long`: after the start; else null. Milliseconds. */
  readonly afterMs: number | null
  readonly via: Via
}

export type JobAlerts = {
  readonly announce: Announce
  readonly mail: { readonly to: readonly string[]; readonly onFailure: boolean; readonly onSuccess: boolean } | null
  readonly rules: readonly AlertRule[]
  /** Nothing of its runs is told until then. */
  readonly snoozedUntil: number | null
}

/** What a job has that never said otherwise. */
export const DEFAULT_ALERTS: JobAlerts = { announce: 'problems', mail: null, rules: [], snoozedUntil: null }

/** Kept beside the alerts, so that the store knows in the transaction of an outcome what is heard. */
export const HEARS = { success: 1, whileRunning: 2 } as const

/** Recovery and failures in a row are told apart by the successes between. */
const NEED_SUCCESS: readonly AlertKind[] = ['success', 'recovery', 'failures', 'late', 'long']

export const hearsOf = ({ announce, mail, rules }: JobAlerts): number => {
  const hearsSuccess =
    announce === 'all' || mail?.onSuccess === true || rules.some(({ on }) => NEED_SUCCESS.includes(on))
  const watches = rules.some(({ on }) => on === 'late' || on === 'long')
  return (hearsSuccess ? HEARS.success : 0) | (watches ? HEARS.whileRunning : 0)
}
