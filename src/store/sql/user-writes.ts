/** Users and workspaces, written: names and addresses stay unique, and a workspace with members keeps an admin. */
import { type Insertable, type Kysely, sql, type Updateable } from 'kysely'
import type { NewUser, PeopleStore, Taken, UserChange, UserRow } from '../people.ts'
import { forgetApplications, passApplications } from './application-writes.ts'
import { firstCategories } from './catalog.ts'
import { DELETED } from './codes.ts'
import { keepFormerOf } from './former-jobs.ts'
import { cancelPendingOf } from './statements.ts'
import type { Tables, UserTable } from './tables.ts'
import { type Access, DuplicateKey, lastRow, type Statement, type StatementResult, statement } from './unit.ts'
import { loginKey, userById, userOf } from './users.ts'

type Read = Kysely<Tables>

export const createWorkspace = async (
  access: Access,
  workspace: { readonly id: string; readonly name: string; readonly now: number },
  user: NewUser,
): Promise<{ readonly workspaceKey: number } | Taken> => {
  const { read } = access
  const row = { id: workspace.id, name: workspace.name, created_at: workspace.now }
  const keyOf = read.selectFrom('workspace').select('key').where('id', '=', workspace.id)
  const unit = [
    statement(read.insertInto('workspace').values(row)),
    ...firstCategories(read, workspace.id, workspace.now),
    statement(read.insertInto('user').values({ ...newUserRow(user), workspace_key: keyOf })),
    statement(keyOf),
  ]
  const key = (results: readonly StatementResult[]) => (lastRow(results) as { key: number }).key
  const written = await writeUnlessTaken(access, unit, user, (results) => ({ workspaceKey: key(results) }))
  return written ?? nothingExpected()
}

export const createUser = async (access: Access, workspaceKey: number, user: NewUser): Promise<UserRow | Taken> => {
  const row = { ...newUserRow(user), workspace_key: workspaceKey }
  const unit = [statement(access.read.insertInto('user').values(row)), readBack(access.read, user.id)]
  return (await writeUnlessTaken(access, unit, user, userFrom)) ?? nothingExpected()
}

export const updateUser = async (
  access: Access,
  user: UserRow,
  change: UserChange,
  at: { readonly now: number; readonly revokeSessions: boolean },
): Promise<UserRow | Taken | 'last_admin' | null> => {
  const { read } = access
  const values: Updateable<UserTable> = {
    ...(change.username !== undefined && { username: change.username, username_key: loginKey(change.username) }),
    ...(change.email !== undefined && { email: change.email, email_key: loginKey(change.email) }),
    ...(change.fullName !== undefined && { full_name: change.fullName }),
    ...(change.passwordHash !== undefined && { password_hash: change.passwordHash }),
    ...(change.role !== undefined && { role: change.role }),
    ...(change.enabled !== undefined && { enabled: change.enabled ? 1 : 0 }),
  }
  const staysAdmin = (change.role ?? user.role) === 'admin' && (change.enabled ?? user.enabled)
  let update = read
    .updateTable('user')
    .set({ ...values, version: user.version + 1, updated_at: at.now })
    .where('id', '=', user.id)
    .where('version', '=', user.version)
  if (!staysAdmin) update = update.where(mayLoseAdmin(user))
  const unit = [
    statement(update, 1),
    ...(at.revokeSessions ? [revokeAll(read, user.id, at.now)] : []),
    readBack(read, user.id),
  ]
  const written = await writeUnlessTaken(access, unit, { ...user, ...change }, userFrom)
  if (written !== null) return written
  const present = await userById(read, user.id)
  return present?.version === user.version ? 'last_admin' : null
}

export const deleteUser = async (
  { read, write, by }: Access,
  {
    user,
    heirId,
    now,
    ifVersion,
  }: {
    readonly user: UserRow
    readonly heirId: string | null
    readonly now: number
    readonly ifVersion: number | null
  },
): Promise<Awaited<ReturnType<PeopleStore['deleteUser']>>> => {
  const orphans = read
    .selectFrom('job')
    .select('key')
    .where('workspace_key', '=', user.workspaceKey)
    .where(nobodyLeft(user))
  let gone = read.deleteFrom('user').where('id', '=', user.id).where(mayLoseAdmin(user))
  if (ifVersion !== null) gone = gone.where('version', '=', ifVersion)
  const results = await write([
    keepFormerOf(read, user.workspaceKey, passesOn(user), { leftBy: 'changed', by, now }),
    // While the user is still there to be named as the owner; undone with the rest when it may not go.
    passJobs(read, user, heirId, now),
    ...passApplications(read, user, heirId),
    statement(gone, 1),
    ...forgetApplications(read, user.workspaceKey),
    cancelPendingOf(read, orphans, now),
    statement(
      read
        .updateTable('job')
        .set((eb) => ({ state: DELETED, deleted_at: now, updated_at: now, version: eb('version', '+', 1) }))
        .where('workspace_key', '=', user.workspaceKey)
        .where('state', '<>', DELETED)
        .where(nobodyLeft(user)),
    ),
  ])
  if (results !== null) return 'deleted'
  const present = await userById(read, user.id)
  if (present === null) return 'gone'
  return ifVersion !== null && present.version !== ifVersion ? 'stale' : 'last_admin'
}

