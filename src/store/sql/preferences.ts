/** Preferences of users: one row for each kind, gone with the user. */
import { sql } from 'kysely'
import type { PreferenceStore } from '../preferences.ts'
import { type Access, written } from './unit.ts'

type Row = { readonly value: string; readonly created_at: number; readonly updated_at: number }

export const createPreferenceStore = ({ read, write }: Access): PreferenceStore => ({
  get: async (userId, kind) => {
    const asked = sql<Row>`
      select value, created_at, updated_at from preference where user_id = ${userId} and kind = ${kind}`
    const [row] = (await asked.execute(read)).rows
    return row === undefined
      ? null
      : { value: JSON.parse(row.value), createdAt: row.created_at, updatedAt: row.updated_at }
  },
  set: async (userId, kind, value, now) => {
    const set = sql`
      insert into preference (user_id, kind, value, created_at, updated_at)
      select id, ${kind}, ${JSON.stringify(value)}, ${now}, ${now} from user where id = ${userId}
      on conflict (user_id, kind) do update set value = excluded.value, updated_at = excluded.updated_at`
    await write([written(read, set)])
  },
})
