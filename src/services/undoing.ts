/** The versions of a job, and the way back to one of them. */
import { may } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid, notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import type { Change, FormerJob, KnownJob, Store } from '../store/store.ts'
import { allow, allowSome, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { nextInstant, stateWith } from './due.ts'
import { createEndDates, refuseExpired } from './end-dates.ts'
import { jobFacts } from './facts.ts'
import type { Draft } from './job-draft.ts'
import { type JobView, jobViews } from './job-view.ts'
import { differing, noting } from './noting.ts'
import { draftWithVariables } from './target-variables.ts'
import { refuseAddress } from './targets.ts'
import { written } from './written.ts'

export type VersionView = {
  readonly version: number
  readonly state: FormerJob['state']
  readonly name: string
  readonly fromAt: number
  /** Null: it is in force. */
  readonly untilAt: number | null
  /** How it came to be; null where that is no longer known. */
  readonly change: Change | 'created' | null
  /** The user or key that made it; null: the server itself, or no longer known. */
  readonly changedBy: string | null
  /** What differs from the version before. */
  readonly fields: readonly string[]
}

/** How `jobs.ts` changes a job: guarded, with what it left undone told, as one transaction. */
export type Rewrite = (
  actor: Actor,
  id: string,
  ifVersion: number | null,
  how: {
    readonly deed: 'job.undone'
    readonly wanted: (before: Job) => Promise<Draft & { readonly ownerId?: string; readonly enabled: boolean }>
  },
) => Promise<Job>

export const createUndoing = (deps: Deps, rewrite: Rewrite) => {
  const { store, clock, auth, signals, mayCall } = deps
  const { today } = createEndDates(deps)

  const factsOf = (job: Job, state: FormerJob | Job) => jobFacts(auth.secrets, job, state)

  /** Newest first: the present one, then those it replaced. */
  const history = async (actor: Actor, id: string): Promise<readonly VersionView[]> => {
    const { job, deletedAt } = await knownJobFor(store, actor, 'job.view', id)
    const former = await store.history.formerJobs(job.key)
    const present = { ...job, state: deletedAt === null ? job.state : 'deleted' } as const
    return [{ ...present, fromAt: former[0]?.untilAt ?? job.createdAt, untilAt: null }, ...former].map(
      (version, place): VersionView => {
        const before = former[place]
        const { state, name, fromAt, untilAt } = version
        return {
          version: version.version,
          state,
          name,
          fromAt,
          untilAt,
          change: before?.leftBy ?? (fromAt === job.createdAt ? 'created' : null),
          changedBy: before?.changedBy ?? null,
          fields: before === undefined ? [] : differing(factsOf(job, before), jobFacts(auth.secrets, job, version)),
        }
      },
    )
  }

  const undo = async (
    actor: Actor,
    id: string,
    { toVersion }: { readonly toVersion?: number | undefined },
    ifVersion: number | null,
  ): Promise<JobView> => {
    const known = await knownJobFor(store, actor, 'job.change', id)
    const former = await store.history.formerJobs(known.job.key)
    const wanted = toVersion === undefined ? former[0] : former.find(({ version }) => version === toVersion)
    if (wanted === undefined) throw noVersion(known.job, former, toVersion)
    if (known.deletedAt !== null) return restore(actor, id, { wanted, newest: former[0], ifVersion })
    if (wanted.state === 'deleted')
      throw invalid('toVersion', toVersion, 'this version was a deleted job; delete it instead')

    // What cannot be enabled again is not half brought back.
    if (wanted.state !== 'paused') refuseExpired(wanted.timetable, today())
    const job = await rewrite(actor, id, ifVersion, {
      deed: 'job.undone',
      wanted: async (before) => {
        refuseAddress(wanted.target, mayCall)
        const { name, description, timetable, target, policies, metadata, categoryKey, teamKey } = wanted
        const draft = { name, description, timetable, target, policies, metadata, categoryKey, teamKey }
        const isGiven = wanted.ownerId !== '' && may(actor, 'job.give', before.ownerId)
        const supplied = { ...draftWithVariables(draft, id, before), enabled: wanted.state !== 'paused' }
        return isGiven ? { ...supplied, ownerId: wanted.ownerId } : supplied
      },
    })
    return viewOf(job)
  }

  /** As it was when it was deleted; what fell due meanwhile did not exist. */
  const restore = async (
    actor: Actor,
    id: string,
    { wanted, newest, ifVersion }: { wanted: FormerJob; newest: FormerJob | undefined; ifVersion: number | null },
  ): Promise<JobView> => {
    if (wanted !== newest) {
      throw invalid(
        'toVersion',
        wanted.version,
        'a deleted job is first brought back as it was; undo further after that',
      )
    }
    const restored = await written({
      ifVersion,
      read: async () => {
        const { job, deletedAt } = await knownJobFor(store, actor, 'job.change', id)
        if (deletedAt === null) throw new DomainError('conflict', 'Somebody else has brought it back meanwhile.')
        return job
      },
      write: (job) => {
        const now = clock.now()
        const dueAt = nextInstant(job, now)
        const state = wanted.state === 'paused' ? 'paused' : stateWith(job.timetable, dueAt)
        const ownerId = job.ownerId === '' ? userIdOf(actor) : job.ownerId
        if (ownerId === null) throw new DomainError('conflict', 'Its owner is gone; a person has to bring it back.')
        const note = {
          deed: 'job.restored',
          subject: { kind: 'job', id },
          after: jobFacts(auth.secrets, job, { ...job, state }),
        } as const
        const due = state === 'active' ? dueAt : null
        return noting(deps, actor, note).history.restore(job, { ownerId, state, dueAt: due, now })
      },
    })
    signals.wake()
    return viewOf(restored)
  }

  const viewOf = async (job: Job): Promise<JobView> => (await jobViews(deps, job.workspaceKey, [job]))[0] as JobView

  return { history, undo }
}

/** The job, if the actor may do this to it, deleted or not. */
export const knownJobFor = async (
  store: Store,
  actor: Actor,
  action: 'job.view' | 'job.change',
  id: string,
): Promise<KnownJob> => {
  allowSome(actor, action)
  const known = isId(id) ? await store.history.knownJob(actor.workspaceKey, id) : null
  if (known === null) throw notFound('job', id)
  allow(actor, action, known.job.ownerId === '' ? null : known.job.ownerId)
  return known
}

const noVersion = (job: Job, former: readonly FormerJob[], wanted: number | undefined): DomainError => {
  if (wanted === undefined) return new DomainError('conflict', 'It was never changed: there is nothing to undo.')
  if (wanted === job.version) return invalid('toVersion', wanted, 'this is the present version')
  const known = former.map(({ version }) => version)
  const right = known.length === 0 ? 'it was never changed' : `those kept are ${known.slice(0, 10).join(', ')}`
  return invalid('toVersion', wanted, right)
}
