/** Messages on their way, at least once each: whoever sends one takes it for a while, and it goes again when nothing is heard. */
import { type RawBuilder, sql } from 'kysely'
import type { ChannelKind, DeliveryState } from '../../domain/notice.ts'
import type { DeliveryRow, OutboxStore } from '../outbox.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { type Access, written } from './unit.ts'

type Row = {
  readonly id: string
  readonly workspace_key: number
  readonly event_number: number | null
  readonly channel: string
  readonly recipient: string
  readonly facts: string
  readonly state: number
  readonly attempts: number
  readonly created_at: number
  readonly not_before: number
  readonly give_up_at: number
  readonly ended_at: number | null
  readonly last_error: string | null
}

const STATE_CODE = { waiting: 0, sent: 1, failed: 2 } as const satisfies Record<DeliveryState, number>
const STATES = ['waiting', 'sent', 'failed'] as const
const LONGEST_ERROR = 500

type Deliveries = Pick<
  OutboxStore,
  'due' | 'claim' | 'attempted' | 'postpone' | 'sentSince' | 'list' | 'delivery' | 'retry' | 'depth' | 'forget'
>

export const createDeliveries = ({ read, write }: Access): Deliveries => {
  const change = (ids: readonly string[], set: RawBuilder<unknown>, expect?: number, and = sql`1 = 1`) =>
    write([
      written(read, sql`update delivery set ${set} where id in (${sql.join(ids)}) and state = 0 and ${and}`, expect),
    ])
  const rows = async (text: RawBuilder<Row>) => (await text.execute(read)).rows.map(deliveryOf)

  return {
    due: (now, limit) =>
      rows(sql`select * from delivery where state = 0 and not_before <= ${now} and claimed_until <= ${now}
        order by not_before, id limit ${limit}`),

    claim: async (ids, now, until) =>
      (await change(ids, sql`claimed_until = ${until}`, ids.length, sql`claimed_until <= ${now}`)) !== null,

    attempted: async (end) => {
      const { ids, now } = end
      const tried = sql`attempts = attempts + 1, claimed_until = 0`
      if (end.to === 'sent') {
        const { messageId } = end
        await change(ids, sql`${tried}, state = 1, ended_at = ${now}, message_id = ${messageId}, last_error = null`)
        return
      }
      const error = end.error.slice(0, LONGEST_ERROR)
      await change(
        ids,
        end.to === 'failed'
          ? sql`${tried}, state = 2, ended_at = ${now}, last_error = ${error}`
          : sql`${tried}, not_before = ${end.notBefore}, last_error = ${error}`,
      )
    },

    postpone: async (ids, notBefore) => {
      await change(ids, sql`not_before = ${notBefore}`)
    },

    sentSince: async ({ workspaceKey, channel, recipient }, since) => {
      const { rows: sent } = await sql<{ ended_at: number; count: number }>`
        select max(ended_at) as ended_at, count(*) as count from delivery
        where workspace_key = ${workspaceKey} and channel = ${channel} and recipient = ${recipient} and state = 1
          and ended_at > ${since}
        group by message_id`.execute(read)
      const groups = sent.filter(({ count }) => count > 1).map(({ ended_at }) => ended_at)
      return { messages: sent.length, lastGroupAt: groups.length === 0 ? null : Math.max(...groups) }
    },

    list: async (workspaceKey, { state, channel, cursor, limit }) => {
      const place = cursor === null ? null : decodeCursor(cursor)
      const { rows: page } = await sql<Row>`
        select * from delivery where workspace_key = ${workspaceKey}
          ${state === null ? sql`` : sql`and state = ${STATE_CODE[state]}`}
          ${channel === null ? sql`` : sql`and channel = ${channel}`}
          ${place === null ? sql`` : sql`and (created_at, id) < (${place.value}, ${place.key})`}
        order by created_at desc, id desc limit ${limit + 1}`.execute(read)
      return pageOf(page, limit, ({ created_at, id }) => ({ value: created_at, key: id }), deliveryOf)
    },

    delivery: async (workspaceKey, id) =>
      (await rows(sql`select * from delivery where id = ${id} and workspace_key = ${workspaceKey}`))[0] ?? null,

    retry: async (workspaceKey, id, now, giveUpAt) => {
      const again = sql`
        update delivery set state = 0, ended_at = null, claimed_until = 0, not_before = ${now}, give_up_at = ${giveUpAt}
        where workspace_key = ${workspaceKey} and id = ${id} and state = 2`
      return (await write([written(read, again, 1)])) !== null
    },

    depth: async () => {
      const { rows: found } = await sql<{ waiting: number; oldest: number | null }>`
        select count(*) as waiting, min(created_at) as oldest from delivery where state = 0`.execute(read)
      return { waiting: found[0]?.waiting ?? 0, oldestAt: found[0]?.oldest ?? null }
    },

    forget: async (before, limit) => {
      const old = sql`select id from delivery where state <> 0 and ended_at < ${before} limit ${limit}`
      const told = sql`select at from told_once where at < ${before} order by at limit 1 offset ${limit}`
      const results = await write([
        written(read, sql`delete from delivery where id in (${old})`),
        written(read, sql`delete from told_once where at < coalesce((${told}), ${before})`),
      ])
      return (results ?? []).reduce((total, { changes }) => total + changes, 0)
    },
  }
}

const deliveryOf = (row: Row): DeliveryRow => ({
  id: row.id,
  workspaceKey: row.workspace_key,
  eventNumber: row.event_number,
  channel: row.channel as ChannelKind,
  recipient: row.recipient,
  facts: JSON.parse(row.facts) as Record<string, unknown>,
  state: STATES[row.state] as DeliveryState,
  attempts: row.attempts,
  createdAt: row.created_at,
  notBefore: row.not_before,
  giveUpAt: row.give_up_at,
  endedAt: row.ended_at,
  lastError: row.last_error,
})
