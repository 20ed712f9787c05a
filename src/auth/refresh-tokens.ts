/** Refresh tokens: opaque, used once, kept as a hash; each names its session, the family it belongs to. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isId } from '../domain/ids.ts'
import { keyFor } from './keys.ts'

export type RefreshTokens = {
  readonly create: (sessionId: string) => string
  /** The session of a token that this server made, used or not; null for anything else. */
  readonly sessionOf: (token: string) => string | null
}

/** What is stored: 256 random bits need no salt and no slow hash. */
export const refreshHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** A repeat within this time, while the successor is unused, is a lost reply (RFC 9700, 4.14). Later it is theft. */
export const LOST_REPLY_MS = 10_000

// Session ids are no secret: without the mark anybody who saw one could have its family revoked by a made-up token.
const TOKEN = /^crt_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{22})$/

export const createRefreshTokens = (secret: string): RefreshTokens => {
  const key = keyFor(secret, 'refresh tokens')
  const markOf = (sessionId: string, random: string): string =>
    createHmac('sha256', key).update(`${sessionId}_${random}`).digest().subarray(0, 16).toString('base64url')

  return {
    create: (sessionId) => {
      const random = randomBytes(32).toString('base64url')
      return `crt_${sessionId}_${random}_${markOf(sessionId, random)}`
    },
    sessionOf: (token) => {
      const [, sessionId = '', random = '', mark = ''] = TOKEN.exec(token) ?? []
      if (!isId(sessionId)) return null
      return timingSafeEqual(Buffer.from(mark), Buffer.from(markOf(sessionId, random))) ? sessionId : null
    },
  }
}
