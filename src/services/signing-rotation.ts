/** A new signing secret for a job, beside the present one, so that no receiver has to change over at the very moment. */
import type { Actor } from '../domain/actor.ts'
import { DomainError } from '../domain/errors.ts'
import { signingOf } from '../domain/target.ts'
import { jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { jobFacts } from './facts.ts'
import { type JobView, jobViews, withNewSecret } from './job-view.ts'
import { noting } from './noting.ts'
import { nextSecret, rotatedSigning } from './target-signing.ts'
import { written } from './written.ts'

export type Rotation = {
  /** Undefined: one is made, and shown in the answer. */
  readonly secret?: string | undefined
  /** How long the present secret signs on; 0 ends it at once. */
  readonly previousValidMs: number
  readonly ifVersion?: number | null
}

export const rotationOf = (deps: Deps) => {
  const { store, clock, auth, signals } = deps
  return async (
    actor: Actor,
    id: string,
    { secret, previousValidMs, ifVersion = null }: Rotation,
  ): Promise<JobView> => {
    const next = nextSecret(secret, previousValidMs)
    const job = await written({
      ifVersion,
      read: () => jobFor(store, actor, 'job.change', id),
      write: async (before) => {
        const signing = signingOf(before.target)
        if (signing === undefined) {
          throw new DomainError('conflict', 'The requests of this job are not signed; give it target.signing first.')
        }
        const now = clock.now()
        const validUntil = previousValidMs === 0 ? null : now + previousValidMs
        const owner = { workspaceKey: before.workspaceKey, jobId: before.id }
        const rotated = rotatedSigning(signing, { secret: next, validUntil }, { secrets: auth.secrets, owner })
        const target = { ...before.target, signing: rotated }
        const note = {
          deed: 'job.secret_rotated',
          subject: { kind: 'job', id },
          before: jobFacts(auth.secrets, before, before),
          after: jobFacts(auth.secrets, before, { ...before, target }),
        } as const
        return noting(deps, actor, note).jobs.update(before, { target }, { now, expectedDueAt: null })
      },
    })
    await signals.changed(job.key)
    signals.wake()
    const [view] = await jobViews(deps, job.workspaceKey, [job])
    return withNewSecret(view as JobView, secret === undefined ? next : null)
  }
}
