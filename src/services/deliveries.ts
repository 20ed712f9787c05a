/** Messages on their way out of the workspace: what became of each, and another try of one that was given up. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import { type ChannelKind, type DeliveryState, GIVE_UP_AFTER_MS } from '../domain/notice.ts'
import type { Page } from '../domain/page.ts'
import type { DeliveryRow } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { noting } from './noting.ts'
import { type PageRequest, pageOf } from './paging.ts'

export type DeliveryView = Pick<
  DeliveryRow,
  'id' | 'channel' | 'recipient' | 'state' | 'attempts' | 'createdAt' | 'giveUpAt' | 'endedAt' | 'lastError'
> & {
  /** What it tells of, such as `job.failed`. */
  readonly kind: string
  readonly jobId: string | null
  readonly jobName: string | null
  readonly executionId: string | null
  /** Null when it has ended. */
  readonly nextAttemptAt: number | null
}

export type Deliveries = {
  /** Newest first. */
  readonly list: (
    actor: Actor,
    query: PageRequest & {
      readonly state?: DeliveryState | undefined
      readonly channel?: ChannelKind | undefined
    },
  ) => Promise<Page<DeliveryView>>
  readonly get: (actor: Actor, id: string) => Promise<DeliveryView>
  /** `conflict` for one that was not given up. It is tried for another day. */
  readonly retry: (actor: Actor, id: string) => Promise<DeliveryView>
}

export const createDeliveries = (deps: Deps): Deliveries => {
  const { store, clock, auth } = deps

  const find = async ({ workspaceKey }: Actor, id: string): Promise<DeliveryRow> => {
    const row = isId(id) ? await store.outbox.delivery(workspaceKey, id) : null
    if (row === null) throw notFound('delivery', id)
    return row
  }

  return {
    list: async (actor, { state = null, channel = null, ...page }) => {
      allow(actor, 'channel.view', null)
      const { workspaceKey } = actor
      const filter = { state, channel }
      return pageOf(
        auth.cursors,
        { ...page, scope: { workspaceKey, list: 'deliveries', filter } },
        (inner) => store.outbox.list(workspaceKey, { ...filter, ...inner }),
        (rows) => rows.map(deliveryView),
      )
    },
    get: async (actor, id) => {
      allow(actor, 'channel.view', null)
      return deliveryView(await find(actor, id))
    },
    retry: async (actor, id) => {
      allow(actor, 'channel.change', null)
      const { state } = await find(actor, id)
      const now = clock.now()
      const note = { deed: 'delivery.retried', subject: { kind: 'delivery', id } } as const
      const { outbox } = noting(deps, actor, note)
      if (state !== 'failed' || !(await outbox.retry(actor.workspaceKey, id, now, now + GIVE_UP_AFTER_MS)))
        throw new DomainError('conflict', 'Only a delivery that was given up is tried again; this one was not.')
      return deliveryView(await find(actor, id))
    },
  }
}

/** Facts are read with care: they are as an earlier release may have written them. */
export const deliveryView = ({ facts, ...row }: DeliveryRow): DeliveryView => {
  const job = recordOf(facts.job)
  return {
    id: row.id,
    channel: row.channel,
    recipient: row.recipient,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.createdAt,
    giveUpAt: row.giveUpAt,
    endedAt: row.endedAt,
    lastError: row.lastError,
    kind: textOf(facts.kind) ?? 'unknown',
    jobId: textOf(job.id),
    jobName: textOf(job.name),
    executionId: textOf(recordOf(facts.execution).id),
    nextAttemptAt: row.state === 'waiting' ? row.notBefore : null,
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
