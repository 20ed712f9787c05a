/** Tickets of requests that a client may repeat, in SQL that every engine understands. */
import type { Kysely, Selectable } from 'kysely'
import type { NewTicket, Ticket, TicketRow, TicketStore } from '../tickets.ts'
import type { Tables, TicketTable } from './tables.ts'
import { type Access, DuplicateKey, lastRow, type Statement, type StatementResult, statement } from './unit.ts'

type Read = Kysely<Tables>

/** Each new ticket clears away so many expired ones: more than come, so that they do not pile up. */
const CLEARED_AT_ONCE = 20

export const createTicketStore = ({ read, write }: Access): TicketStore => ({
  find: async (of) => {
    const row = await read
      .selectFrom('ticket')
      .selectAll()
      .where('workspace_key', '=', of.workspaceKey)
      .where('actor_id', '=', of.actorId)
      .where('key_hash', '=', of.keyHash)
      .executeTakeFirst()
    return row === undefined ? null : ticketOf(row)
  },

  // Leans on ticket_of_workspace alone.
  count: async (workspaceKey, now) => {
    const row = await read
      .selectFrom('ticket')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('workspace_key', '=', workspaceKey)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    return row.count
  },

  take: async (ticket) => {
    try {
      const results = await write([
        clearOwn(read, ticket),
        clearExpired(read, ticket.now, CLEARED_AT_ONCE, ticket.workspaceKey),
        statement(read.insertInto('ticket').values(newRow(ticket))),
        readBack(read, ticket),
      ])
      return rowFrom(results)
    } catch (error) {
      if (error instanceof DuplicateKey) return null
      throw error
    }
  },

  takeOver: async (ticket, { heldBy, now }) => {
    const update = held(read, ticket).set({ fence: ticket.fence + 1, held_by: heldBy, held_at: now })
    return rowFrom(await write([statement(update, 1), readBack(read, ticket)]))
  },

  answer: async (ticket, { status, headers, sealedBody }) => {
    const answered = { status, headers: JSON.stringify(headers), sealed_body: sealedBody, held_by: null, done: 1 }
    return (await write([statement(held(read, ticket).set(answered), 1)])) !== null
  },

  leave: async (ticket) => {
    await write([statement(held(read, ticket).set({ held_by: null }))])
  },

  drop: async ({ workspaceKey, actorId, keyHash, fence }) => {
    const mine = read
      .deleteFrom('ticket')
      .where('workspace_key', '=', workspaceKey)
      .where('actor_id', '=', actorId)
      .where('key_hash', '=', keyHash)
      .where('fence', '=', fence)
      .where('done', '=', 0)
    await write([statement(mine)])
  },

  forgetExpired: async (before, limit) => (await write([clearExpired(read, before, limit)]))?.[0]?.changes ?? 0,
})

/** The mark that a request's own write carries. */
export const markDone = (read: Read, ticket: Ticket): Statement =>
  statement(held(read, ticket).set({ done: 1 }).where('done', '=', 0), 1)

const held = (read: Read, { workspaceKey, actorId, keyHash, fence }: Ticket) =>
  read
    .updateTable('ticket')
    .where('workspace_key', '=', workspaceKey)
    .where('actor_id', '=', actorId)
    .where('key_hash', '=', keyHash)
    .where('fence', '=', fence)

const clearOwn = (read: Read, { workspaceKey, actorId, keyHash, now }: NewTicket): Statement =>
  statement(
    read
      .deleteFrom('ticket')
      .where('workspace_key', '=', workspaceKey)
      .where('actor_id', '=', actorId)
      .where('key_hash', '=', keyHash)
      .where('expires_at', '<=', now),
  )

/** Leans on ticket_by_expiry, or on ticket_of_workspace. */
const clearExpired = (read: Read, before: number, limit: number, workspaceKey?: number): Statement => {
  let oldest = read.selectFrom('ticket').select('key').where('expires_at', '<=', before)
  if (workspaceKey !== undefined) oldest = oldest.where('workspace_key', '=', workspaceKey)
  // Two levels: MySQL lets no statement delete from what it selects from directly.
  const chosen = read.selectFrom(oldest.orderBy('expires_at').limit(limit).as('oldest')).select('oldest.key')
  return statement(read.deleteFrom('ticket').where('key', 'in', chosen))
}

const newRow = (ticket: NewTicket) => ({
  workspace_key: ticket.workspaceKey,
  actor_id: ticket.actorId,
  key_hash: ticket.keyHash,
  request_hash: ticket.requestHash,
  seed: ticket.seed,
  fence: 1,
  held_by: ticket.heldBy,
  held_at: ticket.now,
  created_at: ticket.now,
  expires_at: ticket.expiresAt,
  done: 0,
})

const readBack = (read: Read, { workspaceKey, actorId, keyHash }: Omit<Ticket, 'fence'>): Statement =>
  statement(
    read
      .selectFrom('ticket')
      .selectAll()
      .where('workspace_key', '=', workspaceKey)
      .where('actor_id', '=', actorId)
      .where('key_hash', '=', keyHash),
  )

const rowFrom = (results: readonly StatementResult[] | null): TicketRow | null => {
  const row = lastRow(results)
  return row === undefined ? null : ticketOf(row as Selectable<TicketTable>)
}

const ticketOf = (row: Selectable<TicketTable>): TicketRow => ({
  workspaceKey: row.workspace_key,
  actorId: row.actor_id,
  keyHash: row.key_hash,
  fence: row.fence,
  requestHash: row.request_hash,
  seed: row.seed,
  heldBy: row.held_by,
  heldAt: row.held_at,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  isDone: row.done === 1,
  answer:
    row.status === null
      ? null
      : {
          status: row.status,
          headers: JSON.parse(row.headers ?? '{}') as Record<string, string>,
          sealedBody: row.sealed_body ?? '',
        },
})
