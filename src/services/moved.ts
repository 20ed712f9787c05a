/** Tells the audit log of jobs that wait for another instant, since the rules of time zones changed (P9). */
import type { Deps } from './deps.ts'
import { auditActor, entryOf } from './noting.ts'

export type MovedJob = {
  readonly workspaceKey: number
  readonly jobId: string
  readonly from: number
  readonly to: number | null
}

/** Entries that are on their way at once: they share commits. */
const AT_ONCE = 200

export const createTellMoved =
  (deps: Pick<Deps, 'store' | 'clock' | 'auth'>) =>
  async (jobs: readonly MovedJob[]): Promise<void> => {
    for (let at = 0; at < jobs.length; at += AT_ONCE) {
      const entries = jobs.slice(at, at + AT_ONCE).map(({ workspaceKey, jobId, from, to }) =>
        entryOf(deps, auditActor({ kind: 'system', workspaceKey }), workspaceKey, {
          deed: 'job.moved',
          subject: { kind: 'job', id: jobId },
          before: { next_run_at: from },
          after: { next_run_at: to },
        }),
      )
      await Promise.all(entries.map(deps.store.audit.append))
    }
  }
