/** Access tokens: JSON Web Tokens of one fixed algorithm that say which session speaks, and nothing about its rights. */
import { randomUUID } from 'node:crypto'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../domain/clock.ts'
import { keyFor, keyIdOf } from './keys.ts'

type AccessClaims = { readonly userId: string; readonly sessionId: string }

export type AccessTokens = {
  readonly lifetimeSeconds: number
  readonly issue: (claims: AccessClaims) => Promise<string>
  /** Null for everything but an untouched, unexpired token of ours. */
  readonly verify: (token: string) => Promise<AccessClaims | null>
  /** Of an untouched token of ours, also one that is over: to say why it was refused, never to let anybody in. */
  readonly claimsOf: (token: string) => Promise<AccessClaims | null>
}

const PURPOSE = 'access tokens'
const ALGORITHM = 'HS256'
// RFC 9068: tells an access token from every other kind, so that none can stand in for it.
const TYPE = 'at+jwt'
const ISSUER = 'carillon'
const AUDIENCE = 'carillon-api'
/** Ours have about 350 characters; nothing longer is even parsed. */
const LONGEST_TOKEN = 2048
/** Clocks of two servers that share a key may differ so far. */
const LEEWAY_SECONDS = 30
const MOST_REMEMBERED = 1000

type Verified = AccessClaims & { readonly expiresAt: number }

/** `secret` is JWT_SECRET_KEY, or SECRET_KEY: the key in use is derived from it. */
export const createAccessTokens = ({
  secret,
  lifetimeSeconds,
  clock,
}: {
  readonly secret: string
  readonly lifetimeSeconds: number
  readonly clock: Clock
}): AccessTokens => {
  const key = keyFor(secret, PURPOSE)
  const keyId = keyIdOf(secret, PURPOSE)
  // A signature that was right stays right: checking one costs 90 µs and a turn in the thread pool, which hashing shares.
  const verified = new Map<string, Verified>()

  const check = async (token: string, now: number): Promise<Verified | null> => {
    try {
      const { payload } = await jwtVerify(
        token,
        (header) => {
          if (header.kid !== keyId) throw new Error('The token names another key.')
          return key
        },
        {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp'],
          clockTolerance: LEEWAY_SECONDS,
          currentDate: new Date(now),
        },
      )
      const { sub, sid, exp } = payload
      // No token of ours reaches further: a later end was not written by this server.
      const latest = now / 1000 + lifetimeSeconds + LEEWAY_SECONDS
      if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined || exp > latest) return null
      return { userId: sub, sessionId: sid, expiresAt: exp * 1000 }
    } catch {
      return null
    }
  }

  return {
    lifetimeSeconds,
    issue: ({ userId, sessionId }) => {
      const now = Math.floor(clock.now() / 1000)
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: keyId })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(key)
    },
    verify: async (token) => {
      if (token.length > LONGEST_TOKEN) return null
      const known = verified.get(token)
      if (known !== undefined && clock.now() < known.expiresAt) return known
      verified.delete(token)
      const claims = await check(token, clock.now())
      if (claims !== null) {
        if (verified.size >= MOST_REMEMBERED) verified.delete(verified.keys().next().value as string)
        verified.set(token, claims)
      }
      return claims
    },
    claimsOf: async (token) => {
      const end = token.length > LONGEST_TOKEN ? null : endOf(token)
      // As it was just before its end, when it was last good.
      return end === null ? null : check(token, end * 1000 - 1)
    },
  }
}

/** What the token says itself, signed or not. */
const endOf = (token: string): number | null => {
  try {
    return decodeJwt(token).exp ?? null
  } catch {
    return null
  }
}
