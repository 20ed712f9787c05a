/** Events and who listens to them, in SQL that every engine understands. */
import { type Selectable, sql } from 'kysely'
import type { Event, EventType, Interest } from '../../domain/event.ts'
import type { Page } from '../../domain/page.ts'
import type { EventFilter, EventStore } from '../events.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { EventTable, InterestTable } from './tables.ts'
import { type Access, statement } from './unit.ts'

export const createEventStore = (access: Access): EventStore => ({
  list: (workspaceKey, filter) => listEvents(access, workspaceKey, filter),
  newest: async (workspaceKey) => {
    const row = await access.read
      .selectFrom('event')
      .select('number')
      .where('workspace_key', '=', workspaceKey)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.number ?? 0
  },
  interests: async (now) => {
    const rows = await access.read
      .selectFrom('interest')
      .selectAll()
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
      .execute()
    return rows.map(interestOf)
  },
  listen: (interest, now) => listen(access, interest, now),
  unlisten: async (id) => {
    await access.write([statement(access.read.deleteFrom('interest').where('id', '=', id))])
  },
  forget: (before, limit) => forgetEvents(access, before, limit),
})

const listEvents = async ({ read }: Access, workspaceKey: number, filter: EventFilter): Promise<Page<Event>> => {
  const direction = filter.descending ? 'desc' : 'asc'
  let query = read
    .selectFrom('event')
    .selectAll()
    .where('workspace_key', '=', workspaceKey)
    .where('type', 'in', filter.types)
  if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId)
  if (filter.after !== undefined) query = query.where('number', '>', filter.after)
  if (filter.cursor !== null) {
    query = query.where('number', filter.descending ? '<' : '>', Number(decodeCursor(filter.cursor).key))
  }
  const rows = await query
    .orderBy('number', direction)
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, ({ number }) => ({ value: number, key: number }), eventOf)
}

const listen = async ({ read, write }: Access, interest: Interest, now: number): Promise<void> => {
  const row = {
    id: interest.id,
    workspace_key: interest.workspaceKey,
    job_key: interest.jobKey,
    types: interest.types === null ? null : JSON.stringify(interest.types),
    expires_at: interest.expiresAt,
  }
  await write([
    statement(
      read.deleteFrom('interest').where(({ eb, or }) => or([eb('id', '=', row.id), eb('expires_at', '<=', now)])),
    ),
    statement(read.insertInto('interest').values(row)),
  ])
}

const forgetEvents = async ({ read, write }: Access, before: number, limit: number): Promise<number> => {
  // Leans on event_by_time. Read first: the oldest are few, and only this deletes.
  const old = await read
    .selectFrom('event')
    .select(['workspace_key', 'number'])
    .where('at', '<', before)
    .where(({ eb, selectFrom }) =>
      eb(
        'number',
        '<',
        selectFrom('event as newest')
          .select('newest.number')
          .whereRef('newest.workspace_key', '=', 'event.workspace_key')
          .orderBy('newest.number', 'desc')
          .limit(1),
      ),
    )
    .orderBy('at')
    .limit(limit)
    .execute()
  const [first, ...others] = old.map(({ workspace_key, number }) => [workspace_key, number])
  if (first === undefined) return 0
  const { sql: text } = read
    .deleteFrom('event')
    .where('workspace_key', '=', sql<number>`${first[0]}`)
    .where('number', '=', sql<number>`${first[1]}`)
    .compile()
  const results = await write([{ sql: text, parameters: first, more: others }])
  return results?.[0]?.changes ?? 0
}

const eventOf = (row: Selectable<EventTable>): Event => ({
  number: row.number,
  at: row.at,
  type: row.type as EventType,
  subject: { kind: row.subject_kind, id: row.subject_id },
  jobId: row.job_id,
  actorId: row.actor_id,
  data: JSON.parse(row.data) as Record<string, unknown>,
})

const interestOf = (row: Selectable<InterestTable>): Interest => ({
  id: row.id,
  workspaceKey: row.workspace_key,
  jobKey: row.job_key,
  types: row.types === null ? null : (JSON.parse(row.types) as EventType[]),
  expiresAt: row.expires_at,
})
