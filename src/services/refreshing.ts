/** Exchanging a refresh token: each is good once, and a second use ends the session for thief and owner alike. */
import { LOST_REPLY_MS, refreshHash } from '../auth/refresh-tokens.ts'
import { DomainError } from '../domain/errors.ts'
import type { SessionRow, UserRow } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { entryOf } from './noting.ts'
import type { SessionCheck } from './session-check.ts'
import type { Caller, createSigningIn, SignedIn } from './signing-in.ts'

type Given = Caller & { readonly refreshToken: string }

type Refreshing = {
  /** New tokens of both kinds: the given one is spent. */
  readonly refresh: (input: Given) => Promise<SignedIn>
  /** A new access token alone, for clients that keep one refresh token for the life of the session. */
  readonly renew: (input: Given) => Promise<Pick<SignedIn, 'accessToken' | 'expiresIn'>>
}

export const createRefreshing = (
  deps: Deps,
  {
    sessionCheck,
    signedIn,
  }: { readonly sessionCheck: SessionCheck } & Pick<ReturnType<typeof createSigningIn>, 'signedIn'>,
): Refreshing => {
  const { store, clock, auth, log } = deps
  const { people } = store
  const placeOf = (sessionId: string) => ({ workspaceKey: 0, owner: sessionId, field: 'session.successor' })

  /** The successor of a token that has just become the previous one: kept for whoever did not get the reply. */
  const repeatedReply = (session: SessionRow, hash: string): string | null => {
    const { previousHash, rotatedAt, sealedSuccessor } = session
    if (hash !== previousHash || rotatedAt === null || sealedSuccessor === null) return null
    // The session's present token is this one's successor; had it been used, this one would no longer be the previous.
    if (Math.abs(clock.now() - rotatedAt) > LOST_REPLY_MS) return null
    return auth.secrets.open(sealedSuccessor, placeOf(session.id))
  }

  const exchange = async (session: SessionRow, hash: string): Promise<string | null> => {
    const successor = auth.refreshTokens.create(session.id)
    const rotated = await people.rotateSession(session.id, hash, {
      refreshHash: refreshHash(successor),
      sealedSuccessor: auth.secrets.seal(successor, placeOf(session.id)),
      now: clock.now(),
    })
    return rotated ? successor : null
  }

  /** The session and its user, while both are good. */
  const aliveOf = async (sessionId: string): Promise<{ session: SessionRow; user: UserRow }> => {
    const session = await people.sessionById(sessionId)
    if (session === null || session.revokedAt !== null || session.expiresAt <= clock.now()) throw tokenInvalid()
    const user = await people.userById(session.userId)
    if (user === null || !user.enabled) throw tokenInvalid()
    return { session, user }
  }

  /** A token that was spent before: thief and owner are told apart by nobody, so the session ends for both. */
  const endStolen = async (session: SessionRow, user: UserRow, { address, userAgent }: Caller): Promise<never> => {
    const thief = { kind: 'nobody', id: null, address, userAgent } as const
    const note = { deed: 'session.reused', subject: { kind: 'session', id: session.id } } as const
    const entry = entryOf(deps, thief, user.workspaceKey, note)
    await store.noting(entry).people.revokeSession(session.id, clock.now())
    sessionCheck.forgetSession(session.id)
    log.warn('refresh token used twice, session ended', { session_id: session.id, user_id: user.id, address })
    throw tokenInvalid()
  }

  const sessionIdOf = (refreshToken: string): string => {
    const sessionId = auth.refreshTokens.sessionOf(refreshToken)
    if (sessionId === null) throw tokenInvalid()
    return sessionId
  }

  return {
    refresh: async ({ refreshToken, ...caller }) => {
      const sessionId = sessionIdOf(refreshToken)
      const hash = refreshHash(refreshToken)
      // Who loses the race to exchange it finds it exchanged, at the second look.
      for (let looks = 0; looks < 2; looks++) {
        const { session, user } = await aliveOf(sessionId)
        const isPresent = session.refreshHash === hash
        const successor = isPresent ? await exchange(session, hash) : repeatedReply(session, hash)
        if (successor !== null)
          return signedIn(user, { id: session.id, refreshToken: successor, expiresAt: session.expiresAt })
        if (!isPresent) await endStolen(session, user, caller)
      }
      throw tokenInvalid()
    },

    renew: async ({ refreshToken, ...caller }) => {
      const { session, user } = await aliveOf(sessionIdOf(refreshToken))
      const hash = refreshHash(refreshToken)
      if (session.refreshHash !== hash && repeatedReply(session, hash) === null) await endStolen(session, user, caller)
      return signedIn(user, { id: session.id, refreshToken, expiresAt: session.expiresAt })
    },
  }
}

const tokenInvalid = (): DomainError =>
  new DomainError('token.invalid', 'The refresh token is unknown, expired, used before, or revoked; sign in.')
