/** Who speaks? Every request asks, so what the store answered is kept for a few seconds. */
import type { AccessTokens } from '../auth/access-tokens.ts'
import type { UserActor } from '../domain/actor.ts'
import type { Clock } from '../domain/clock.ts'
import { DomainError } from '../domain/errors.ts'
import type { PeopleStore } from '../store/store.ts'

export type SessionCheck = {
  readonly authenticate: (accessToken: string) => Promise<UserActor>
  /** At once in this process; others notice within the time an answer is kept. */
  readonly forgetSession: (sessionId: string) => void
  readonly forgetUser: (userId: string) => void
}

/** S07: a session that was ended elsewhere passes for 5 s at most, also on a stream, which asks twice a second. */
const KEPT_MS = 4500
const MOST_KEPT = 10_000

type Kept = { readonly actor: UserActor; readonly at: number; readonly expiresAt: number }

export const createSessionCheck = ({
  people,
  clock,
  accessTokens,
}: {
  readonly people: PeopleStore
  readonly clock: Clock
  readonly accessTokens: AccessTokens
}): SessionCheck => {
  const kept = new Map<string, Kept>()
  /** Rises when anything is forgotten: an answer that was asked for before must not be kept after. */
  let era = 0

  const actorOf = async (sessionId: string, userId: string): Promise<UserActor | null> => {
    const asked = { era, at: clock.monotonic() }
    const [session, user] = await Promise.all([people.sessionById(sessionId), people.userById(userId)])
    const isAlive =
      session !== null && session.userId === userId && session.revokedAt === null && clock.now() < session.expiresAt
    if (!isAlive || user === null || !user.enabled) return null
    const actor: UserActor = { kind: 'user', userId, workspaceKey: user.workspaceKey, role: user.role, sessionId }
    if (era === asked.era) {
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string)
      kept.set(sessionId, { actor, at: asked.at, expiresAt: session.expiresAt })
    }
    return actor
  }

  return {
    authenticate: async (accessToken) => {
      const claims = await accessTokens.verify(accessToken)
      if (claims === null) throw unauthenticated()
      const known = kept.get(claims.sessionId)
      const isFresh = known !== undefined && clock.monotonic() - known.at < KEPT_MS && clock.now() < known.expiresAt
      if (isFresh && known.actor.userId === claims.userId) return known.actor
      kept.delete(claims.sessionId)
      const actor = await actorOf(claims.sessionId, claims.userId)
      if (actor === null) throw unauthenticated()
      return actor
    },
    forgetSession: (sessionId) => {
      era++
      kept.delete(sessionId)
    },
    forgetUser: (userId) => {
      era++
      for (const [sessionId, { actor }] of kept) if (actor.userId === userId) kept.delete(sessionId)
    },
  }
}

const unauthenticated = (): DomainError =>
  new DomainError('unauthenticated', 'The access token is missing, expired, or its session has ended; sign in.')
