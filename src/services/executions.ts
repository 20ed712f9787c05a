/** The executions of a workspace: find, cancel, try again. */
import type { Actor } from '../domain/actor.ts'
import type { Status, Trigger } from '../domain/execution.ts'
import type { Page } from '../domain/page.ts'
import type { AttemptRow } from '../store/store.ts'
import type { ExecutionView } from './execution-view.ts'

export type ExecutionQuery = {
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
  /** conflict when it had ended. */
  readonly cancel: (actor: Actor, id: string) => Promise<ExecutionView>
  /** conflict when it is not failed, cancelled or uncertain. */
  readonly retry: (actor: Actor, id: string) => Promise<ExecutionView>
}
