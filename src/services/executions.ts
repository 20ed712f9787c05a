/** The executions of a workspace: find, cancel, try again. */
import type { Action } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid, notFound } from '../domain/errors.ts'
import { isFinished, mayBecome, type Status, type Trigger } from '../domain/execution.ts'
import { isId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import type { Page } from '../domain/page.ts'
import type { AttemptRow, ExecutionFilter, ExecutionRow, Standing } from '../store/store.ts'
import { allow, allowSome, jobFor, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { type ExecutionView, executionView } from './execution-view.ts'
import { noting } from './noting.ts'
import { pageOf } from './paging.ts'

type ExecutionQuery = {
  readonly jobId?: string | undefined
  readonly statuses?: readonly Status[] | undefined
  readonly trigger?: Trigger | undefined
  /** By time of creation, epoch ms: from inclusive, until exclusive. */
  readonly from?: number | undefined
  readonly until?: number | undefined
  readonly descending: boolean
  readonly cursor: string | null
  readonly limit: number
}

export type Executions = {
  readonly list: (actor: Actor, query: ExecutionQuery) => Promise<Page<ExecutionView>>
  readonly get: (actor: Actor, id: string) => Promise<ExecutionView & { readonly attempts: readonly AttemptRow[] }>
  /** The execution when it has ended, or as it stands after so many milliseconds. */
  readonly ended: (actor: Actor, id: string, withinMs: number) => Promise<ExecutionView>
  /** conflict when it had ended; stale when it no longer stands where the caller saw it. */
  readonly cancel: (actor: Actor, id: string, ifAt?: Standing | null) => Promise<ExecutionView>
  /** conflict when it is not failed, cancelled or uncertain; stale when it no longer stands where the caller saw it. */
  readonly retry: (actor: Actor, id: string, ifAt?: Standing | null) => Promise<ExecutionView>
  /** The record is gone for good. conflict while it has not ended, and when its job was deleted. */
  readonly forget: (actor: Actor, id: string) => Promise<void>
  /** All that has ended of what the job ran; what is under way stays. Answers how many. */
  readonly forgetOf: (actor: Actor, jobId: string) => Promise<number>
}

/** Somebody waits for it: most calls end soon, and a slow one is not asked for too often. */
const FIRST_LOOK_MS = 20
const LATER_LOOKS_MS = 250

export const createExecutions = (deps: Deps): Executions => {
  const { store, clock, auth, signals } = deps
  const changing = (actor: Actor, deed: 'execution.cancelled' | 'execution.retried', { id, jobId }: ExecutionRow) =>
    noting(deps, actor, { deed, subject: { kind: 'execution', id }, jobId }).executions

  const executionFor = async (
    actor: Actor,
    action: Action,
    id: string,
  ): Promise<{ execution: ExecutionRow; job: Job | null }> => {
    allowSome(actor, action)
    const execution = isId(id) ? await store.executions.byId(actor.workspaceKey, id) : null
    if (execution === null) throw notFound('execution', id)
    const job = await store.jobs.byId(actor.workspaceKey, execution.jobId)
    allow(actor, action, job?.ownerId ?? null)
    return { execution, job }
  }

  const reread = async (actor: Actor, id: string): Promise<ExecutionView> => {
    const execution = await store.executions.byId(actor.workspaceKey, id)
    if (execution === null) throw notFound('execution', id)
    return executionView(execution)
  }

  return {
    list: async (actor, query) => {
      allow(actor, 'execution.view', null)
      const { workspaceKey } = actor
      const { cursor, limit, jobId, statuses, trigger, from, until, descending } = query
      if (from !== undefined && until !== undefined && from >= until) {
        throw invalid('until', until, 'give an instant later than `from`')
      }
      const job = jobId === undefined ? null : await jobFor(store, actor, 'job.view', jobId)
      const filter: Omit<ExecutionFilter, 'cursor' | 'limit'> = {
        descending,
        ...(job === null ? {} : { jobKey: job.key }),
        ...(statuses === undefined ? {} : { statuses }),
        ...(trigger === undefined ? {} : { trigger }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      }
      return pageOf(
        auth.cursors,
        { cursor, limit, scope: { workspaceKey, list: 'executions', filter } },
        (inner) => store.executions.list(workspaceKey, { ...filter, ...inner }),
        (rows) => rows.map(executionView),
      )
    },

    get: async (actor, id) => {
      const { execution } = await executionFor(actor, 'execution.view', id)
      const attempts = await store.executions.attempts(actor.workspaceKey, id)
      return { ...executionView(execution), attempts }
    },

    ended: async (actor, id, withinMs) => {
      const until = clock.monotonic() + withinMs
      const { execution } = await executionFor(actor, 'execution.view', id)
      let present = executionView(execution)
      for (let pauseMs = FIRST_LOOK_MS; !isFinished(present.status); pauseMs = Math.min(2 * pauseMs, LATER_LOOKS_MS)) {
        const left = until - clock.monotonic()
        if (left <= 0) break
        await new Promise<void>((resolve) => void clock.after(Math.min(pauseMs, left), resolve))
        present = await reread(actor, id)
      }
      return present
    },

    cancel: async (actor, id, ifAt = null) => {
      const { execution } = await executionFor(actor, 'execution.change', id)
      refuseMoved(execution, ifAt)
      const { cancel } = changing(actor, 'execution.cancelled', execution)
      const was = await cancel(actor.workspaceKey, id, clock.now(), ifAt)
      if (was === null) {
        if (ifAt !== null) refuseMoved(await reread(actor, id), ifAt)
        const { status } = isFinished(execution.status) ? execution : await reread(actor, id)
        throw new DomainError(
          'conflict',
          `Only a pending or running execution can be cancelled; this one is ${status}.`,
        )
      }
      if (was === 'running') signals.cancelled(id)
      // Another one of the job may have waited for this one.
      signals.wake()
      return reread(actor, id)
    },

    retry: async (actor, id, ifAt = null) => {
      const { execution, job } = await executionFor(actor, 'execution.change', id)
      refuseMoved(execution, ifAt)
      if (job === null) throw new DomainError('conflict', 'The job of this execution was deleted.')
      const isRetried =
        mayBecome(execution.status, 'pending') &&
        isFinished(execution.status) &&
        (await changing(actor, 'execution.retried', execution).retry(
          actor.workspaceKey,
          id,
          userIdOf(actor),
          clock.now(),
          ifAt,
        ))
      if (!isRetried) {
        if (ifAt !== null) refuseMoved(await reread(actor, id), ifAt)
        throw new DomainError(
          'conflict',
          `Only a failed, cancelled or uncertain execution can be tried again; this one is ${execution.status}.`,
        )
      }
      signals.wake()
      return reread(actor, id)
    },

    forget: async (actor, id) => {
      const { execution, job } = await executionFor(actor, 'execution.change', id)
      if (job === null) throw new DomainError('conflict', 'The job of this execution was deleted.')
      if (!isFinished(execution.status))
        throw new DomainError('conflict', `Only what has ended can be deleted; this one is ${execution.status}.`)
      const note = { deed: 'execution.forgotten', subject: { kind: 'execution', id }, jobId: job.id } as const
      await noting(deps, actor, note).retention.forget({ ...job, jobKey: job.key }, id)
    },

    forgetOf: async (actor, jobId) => {
      const job = await jobFor(store, actor, 'job.change', jobId)
      const note = { deed: 'job.history_cleared', subject: { kind: 'job', id: job.id } } as const
      return noting(deps, actor, note).retention.forget({ ...job, jobKey: job.key }, null)
    },
  }
}

const refuseMoved = ({ status, attempt }: Standing, ifAt: Standing | null): void => {
  if (ifAt === null || (status === ifAt.status && attempt === ifAt.attempt)) return
  throw new DomainError('stale', `It has moved on: it is ${status} at attempt ${attempt} now. Read it again.`)
}
