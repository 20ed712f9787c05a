/** Workspaces, users and sessions, in SQL that every engine understands. */
import type { PeopleStore } from '../people.ts'
import { sessionStore } from './sessions.ts'
import { type Access, DuplicateKey, statement } from './unit.ts'
import { createUser, createWorkspace, deleteUser, touchLogin, updateUser } from './user-writes.ts'
import { countUsers, listUsers, userById, userByLogin, workspaceById, workspaceByKey } from './users.ts'

export const createPeopleStore = (access: Access): PeopleStore => ({
  workspaceByKey: (key) => workspaceByKey(access.read, key),
  workspaceById: (id) => workspaceById(access.read, id),
  createWorkspace: (workspace, user) => createWorkspace(access, workspace, user),
  createUser: (workspaceKey, user) => createUser(access, workspaceKey, user),
  countUsers: () => countUsers(access.read),
  userByLogin: (login) => userByLogin(access.read, login),
  userById: (id) => userById(access.read, id),
  listUsers: (workspaceKey, page) => listUsers(access.read, workspaceKey, page),
  updateUser: (user, change, at) => updateUser(access, user, change, at),
  deleteUser: (user, heirId, now, ifVersion = null) => deleteUser(access, { user, heirId, now, ifVersion }),
  touchLogin: (userId, now) => touchLogin(access, userId, now),
  ...sessionStore(access),
  serverValue: (name) => serverValue(access, name),
  putServerValue: (name, value) => putServerValue(access, name, value),
  setServerValue: (name, value) => setServerValue(access, name, value),
})

const serverValue = async ({ read }: Access, name: string): Promise<string | null> => {
  const row = await read.selectFrom('server_value').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value ?? null
}

/** What is stored afterwards: the value that was there before, if one was. */
const putServerValue = async (access: Access, name: string, value: string): Promise<string> => {
  try {
    await access.write([statement(access.read.insertInto('server_value').values({ name, value }))])
    return value
  } catch (error) {
    const stored = error instanceof DuplicateKey ? await serverValue(access, name) : null
    if (stored === null) throw error
    return stored
  }
}

const setServerValue = async ({ read, write }: Access, name: string, value: string | null): Promise<void> => {
  const remove = statement(read.deleteFrom('server_value').where('name', '=', name))
  await write([remove, ...(value === null ? [] : [statement(read.insertInto('server_value').values({ name, value }))])])
}
