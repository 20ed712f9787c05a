/** What an occurrence does while another execution of its job is still there. Pure. */
import type { Overlap } from '../domain/policies.ts'
import type { Claim } from '../store/store.ts'

/** How the runs of a claim are born under each overlap policy, and what the store checks or ends in the same transaction. */
export type Entry = Pick<Claim, 'onlyIf' | 'cancelOthers' | 'exclusive'> & {
  readonly runsAs: 'leased' | 'pending' | 'skipped'
}

/** `queued`: executions of the job that wait and were never tried; only the queueing policies need to know. */
export const entryFor = (overlap: Overlap, queued: number): Entry => {
  switch (overlap) {
    case 'allow':
      return { runsAs: 'leased', onlyIf: 'always', cancelOthers: false, exclusive: false }
    case 'skip':
      return { runsAs: 'leased', onlyIf: 'idle', cancelOthers: false, exclusive: true }
    case 'cancel_other':
      return { runsAs: 'leased', onlyIf: 'always', cancelOthers: true, exclusive: true }
    // The queue is the table of pending executions: what enters there keeps its order, also when nothing runs just now.
    case 'queue_one':
      return { runsAs: queued > 0 ? 'skipped' : 'pending', onlyIf: 'always', cancelOthers: false, exclusive: true }
    case 'queue_all':
      return { runsAs: 'pending', onlyIf: 'always', cancelOthers: false, exclusive: true }
  }
}

/** A claim that met a running execution, under `skip`: its occurrences become rows that say so. */
export const skippedFor = (claim: Claim): Claim => ({
  ...claim,
  onlyIf: 'always',
  countRuns: 0,
  executions: claim.executions.map((row) =>
    row.status === 'leased' ? { ...row, status: 'skipped', reason: 'overlap' } : row,
  ),
})
