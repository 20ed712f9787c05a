/** A user as people see it: without the password's hash. */
import type { UserRow } from '../store/store.ts'

export type UserView = Omit<UserRow, 'workspaceKey' | 'passwordHash'>
export type WorkspaceView = { readonly id: string; readonly name: string }
