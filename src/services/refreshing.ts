/** Exchanging a refresh token: each is good once, and a second use ends the session for thief and owner alike. */
import { LOST_REPLY_MS, refreshHash } from '../auth/refresh-tokens.ts'
import { DomainError } from '../domain/errors.ts'
import type { SessionRow } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { entryOf } from './noting.ts'
import type { SessionCheck } from './session-check.ts'
import type { Caller, createSigningIn, SignedIn } from './signing-in.ts'

type Refresh = (input: Caller & { readonly refreshToken: string }) => Promise<SignedIn>

export const createRefreshing = (
  deps: Deps,
  {
    sessionCheck,
    signedIn,
  }: { readonly sessionCheck: SessionCheck } & Pick<ReturnType<typeof createSigningIn>, 'signedIn'>,
): Refresh => {
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

  return async ({ refreshToken, address, userAgent }) => {
    const sessionId = auth.refreshTokens.sessionOf(refreshToken)
    if (sessionId === null) throw tokenInvalid()
    const hash = refreshHash(refreshToken)

    // Who loses the race to exchange it finds it exchanged, at the second look.
    for (let looks = 0; looks < 2; looks++) {
      const session = await people.sessionById(sessionId)
      if (session === null || session.revokedAt !== null || session.expiresAt <= clock.now()) throw tokenInvalid()
      const user = await people.userById(session.userId)
      if (user === null || !user.enabled) throw tokenInvalid()
      const isPresent = session.refreshHash === hash
      const successor = isPresent ? await exchange(session, hash) : repeatedReply(session, hash)
      if (successor !== null)
        return signedIn(user, { id: session.id, refreshToken: successor, expiresAt: session.expiresAt })
      if (isPresent) continue
      const thief = { kind: 'nobody', id: null, address, userAgent } as const
      const note = { deed: 'session.reused', subject: { kind: 'session', id: session.id } } as const
      const entry = entryOf(deps, thief, user.workspaceKey, note)
      await store.noting(entry).people.revokeSession(session.id, clock.now())
      sessionCheck.forgetSession(session.id)
      log.warn('refresh token used twice, session ended', { session_id: session.id, user_id: user.id, address })
      throw tokenInvalid()
    }
    throw tokenInvalid()
  }
}

const tokenInvalid = (): DomainError =>
  new DomainError('token.invalid', 'The refresh token is unknown, expired, used before, or revoked; sign in.')
