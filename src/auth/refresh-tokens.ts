/** Refresh tokens: opaque, used once, kept as a hash; each names its session, the family it belongs to. */
import { createHash, createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
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
const TOKEN = /^crt\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})$/

const PURPOSE = 'refresh tokens'

/** `previous`: former keys, whose tokens stay good, so that a change of keys signs nobody out. */
export const createRefreshTokens = (secret: string, previous: readonly string[] = []): RefreshTokens => {
  const key = keyFor(secret, PURPOSE)
  const knownKeys = [key, ...previous.map((former) => keyFor(former, PURPOSE))]

  return {
    create: (sessionId) => {
      const random = randomBytes(32).toString('base64url')
      return `crt.${sessionId}.${random}.${markOf(key, sessionId, random)}`
    },
    sessionOf: (token) => {
      const [, sessionId = '', random = '', mark = ''] = TOKEN.exec(token) ?? []
      if (!isId(sessionId)) return null
      const given = Buffer.from(mark)
      const isOurs = knownKeys.some((known) => timingSafeEqual(given, Buffer.from(markOf(known, sessionId, random))))
      return isOurs ? sessionId : null
    },
  }
}

const markOf = (key: KeyObject, sessionId: string, random: string): string =>
  createHmac('sha256', key).update(`${sessionId}.${random}`).digest().subarray(0, 16).toString('base64url')
