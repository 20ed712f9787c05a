/** What the use cases ask of the store about workspaces, users and sessions. */
import type { Role } from '../domain/actor.ts'
import type { Page } from '../domain/page.ts'

export type WorkspaceRow = {
  readonly key: number
  readonly id: string
  readonly name: string
  readonly createdAt: number
}

export type UserRow = {
  readonly id: string
  readonly workspaceKey: number
  /** Unique on the server, compared without case. */
  readonly username: string
  readonly email: string
  readonly fullName: string | null
  /** PHC string. */
  readonly passwordHash: string
  readonly role: Role
  readonly enabled: boolean
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastLoginAt: number | null
}

export type NewUser = Pick<UserRow, 'id' | 'username' | 'email' | 'fullName' | 'passwordHash' | 'role'> & {
  readonly now: number
  /** Default: true. */
  readonly enabled?: boolean
}

export type UserChange = Partial<Pick<UserRow, 'username' | 'email' | 'fullName' | 'passwordHash' | 'role' | 'enabled'>>

/** One sign-in and the refresh tokens that grew out of it (a "family"). */
export type SessionRow = {
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
  /** SHA-256 (hex) of the only refresh token that may be used now. */
  readonly refreshHash: string
  /** The one before it, and when it was exchanged: a repeat within 10 s is a lost reply, later it is theft. */
  readonly previousHash: string | null
  readonly rotatedAt: number | null
  /** The successor, sealed, until it is used or 10 s have passed: what a lost reply is answered with. */
  readonly sealedSuccessor: string | null
  readonly address: string | null
  readonly userAgent: string | null
}

export type NewSession = Pick<
  SessionRow,
  'id' | 'userId' | 'createdAt' | 'expiresAt' | 'refreshHash' | 'address' | 'userAgent'
>

/** A duplicate user name or e-mail address is the only conflict these writes know: they answer which one it was. */
export type Taken = { readonly taken: 'username' | 'email' }

export type PeopleStore = {
  readonly workspaceByKey: (key: number) => Promise<WorkspaceRow | null>
  readonly workspaceById: (id: string) => Promise<WorkspaceRow | null>
  /** A workspace and its first user, in one transaction. */
  readonly createWorkspace: (
    workspace: { readonly id: string; readonly name: string; readonly now: number },
    user: NewUser,
  ) => Promise<{ readonly workspaceKey: number } | Taken>
  readonly createUser: (workspaceKey: number, user: NewUser) => Promise<UserRow | Taken>
  readonly countUsers: () => Promise<number>
  /** By user name or e-mail address, without case. */
  readonly userByLogin: (login: string) => Promise<UserRow | null>
  readonly userById: (id: string) => Promise<UserRow | null>
  readonly listUsers: (
    workspaceKey: number,
    page: { readonly cursor: string | null; readonly limit: number },
  ) => Promise<Page<UserRow>>
  /**
   * Null: not the present version. `last_admin`: it would leave the workspace without an enabled admin, though it has other members.
   * `revokeSessions` ends every session of the user in the same transaction (password, role, disabled).
   */
  readonly updateUser: (
    user: UserRow,
    change: UserChange,
    at: { readonly now: number; readonly revokeSessions: boolean },
  ) => Promise<UserRow | Taken | 'last_admin' | null>
  /** The only member may delete itself: its workspace's jobs are then deleted with it. Jobs of others keep running; the user's pass to `heirId`. */
  readonly deleteUser: (
    user: UserRow,
    heirId: string | null,
    now: number,
    /** Null: whatever its version. */
    ifVersion?: number | null,
  ) => Promise<'deleted' | 'last_admin' | 'gone' | 'stale'>
  readonly touchLogin: (userId: string, now: number) => Promise<void>

  /** Sessions of the same user that are over are forgotten with it: so a user's rows stay few, however often it signs in. */
  readonly createSession: (session: NewSession) => Promise<void>
  readonly sessionById: (id: string) => Promise<SessionRow | null>
  readonly listSessions: (userId: string, now: number) => Promise<readonly SessionRow[]>
  /** Exchanges the refresh token in one guarded statement: false when `currentHash` is no longer the valid one. */
  readonly rotateSession: (
    id: string,
    currentHash: string,
    next: { readonly refreshHash: string; readonly sealedSuccessor: string; readonly now: number },
  ) => Promise<boolean>
  readonly revokeSession: (id: string, now: number) => Promise<boolean>
  readonly revokeSessionsOf: (userId: string, now: number, exceptId: string | null) => Promise<number>
  /** Values kept for the server as a whole (for example the check value of the secret key); `put` writes only where none was. */
  readonly serverValue: (name: string) => Promise<string | null>
  readonly putServerValue: (name: string, value: string) => Promise<string>
  /** The last writer wins; null takes the value away. */
  readonly setServerValue: (name: string, value: string | null) => Promise<void>
}
