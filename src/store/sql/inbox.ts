/** What each user finds in the inbox: broadcast rows, and the few marks that are a user's own. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Notice, NoticeType } from '../../domain/notice.ts'
import type { InboxStore, NoticeRange, Reader } from '../inbox.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { Tables } from './tables.ts'
import { type Access, written } from './unit.ts'

type Read = Kysely<Tables>
type Key = { readonly key: number }
type Row = {
  readonly id: string
  readonly title: string
  readonly message: string
  readonly type: string
  readonly job_id: string | null
  readonly execution_id: string | null
  readonly read_at: number | null
  readonly at: number
}

/** Whom a notice is for. What happened before the user was there, or while it was disabled, it never sees. */
const IS_FOR = sql`
  n.at >= u.created_at
  and (n.audience = 0 or coalesce(n.user_key, 0) = u.key or (n.audience = 1 and u.role = 'admin'))
  and not exists (
    select 1 from inbox_gap g where g.user_key = u.key and g.from_at <= n.at and (g.until_at is null or n.at < g.until_at))`

const seen = ({ workspaceKey, userId }: Reader): RawBuilder<unknown> => sql`
  from notice n join "user" u on u.id = ${userId} and u.workspace_key = n.workspace_key
  left join notice_mark m on m.user_key = u.key and m.notice_key = n.key
  where n.workspace_key = ${workspaceKey} and ${IS_FOR} and coalesce(m.deleted, 0) = 0`

const within = ({ from, to }: NoticeRange): RawBuilder<unknown> =>
  sql`n.at >= ${from ?? Number.MIN_SAFE_INTEGER} and n.at < ${to ?? Number.MAX_SAFE_INTEGER}`

const COLUMNS = sql`n.id, n.title, n.message, n.type, n.job_id, n.execution_id, n.at, m.read_at`

export const createInboxStore = ({ read, write }: Access): InboxStore => ({
  list: async (reader, { unreadOnly, offset, limit, ...range }) => {
    const which = sql`${seen(reader)} and ${within(range)} ${unreadOnly ? sql`and m.read_at is null` : sql``}`
    const [page, total] = await Promise.all([
      sql<Row>`select ${COLUMNS} ${which} order by n.key desc limit ${limit} offset ${offset}`.execute(read),
      count(read, which),
    ])
    return { items: page.rows.map(noticeOf), total }
  },
  page: async (reader, { unreadOnly, cursor, limit, ...range }) => {
    const { rows } = await sql<Row & { readonly key: number }>`
      select n.key, ${COLUMNS} ${seen(reader)} and ${within(range)}
        ${unreadOnly ? sql`and m.read_at is null` : sql``}
        ${cursor === null ? sql`` : sql`and n.key < ${decodeCursor(cursor).key}`}
      order by n.key desc limit ${limit + 1}`.execute(read)
    return pageOf(rows, limit, ({ at, key }) => ({ value: at, key }), noticeOf)
  },
  unread: (reader, range) => count(read, sql`${seen(reader)} and ${within(range)} and m.read_at is null`),
  byId: async (reader, id) => {
    const { rows } = await sql<Row>`select ${COLUMNS} ${seen(reader)} and n.id = ${id}`.execute(read)
    if (rows[0] !== undefined) return noticeOf(rows[0])
    const others = await count(
      read,
      sql`from notice n join "user" u on u.id = ${reader.userId}
        where n.id = ${id} and n.workspace_key = ${reader.workspaceKey} and not (${IS_FOR})`,
    )
    return others === 0 ? null : 'foreign'
  },
  markRead: async (reader, id, now) => {
    const unread = sql`select u.key, n.key, ${now}, 0 ${seen(reader)} and n.id = ${id} and m.read_at is null`
    await write([mark(read, unread)])
  },
  markAllRead: async (reader, range, now) => {
    const unread = sql`select u.key, n.key, ${now}, 0 ${seen(reader)} and ${within(range)} and m.read_at is null`
    return changesOf(await write([mark(read, unread)]))
  },
  remove: async (reader, id) => {
    await write([mark(read, sql`select u.key, n.key, m.read_at, 1 ${seen(reader)} and n.id = ${id}`)])
  },
  removeRead: async (reader, range) => {
    const known = sql`select u.key, n.key, m.read_at, 1 ${seen(reader)} and ${within(range)} and m.read_at is not null`
    return changesOf(await write([mark(read, known)]))
  },
  forget: async (before, most, limit) => {
    const aged = sql<Key>`select key from notice where at < ${before} limit ${limit}`
    const keys = (await aged.execute(read)).rows.map(({ key }) => key)
    // The bound of each workspace is looked up once: joined with the notices it would be counted anew for each of them.
    const bounds = sql<{ workspace: number; newest: number | null }>`
      select w.key as workspace, (select key from notice where workspace_key = w.key order by key desc
        limit 1 offset ${most}) as newest
      from workspace w`
    for (const { workspace, newest } of (await bounds.execute(read)).rows) {
      if (newest === null || keys.length >= limit) continue
      const beyond = sql<Key>`
        select key from notice where workspace_key = ${workspace} and key <= ${newest} and at >= ${before}
        order by key limit ${limit - keys.length}`
      keys.push(...(await beyond.execute(read)).rows.map(({ key }) => key))
    }
    if (keys.length === 0) return 0
    return changesOf(await write([written(read, sql`delete from notice where key in (${sql.join(keys)})`)]))
  },
})

const mark = (read: Read, which: RawBuilder<unknown>) =>
  written(
    read,
    sql`insert into notice_mark (user_key, notice_key, read_at, deleted) ${which}
      on conflict (user_key, notice_key) do update set read_at = excluded.read_at, deleted = excluded.deleted`,
  )

const count = async (read: Read, which: RawBuilder<unknown>): Promise<number> =>
  (await sql<{ count: number }>`select count(*) as count ${which}`.execute(read)).rows[0]?.count ?? 0

const changesOf = (results: readonly { readonly changes: number }[] | null): number => results?.[0]?.changes ?? 0

const noticeOf = (row: Row): Notice => ({
  id: row.id,
  title: row.title,
  message: row.message,
  type: row.type as NoticeType,
  jobId: row.job_id,
  executionId: row.execution_id,
  isRead: row.read_at !== null,
  readAt: row.read_at,
  createdAt: row.at,
})
