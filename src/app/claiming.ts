/** Whether due jobs are being claimed, and if not, why: the first reason that a person would have to mend. */
import type { Ledger } from '../store/store.ts'

export type ClaimingFacts = {
  readonly enabled: boolean
  readonly scheduling: boolean
  readonly stopping: boolean
  readonly held: boolean
  readonly diskFull: boolean
}

export const claimingState = (facts: ClaimingFacts): { readonly on: boolean; readonly reason: string | null } => {
  const reason = reasonOf(facts)
  return { on: reason === null, reason }
}

const reasonOf = ({ enabled, scheduling, stopping, held, diskFull }: ClaimingFacts): string | null => {
  if (stopping) return 'this process is stopping'
  if (!enabled) return 'SCHEDULER_ENABLED is off'
  if (held) return 'the operator holds it (carillon scheduling resume)'
  if (diskFull) return 'the disk is full'
  return scheduling ? null : 'another process schedules on this database, or the lease of this one was lost'
}

/** SQLite's words for it; the store's error keeps them as its cause. */
const DISK_FULL = /database or disk is full/i

/** Remembers whether the last write met a full disk. */
export const watchDisk = (ledger: Ledger): { readonly ledger: Ledger; readonly isFull: () => boolean } => {
  let full = false
  const watched = async <Result>(writing: Promise<Result>): Promise<Result> => {
    try {
      const result = await writing
      full = false
      return result
    } catch (error) {
      full = error instanceof Error && error.cause instanceof Error && DISK_FULL.test(error.cause.message)
      throw error
    }
  }
  return {
    ledger: {
      ...ledger,
      join: (...given) => watched(ledger.join(...given)),
      renew: (...given) => watched(ledger.renew(...given)),
      commit: (batch) => watched(ledger.commit(batch)),
    },
    isFull: () => full,
  }
}
