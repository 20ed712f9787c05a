/** Sessions: one row per sign-in, whose refresh token is exchanged in a single guarded statement. */
import type { Selectable } from 'kysely'
import type { PeopleStore, SessionRow } from '../people.ts'
import type { SessionTable } from './tables.ts'
import { type Access, type Statement, statement } from './unit.ts'

type SessionStore = Pick<
  PeopleStore,
  'createSession' | 'sessionById' | 'listSessions' | 'rotateSession' | 'revokeSession' | 'revokeSessionsOf'
>

export const sessionStore = ({ read, write }: Access): SessionStore => {
  const changed = async (one: Statement): Promise<number> => (await write([one]))?.[0]?.changes ?? 0

  return {
    createSession: async (session) => {
      const row = {
        id: session.id,
        user_id: session.userId,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
        refresh_hash: session.refreshHash,
        address: session.address,
        user_agent: session.userAgent,
      }
      const over = read
        .deleteFrom('session')
        .where('user_id', '=', session.userId)
        .where(({ eb, or }) => or([eb('revoked_at', 'is not', null), eb('expires_at', '<=', session.createdAt)]))
      await write([statement(over), statement(read.insertInto('session').values(row))])
    },
    sessionById: async (id) => {
      const row = await read.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : sessionOf(row)
    },
    // Leans on session_of_user.
    listSessions: async (userId, now) => {
      const rows = await read
        .selectFrom('session')
        .selectAll()
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(sessionOf)
    },
    rotateSession: async (id, currentHash, { refreshHash, sealedSuccessor, now }) => {
      const update = read
        .updateTable('session')
        .set({
          refresh_hash: refreshHash,
          previous_hash: currentHash,
          rotated_at: now,
          sealed_successor: sealedSuccessor,
        })
        .where('id', '=', id)
        .where('refresh_hash', '=', currentHash)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
      return (await changed(statement(update))) === 1
    },
    revokeSession: async (id, now) => {
      const update = read
        .updateTable('session')
        .set({ revoked_at: now, sealed_successor: null })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
      return (await changed(statement(update))) === 1
    },
    revokeSessionsOf: (userId, now, exceptId) => {
      let update = read
        .updateTable('session')
        .set({ revoked_at: now, sealed_successor: null })
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
      if (exceptId !== null) update = update.where('id', '<>', exceptId)
      return changed(statement(update))
    },
  }
}

const sessionOf = (row: Selectable<SessionTable>): SessionRow => ({
  id: row.id,
  userId: row.user_id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  refreshHash: row.refresh_hash,
  previousHash: row.previous_hash,
  rotatedAt: row.rotated_at,
  sealedSuccessor: row.sealed_successor,
  address: row.address,
  userAgent: row.user_agent,
})
