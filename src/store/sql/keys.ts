/** API keys, in SQL that every engine understands. */
import { type Selectable, sql, type Updateable } from 'kysely'
import type { Role, Scope } from '../../domain/actor.ts'
import type { KeyBounds, KeyRow, KeyStore, NewKey } from '../keys.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { ApiKeyTable } from './tables.ts'
import { type Access, DuplicateKey, lastRow, type StatementResult, statement } from './unit.ts'

/** `aside`: for what a request leaves behind beside its own write, such as that a key was used. */
export const createKeyStore = ({ read, write }: Access, aside: Access): KeyStore => {
  const readBack = (id: string) => statement(read.selectFrom('api_key').selectAll().where('id', '=', id))

  return {
    create: async (key, bounds) => {
      try {
        const row = await write([forgetEnded(key, bounds), insertBelow(key, bounds.most), readBack(key.id)])
        return rowFrom(row) ?? 'too_many'
      } catch (error) {
        if (error instanceof DuplicateKey) return 'taken'
        throw error
      }
    },

    holderOf: async (publicId) => {
      const row = await read
        .selectFrom('api_key')
        .innerJoin('user', 'user.id', 'api_key.user_id')
        .selectAll('api_key')
        .select(['user.role', 'user.enabled'])
        .where('api_key.public_id', '=', publicId)
        .executeTakeFirst()
      return row === undefined ? null : { key: keyOf(row), role: row.role as Role, isEnabled: row.enabled === 1 }
    },

    byId: async (workspaceKey, id) => {
      const query = read
        .selectFrom('api_key')
        .selectAll()
        .where('id', '=', id)
        .where('workspace_key', '=', workspaceKey)
      const row = await query.executeTakeFirst()
      return row === undefined ? null : keyOf(row)
    },

    list: async (workspaceKey, { userId, cursor, limit }) => {
      let query = read.selectFrom('api_key').selectAll().where('workspace_key', '=', workspaceKey)
      if (userId !== undefined) query = query.where('user_id', '=', userId)
      if (cursor !== null) query = query.where('key', '<', Number(decodeCursor(cursor).key))
      const rows = await query
        .orderBy('key', 'desc')
        .limit(limit + 1)
        .execute()
      return pageOf(rows, limit, ({ key }) => ({ value: key, key }), keyOf)
    },

    update: async (key, { name, scopes, expiresAt, revokedAt }, now) => {
      const values: Updateable<ApiKeyTable> = {
        ...(name !== undefined && { name }),
        ...(scopes !== undefined && { scopes: JSON.stringify(scopes) }),
        ...(expiresAt !== undefined && { expires_at: expiresAt }),
        ...(revokedAt !== undefined && { revoked_at: revokedAt }),
      }
      const update = read
        .updateTable('api_key')
        .set({ ...values, version: key.version + 1, updated_at: now })
        .where('id', '=', key.id)
        .where('version', '=', key.version)
      return rowFrom(await write([statement(update, 1), readBack(key.id)]))
    },

    touch: async (id, { now, address, ifBefore }) => {
      const update = read
        .updateTable('api_key')
        .set({ last_used_at: now, last_used_address: address })
        .where('id', '=', id)
        .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', ifBefore)]))
      await aside.write([statement(update)])
    },
  }

  // Leans on api_key_of_user.
  function forgetEnded({ userId, now }: NewKey, { forgetBefore, kept }: KeyBounds) {
    const newest = read
      .selectFrom('api_key')
      .select('key')
      .where('user_id', '=', userId)
      .orderBy('key', 'desc')
      .limit(kept)
    // Two levels: MySQL lets no statement delete from what it selects from directly.
    const spared = read.selectFrom(newest.as('newest')).select('newest.key')
    const endedBefore = (at: number) => sql<boolean>`(revoked_at < ${at} or expires_at < ${at})`
    return statement(
      read
        .deleteFrom('api_key')
        .where('user_id', '=', userId)
        .where(endedBefore(now + 1))
        .where(({ eb, or }) => or([endedBefore(forgetBefore), eb('key', 'not in', spared)])),
    )
  }

  function insertBelow(key: NewKey, most: number) {
    const row = newRow(key)
    const columns = Object.keys(row) as (keyof typeof row)[]
    return statement(
      read
        .insertInto('api_key')
        .columns(columns)
        .expression((eb) =>
          eb
            .selectFrom('user')
            .select(columns.map((column) => sql`${row[column]}`.as(column)))
            .where('user.id', '=', key.userId)
            .where(
              ({ selectFrom }) =>
                selectFrom('api_key')
                  .select(({ fn }) => fn.countAll<number>().as('count'))
                  .where('user_id', '=', key.userId)
                  .where('revoked_at', 'is', null)
                  .where('expires_at', '>', key.now),
              '<',
              most,
            ),
        ),
      1,
    )
  }
}

const newRow = (key: NewKey) => ({
  id: key.id,
  public_id: key.publicId,
  workspace_key: key.workspaceKey,
  user_id: key.userId,
  name: key.name,
  hash: key.hash,
  scopes: JSON.stringify(key.scopes),
  version: 1,
  created_at: key.now,
  updated_at: key.now,
  expires_at: key.expiresAt,
})

const rowFrom = (results: readonly StatementResult[] | null): KeyRow | null => {
  const row = lastRow(results)
  return row === undefined ? null : keyOf(row as Selectable<ApiKeyTable>)
}

const keyOf = (row: Selectable<ApiKeyTable>): KeyRow => ({
  id: row.id,
  publicId: row.public_id,
  workspaceKey: row.workspace_key,
  userId: row.user_id,
  name: row.name,
  hash: row.hash,
  scopes: JSON.parse(row.scopes) as Scope[],
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  lastUsedAddress: row.last_used_address,
  revokedAt: row.revoked_at,
})