export const touchLogin = async ({ read, write }: Access, userId: string, now: number): Promise<void> => {
  await write([statement(read.updateTable('user').set({ last_login_at: now }).where('id', '=', userId))])
}

/** The heir, or without one the admin who has been there longest. */
const passJobs = (read: Read, user: UserRow, heirId: string | null, now: number): Statement => {
  const others = read
    .selectFrom('user')
    .select('key')
    .where('workspace_key', '=', user.workspaceKey)
    .where('id', '<>', user.id)
  const heir =
    heirId === null ? others.where('role', '=', 'admin').where('enabled', '=', 1) : others.where('id', '=', heirId)
  return statement(
    read
      .updateTable('job')
      .set((eb) => ({
        owner_key: eb.fn.coalesce(heir.orderBy('key').limit(1), 'owner_key'),
        version: eb('version', '+', 1),
        updated_at: now,
      }))
      .where('workspace_key', '=', user.workspaceKey)
      .where('owner_key', '=', (eb) => eb.selectFrom('user').select('key').where('id', '=', user.id))
      .where('state', '<>', DELETED)
      .where(({ exists }) => exists(others)),
  )
}

/** True when the workspace has no other member, or another enabled admin, or this one is none. */
const mayLoseAdmin = (user: UserRow) => {
  if (user.role !== 'admin' || !user.enabled) return sql<boolean>`1 = 1`
  return sql<boolean>`(
    not exists (select 1 from "user" as other where other.workspace_key = ${user.workspaceKey} and other.id <> ${user.id})
    or exists (select 1 from "user" as other where other.workspace_key = ${user.workspaceKey} and other.id <> ${user.id}
      and other.role = 'admin' and other.enabled = 1))`
}

/** Jobs of the user, where somebody is there to have them. */
const passesOn = (user: UserRow) =>
  sql<boolean>`owner_key = (select key from "user" where id = ${user.id}) and not ${nobodyElse(user)}`

const nobodyElse = (user: UserRow) =>
  sql`not exists (select 1 from "user" as other where other.workspace_key = ${user.workspaceKey} and other.id <> ${user.id})`

const nobodyLeft = (user: UserRow) =>
  sql<boolean>`not exists (select 1 from "user" as other where other.workspace_key = ${user.workspaceKey})`

const nothingExpected = (): never => {
  throw new Error('A unit without expectations was undone.')
}

const revokeAll = (read: Read, userId: string, now: number): Statement =>
  statement(
    read.updateTable('session').set({ revoked_at: now }).where('user_id', '=', userId).where('revoked_at', 'is', null),
  )

const newUserRow = (user: NewUser): Omit<Insertable<UserTable>, 'workspace_key'> => ({
  id: user.id,
  username: user.username,
  username_key: loginKey(user.username),
  email: user.email,
  email_key: loginKey(user.email),
  full_name: user.fullName,
  password_hash: user.passwordHash,
  role: user.role,
  enabled: user.enabled === false ? 0 : 1,
  version: 1,
  created_at: user.now,
  updated_at: user.now,
})

const readBack = (read: Read, id: string): Statement =>
  statement(read.selectFrom('user').selectAll().where('id', '=', id))

const userFrom = (results: readonly StatementResult[]): UserRow =>
  userOf(lastRow(results) as Parameters<typeof userOf>[0])

/** A taken name or address fails at the unique key, in whatever order requests come; then it is looked up which it was. */
const writeUnlessTaken = async <Answer>(
  { read, write }: Access,
  unit: readonly Statement[],
  user: { readonly id: string; readonly username: string },
  answer: (results: readonly StatementResult[]) => Answer,
): Promise<Answer | Taken | null> => {
  try {
    const results = await write(unit)
    return results === null ? null : answer(results)
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
    const holder = await read
      .selectFrom('user')
      .select('id')
      .where('username_key', '=', loginKey(user.username))
      .where('id', '<>', user.id)
      .executeTakeFirst()
    return { taken: holder === undefined ? 'email' : 'username' }
  }
}
