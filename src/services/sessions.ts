/** Signing in, staying signed in, signing out. */
import type { Actor, UserActor } from '../domain/actor.ts'
import { notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import { allow, allowSome, person } from './authorise.ts'
import type { Deps } from './deps.ts'
import { noting } from './noting.ts'
import { createRefreshing } from './refreshing.ts'
import type { SessionCheck } from './session-check.ts'
import { type Caller, createSigningIn, type SignedIn, type SignIn, type SignUp } from './signing-in.ts'
import { createTokenTrouble, type TokenTrouble } from './token-trouble.ts'

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
  /** token.invalid; the refresh token stays good. */
  readonly renew: (
    input: Caller & { readonly refreshToken: string },
  ) => Promise<Pick<SignedIn, 'accessToken' | 'expiresIn'>>
  readonly signOut: (actor: Actor) => Promise<void>
  /** unauthenticated */
  readonly authenticate: (accessToken: string) => Promise<UserActor>
  /** Why `authenticate` refused a token: for its bearer, after the refusal. */
  readonly troubleWith: (accessToken: string) => Promise<TokenTrouble>
  /** The actor's own, those that can still be used. */
  readonly list: (actor: Actor) => Promise<readonly SessionView[]>
  readonly revoke: (actor: Actor, id: string) => Promise<void>
}

export const createSessions = (deps: Deps, sessionCheck: SessionCheck): Sessions => {
  const { clock } = deps
  const { people } = deps.store
  const { signIn, signUp, signedIn } = createSigningIn(deps)

  const end = async (actor: Actor, sessionId: string): Promise<void> => {
    const note = { deed: 'session.ended', subject: { kind: 'session', id: sessionId } } as const
    await noting(deps, actor, note).people.revokeSession(sessionId, clock.now())
    sessionCheck.forgetSession(sessionId)
  }

  return {
    signIn,
    signUp,
    ...createRefreshing(deps, { sessionCheck, signedIn }),
    authenticate: sessionCheck.authenticate,
    troubleWith: createTokenTrouble(deps),
    signOut: async (actor) => end(actor, person(actor).sessionId),
    list: async (actor) => {
      const { userId, sessionId } = person(actor)
      allow(actor, 'session.view', userId)
      const sessions = await people.listSessions(userId, clock.now())
      return sessions.map(({ id, createdAt, expiresAt, address, userAgent }) => ({
        id,
        createdAt,
        expiresAt,
        address,
        userAgent,
        current: id === sessionId,
      }))
    },
    revoke: async (actor, id) => {
      allowSome(actor, 'session.end')
      const session = isId(id) ? await people.sessionById(id) : null
      const owner = session === null ? null : await people.userById(session.userId)
      if (session === null || session.revokedAt !== null || owner?.workspaceKey !== actor.workspaceKey) {
        throw notFound('session', id)
      }
      allow(actor, 'session.end', session.userId)
      await end(actor, id)
    },
  }
}
