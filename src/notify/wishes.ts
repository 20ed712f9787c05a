/** What a user wants to be mailed decides, at its own address, over what jobs say. Pure. */
import type { NoticeSwitches } from '../domain/preferences.ts'
import type { NoticeKind } from './channel.ts'

const OF_FAILURES: readonly NoticeKind[] = [
  'job.failed',
  'job.failing',
  'job.missed',
  'job.uncertain',
  'job.late',
  'job.long',
]
const OF_SUCCESSES: readonly NoticeKind[] = ['job.succeeded', 'job.recovered']
/** Mailed to the owner of the job who asked for it, whether or not the job says so. */
const OF_SWITCHING_OFF: readonly NoticeKind[] = ['job.disabled', 'job.auto_paused']

/** Whether what a job mails to this user goes out at once. Good news can wait for the daily digest, bad news cannot. */
export const isMailed = (kind: NoticeKind, wishes: NoticeSwitches): boolean => {
  if (OF_FAILURES.includes(kind)) return wishes.emailOnFailure
  if (OF_SUCCESSES.includes(kind)) return wishes.emailOnSuccess && !wishes.dailyDigest
  return true
}

export const concernsOwner = (kind: NoticeKind): boolean => OF_SWITCHING_OFF.includes(kind)

/** In a digest, what is lighter comes first: what went wrong, what needs a look, and all else. */
export const weightOf = (kind: NoticeKind): number =>
  OF_FAILURES.includes(kind) ? 0 : OF_SWITCHING_OFF.includes(kind) || kind === 'job.ends_soon' ? 1 : 2
