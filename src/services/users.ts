/** The accounts of a workspace. */
import type { Actor, Role } from '../domain/actor.ts'
import type { Page } from '../domain/page.ts'
import type { UserView, WorkspaceView } from './user-view.ts'

export type UserInput = {
  readonly username: string
  readonly email: string
  readonly password: string
  readonly fullName?: string | null | undefined
  readonly role: Role
}

/** Absent fields stay. Who changes the own password gives the present one too. */
export type UserEdit = {
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly fullName?: string | null | undefined
  readonly role?: Role | undefined
  readonly enabled?: boolean | undefined
  readonly password?: string | undefined
  readonly currentPassword?: string | undefined
}

export type Users = {
  readonly me: (actor: Actor) => Promise<{ readonly user: UserView; readonly workspace: WorkspaceView }>
  readonly list: (
    actor: Actor,
    page: { readonly cursor: string | null; readonly limit: number },
  ) => Promise<Page<UserView>>
  readonly get: (actor: Actor, id: string) => Promise<UserView>
  readonly create: (actor: Actor, input: UserInput) => Promise<UserView>
  /** A new password, role or `enabled` ends all sessions of the user. */
  readonly update: (actor: Actor, id: string, edit: UserEdit, ifVersion: number | null) => Promise<UserView>
  /** The user's jobs pass to the actor. Only the single member of a workspace may delete itself: its jobs end with it. */
  readonly delete: (actor: Actor, id: string) => Promise<void>
}
