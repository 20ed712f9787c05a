/** What is collected for digests: one row for each day, audience, job and kind, however many runs and readers there are. */
import { type RawBuilder, sql } from 'kysely'
import type { Audience } from '../../domain/notice.ts'
import type { Collected } from '../collected.ts'
import type { DigestReader, DigestStore } from '../digests.ts'
import { DELETED } from './codes.ts'
import { AUDIENCE_CODE, insertDelivery } from './notice-rows.ts'
import { type Access, written } from './unit.ts'

const CADENCE_CODE = { daily: 0, weekly: 1 } as const
/** A mark further ahead than this was set by a clock that was wrong: it holds nobody back. */
const FARTHEST_AHEAD_MS = 8 * 86_400_000

type ReaderRow = {
  readonly workspace_key: number
  readonly id: string
  readonly email: string
  readonly email_key: string
  readonly role: string
  readonly daily: number
  readonly weekly: number
  readonly updated_at: number
  readonly daily_up_to: number | null
  readonly weekly_up_to: number | null
}
type ItemRow = {
  readonly job_id: string
  readonly job_name: string
  readonly kind: string
  readonly count: number
  readonly at: number
  readonly error: string | null
  readonly deleted: number
}

export const createDigestStore = ({ read, write }: Access): DigestStore => ({
  // Leans on preference_digest, whose condition this repeats; the cross join keeps the planner from walking all users.
  readers: async (workspaceKey) => {
    const { rows } = await sql<ReaderRow>`
      select u.workspace_key, u.id, u.email, u.email_key, u.role, p.updated_at,
        p.value ->> '$.dailyDigest' as daily, p.value ->> '$.weeklyReport' as weekly,
        (select up_to from digest_mark m where m.user_key = u.key and m.cadence = 0) as daily_up_to,
        (select up_to from digest_mark m where m.user_key = u.key and m.cadence = 1) as weekly_up_to
      from preference p cross join "user" u on u.id = p.user_id
      where p.kind = 'notices' and (p.value ->> '$.dailyDigest' = 1 or p.value ->> '$.weeklyReport' = 1)
        and u.enabled = 1 ${workspaceKey === null ? sql`` : sql`and u.workspace_key = ${workspaceKey}`}`.execute(read)
    return rows.map(readerOf)
  },

  collected: async (reader, { after, upTo, limit }) => {
    const which = sql`${mine(reader)} and d.day > ${after} and d.day <= ${upTo}`
    const items = sql<ItemRow>`
      select d.job_id, d.job_name, d.kind, sum(d.count) as count, max(d.at) as at, d.error,
        exists (select 1 from job j where j.id = d.job_id and j.state = ${DELETED}) as deleted
      ${which} group by d.job_id, d.kind order by d.weight, at desc, d.job_id, d.kind limit ${limit}`
    const sums = sql<{ total: number | null; first: number | null }>`
      select sum(d.count) as total, min(d.day) as first ${which}`
    const [page, all] = await Promise.all([items.execute(read), sums.execute(read)])
    const { total = null, first = null } = all.rows[0] ?? {}
    return { items: page.rows.map(itemOf), total: total ?? 0, firstDay: first }
  },

  send: async ({ workspaceKey, id }, { cadence, upTo, delivery }) => {
    const mark = sql`
      insert into digest_mark (user_key, cadence, up_to)
      select key, ${CADENCE_CODE[cadence]}, ${upTo} from "user" where id = ${id} and enabled = 1
      on conflict (user_key, cadence) do update set up_to = excluded.up_to
      where digest_mark.up_to < excluded.up_to or digest_mark.up_to > excluded.up_to + ${FARTHEST_AHEAD_MS}`
    const unit = [written(read, mark, 1), written(read, insertDelivery(workspaceKey, delivery), 1)]
    return (await write(unit)) !== null
  },

  forget: async ({ from, to }) => {
    await write([written(read, sql`delete from digest_item where day < ${from} or day > ${to}`)])
  },
})

/** As in the inbox: nothing from before the user was there, or from before it was enabled again. */
const mine = ({ workspaceKey, id }: DigestReader): RawBuilder<unknown> => sql`
  from "user" u join digest_item d on d.workspace_key = u.workspace_key
  where u.id = ${id} and u.workspace_key = ${workspaceKey} and d.at >= u.created_at
    and d.at >= coalesce((select max(until_at) from inbox_gap g where g.user_key = u.key), 0)
    and (d.audience = 0 or d.user_key = u.key or (d.audience = 1 and u.role = 'admin'))`

export const insertCollected = (workspaceKey: number, one: Collected): RawBuilder<unknown> => sql`
  insert into digest_item (workspace_key, day, audience, user_key, job_id, kind, job_name, weight, count, at, error)
  select w.key, ${one.day}, ${AUDIENCE_CODE[one.audience.kind]}, coalesce(u.key, 0), ${one.jobId}, ${one.kind}, ${one.jobName},
    ${one.weight}, ${one.count}, ${one.at}, ${one.error}
  from workspace w left join "user" u on u.workspace_key = w.key and u.id = ${userIdOf(one.audience)}
  where w.key = ${workspaceKey}
  on conflict (workspace_key, day, audience, user_key, job_id, kind) do update set
    count = digest_item.count + excluded.count, at = max(digest_item.at, excluded.at), error = excluded.error,
    job_name = excluded.job_name`

const userIdOf = (audience: Audience): string | null => ('userId' in audience ? audience.userId : null)

const readerOf = (row: ReaderRow): DigestReader => ({
  workspaceKey: row.workspace_key,
  id: row.id,
  email: row.email,
  address: row.email_key,
  isAdmin: row.role === 'admin',
  cadences: [...(row.daily === 1 ? (['daily'] as const) : []), ...(row.weekly === 1 ? (['weekly'] as const) : [])],
  since: row.updated_at,
  upTo: { daily: row.daily_up_to, weekly: row.weekly_up_to },
})

const itemOf = (row: ItemRow) => ({
  jobId: row.job_id,
  jobName: row.job_name,
  kind: row.kind,
  count: row.count,
  at: row.at,
  error: row.error,
  isDeleted: row.deleted === 1,
})
