/** One action for many jobs: each on its own, with its own rights and its own result. */
import type { Action } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid } from '../domain/errors.ts'
import type { JobState } from '../domain/job.ts'
import type { MisfireMode } from '../domain/policies.ts'
import type { JobFilter } from '../store/store.ts'
import { allow, allowSome, jobFor, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import type { JobEdit } from './job-draft.ts'
import type { JobView } from './job-view.ts'
import type { Jobs } from './jobs.ts'
import { forEachOf } from './turns.ts'

export type BulkAction =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume'; readonly catchUp?: MisfireMode | undefined }
  | { readonly kind: 'delete' }
  /** The id of each execution, for a request that may be repeated. */
  | { readonly kind: 'run'; readonly executionIdFor?: ((jobId: string) => string) | undefined }
  | { readonly kind: 'edit'; readonly editOf: (job: JobView) => JobEdit }

export type JobSelection = {
  readonly state?: JobState | undefined
  /** A user id, or `me`. */
  readonly owner?: string | undefined
  readonly search?: string | undefined
}

export type BulkRequest = {
  readonly action: BulkAction
  /** One of the two. */
  readonly ids?: readonly string[] | undefined
  readonly filter?: JobSelection | undefined
  /** Refused as conflict when another number of jobs is meant. */
  readonly confirmCount?: number | undefined
  /** Only say what would be done to which. */
  readonly dryRun: boolean
}

export type BulkItem = {
  readonly id: string
  /** Null: done. */
  readonly error: DomainError | null
  /** Of a run. */
  readonly executionId: string | null
}

export type Bulk = (actor: Actor, request: BulkRequest) => Promise<readonly BulkItem[]>

const MOST_AT_ONCE = 1000
/** A pause may wait 50 ms for what was claimed ahead: so many wait together. */
const SIDE_BY_SIDE = 32
const PAGE = 500
const MOST_TRIES = 3

const NEEDS: Readonly<Record<BulkAction['kind'], Action>> = {
  pause: 'job.change',
  resume: 'job.change',
  delete: 'job.change',
  run: 'job.run',
  edit: 'job.change',
}

export const createBulk = ({ store }: Deps, jobs: Jobs): Bulk => {
  const selected = async (actor: Actor, filter: JobSelection): Promise<string[]> => {
    allow(actor, 'job.view', null)
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page = await store.jobs.list(actor.workspaceKey, { ...filterOf(actor, filter), cursor, limit: PAGE })
      ids.push(...page.items.map(({ id }) => id))
      if (ids.length > MOST_AT_ONCE) {
        throw invalid('filter', undefined, `it means more than ${MOST_AT_ONCE} jobs; narrow it, or name ids in parts`)
      }
      cursor = page.nextCursor
    } while (cursor !== null)
    return ids
  }

  const edited = async (actor: Actor, id: string, editOf: (job: JobView) => JobEdit): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const present = await jobs.get(actor, id)
      try {
        await jobs.update(actor, id, editOf(present), present.version)
        return
      } catch (error) {
        // Joined with the job as read; when somebody else was quicker, with what they wrote.
        const wasQuicker = error instanceof DomainError && error.code === 'stale'
        if (!wasQuicker || tries === MOST_TRIES) throw error
      }
    }
  }

  const act = async (actor: Actor, id: string, action: BulkAction): Promise<string | null> => {
    switch (action.kind) {
      case 'pause':
        await jobs.pause(actor, id)
        return null
      case 'resume':
        await jobs.resume(actor, id, { catchUp: action.catchUp })
        return null
      case 'delete':
        await jobs.delete(actor, id, null)
        return null
      case 'run':
        return (await jobs.run(actor, id, {}, { executionId: action.executionIdFor?.(id) })).id
      case 'edit':
        await edited(actor, id, action.editOf)
        return null
    }
  }

  return async (actor, { action, ids, filter, confirmCount, dryRun }) => {
    allowSome(actor, NEEDS[action.kind])
    const meant = ids === undefined ? await selected(actor, filter ?? {}) : [...new Set(ids)]
    if (meant.length > MOST_AT_ONCE) throw invalid('ids', meant.length, `at most ${MOST_AT_ONCE} jobs at once`)
    if (confirmCount !== undefined && confirmCount !== meant.length) {
      throw new DomainError('conflict', `${meant.length} jobs are meant, not ${confirmCount}; nothing was done.`)
    }
    const actOrJudge = async (id: string): Promise<string | null> => {
      if (!dryRun) return act(actor, id, action)
      await jobFor(store, actor, NEEDS[action.kind], id)
      return null
    }
    return forEachOf(meant, SIDE_BY_SIDE, async (id): Promise<BulkItem> => {
      try {
        return { id, error: null, executionId: await actOrJudge(id) }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        return { id, error, executionId: null }
      }
    })
  }
}

export const filterOf = (actor: Actor, { state, owner, search }: JobSelection): Omit<JobFilter, 'cursor' | 'limit'> => {
  const ownerId = owner === 'me' ? (userIdOf(actor) ?? undefined) : owner
  return {
    sort: 'created_at',
    descending: false,
    ...(state === undefined ? {} : { state }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(search === undefined ? {} : { search }),
  }
}
