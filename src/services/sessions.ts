/** Signing in, staying signed in, signing out. */
import type { Actor, UserActor } from '../domain/actor.ts'
import type { UserView, WorkspaceView } from './user-view.ts'

/** Where a request comes from: shown in the list of sessions, and what limits on guessing count. */
export type Caller = { readonly address: string; readonly userAgent: string | null }

export type SignIn = Caller & {
  /** User name or e-mail address. */
  readonly login: string
  readonly password: string
}

export type SignUp = Caller & {
  /** Default: the e-mail address. */
  readonly username?: string | undefined
  readonly email: string
  readonly password: string
  readonly fullName?: string | null | undefined
  /** Default: named after the user. */
  readonly workspaceName?: string | undefined
}

export type SignedIn = {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
  readonly refreshExpiresIn: number
  readonly user: UserView
  readonly workspace: WorkspaceView
}

export type SessionView = {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly address: string | null
  readonly userAgent: string | null
  readonly current: boolean
}

export type Sessions = {
  /** credentials.wrong, rate_limited */
  readonly signIn: (input: SignIn) => Promise<SignedIn>
  /** A new workspace with its first admin; forbidden where SIGNUP_ENABLED is off, conflict for a name that is taken. */
  readonly signUp: (input: SignUp) => Promise<SignedIn>
  /** token.invalid */
  readonly refresh: (input: Caller & { readonly refreshToken: string }) => Promise<SignedIn>
  readonly signOut: (actor: Actor) => Promise<void>
  /** unauthenticated */
  readonly authenticate: (accessToken: string) => Promise<UserActor>
  readonly list: (actor: Actor) => Promise<readonly SessionView[]>
  readonly revoke: (actor: Actor, id: string) => Promise<void>
}
