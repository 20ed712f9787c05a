/** Users and workspaces, read. */
import type { Kysely, Selectable } from 'kysely'
import type { Role } from '../../domain/actor.ts'
import type { Page } from '../../domain/page.ts'
import type { UserRow, WorkspaceRow } from '../people.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { Tables, UserTable } from './tables.ts'

type Read = Kysely<Tables>

/** Names and addresses are compared in this form. */
export const loginKey = (login: string): string => login.normalize('NFC').toLowerCase()

export const userOf = (row: Selectable<UserTable>): UserRow => ({
  id: row.id,
  workspaceKey: row.workspace_key,
  username: row.username,
  email: row.email,
  fullName: row.full_name,
  passwordHash: row.password_hash,
  role: row.role as Role,
  enabled: row.enabled === 1,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastLoginAt: row.last_login_at,
})

export const workspaceByKey = (read: Read, key: number): Promise<WorkspaceRow | null> => workspace(read, 'key', key)

export const workspaceById = (read: Read, id: string): Promise<WorkspaceRow | null> => workspace(read, 'id', id)

const workspace = async (read: Read, by: 'key' | 'id', value: number | string): Promise<WorkspaceRow | null> => {
  const row = await read.selectFrom('workspace').selectAll().where(by, '=', value).executeTakeFirst()
  return row === undefined ? null : { key: row.key, id: row.id, name: row.name, createdAt: row.created_at }
}

export const countUsers = async (read: Read): Promise<number> => {
  const row = await read
    .selectFrom('user')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

/** Should one user's name be another's address, the name goes first. */
export const userByLogin = async (read: Read, login: string): Promise<UserRow | null> => {
  const key = loginKey(login)
  const rows = await read
    .selectFrom('user')
    .selectAll()
    .where(({ or, eb }) => or([eb('username_key', '=', key), eb('email_key', '=', key)]))
    .execute()
  const row = rows.find(({ username_key }) => username_key === key) ?? rows[0]
  return row === undefined ? null : userOf(row)
}

export const userById = async (read: Read, id: string): Promise<UserRow | null> => {
  const row = await read.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : userOf(row)
}

/** In the order of creation. */
export const listUsers = async (
  read: Read,
  workspaceKey: number,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
): Promise<Page<UserRow>> => {
  let query = read.selectFrom('user').selectAll().where('workspace_key', '=', workspaceKey)
  if (cursor !== null) query = query.where('key', '>', Number(decodeCursor(cursor).key))
  const rows = await query
    .orderBy('key')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ key }) => ({ value: key, key }), userOf)
}
