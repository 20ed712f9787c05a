/** What an occurrence does while another execution of its job is still there. Pure. */
import type { Overlap } from '../domain/policies.ts'
import type { Claim } from '../store/store.ts'

/** How the runs of a claim are born under each overlap policy, and what the store checks or ends in the same transaction. */
export type Entry = Pick<Claim, 'onlyIf' | 'cancelOthers' | 'exclusive'> & {
  readonly runsAs: 'leased' | 'pending' | 'skipped'
}

export type Others = {
  /** Executions of the job that wait and were never tried, catch-up work apart; only who queues needs to know. */
  readonly queued: number
  /** An execution of the job holds a lease, as `onlyIf: idle` found out. */
  readonly busy: boolean
  /** A limit holds for the job: its runs wait in the queue until there is room. */
  readonly limited: boolean
}

export const entryFor = (overlap: Overlap, others: Others): Entry =>
  others.limited ? behindItsLimits(overlap, others) : atOnce(overlap, others)

/** What waits for its limits counts like what runs: an occurrence is skipped behind it, or takes its place. */
const behindItsLimits = (overlap: Overlap, others: Others): Entry => {
  const entry = atOnce(overlap, others)
  if (overlap === 'skip' && others.queued > 0) return { ...entry, runsAs: 'skipped', onlyIf: 'always' }
  return entry.runsAs === 'leased' ? { ...entry, runsAs: 'pending' } : entry
}

const atOnce = (overlap: Overlap, { queued, busy }: Others): Entry => {
  switch (overlap) {
    case 'allow':
      return { runsAs: 'leased', onlyIf: 'always', cancelOthers: false, exclusive: false }
    case 'skip':
      return busy
        ? { runsAs: 'skipped', onlyIf: 'always', cancelOthers: false, exclusive: true }
        : { runsAs: 'leased', onlyIf: 'idle', cancelOthers: false, exclusive: true }
    case 'cancel_other':
      return { runsAs: 'leased', onlyIf: 'always', cancelOthers: true, exclusive: true }
    // The queue is the table of pending executions: what enters there keeps its order, also when nothing runs just now.
    case 'queue_one':
      return { runsAs: queued > 0 ? 'skipped' : 'pending', onlyIf: 'always', cancelOthers: false, exclusive: true }
    case 'queue_all':
      return { runsAs: 'pending', onlyIf: 'always', cancelOthers: false, exclusive: true }
  }
}
