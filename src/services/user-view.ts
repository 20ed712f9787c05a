/** A user as people see it: without the password's hash. */
import type { UserRow, WorkspaceRow } from '../store/store.ts'

export type UserView = Omit<UserRow, 'workspaceKey' | 'passwordHash'>
export type WorkspaceView = { readonly id: string; readonly name: string }

// Field by field, so that a new column is not shown by accident.
export const userView = (user: UserRow): UserView => ({
  id: user.id,
  username: user.username,
  email: user.email,
  fullName: user.fullName,
  role: user.role,
  enabled: user.enabled,
  version: user.version,
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
  lastLoginAt: user.lastLoginAt,
})

export const workspaceView = ({ id, name }: WorkspaceRow): WorkspaceView => ({ id, name })
