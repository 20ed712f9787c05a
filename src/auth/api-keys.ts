/** API keys: recognisable on sight, found by the part that may be shown, kept as a hash, compared in constant time. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

export type ApiKeyText = {
  /** `crl_<public id>_<256 random bits><checksum>`: shown once, when it is made. */
  readonly text: string
  readonly publicId: string
  readonly hash: string
}

/** What leak scanners look for, and what tells a key from an access token. */
export const API_KEY_PREFIX = 'crl_'

const FORM = /^crl_([a-z0-9]{8})_([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/
const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 8
const CHECKSUM_LENGTH = 6

export const createApiKey = (): ApiKeyText => {
  const publicId = Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('')
  const body = `${API_KEY_PREFIX}${publicId}_${randomBytes(32).toString('base64url')}`
  const text = body + checksumOf(body)
  return { text, publicId, hash: apiKeyHash(text) }
}

/** The public id of a text that has the form of a key; null for all else: a slip of the pen asks nothing of the store. */
export const publicIdOf = (text: string): string | null => {
  const [, publicId = '', , checksum] = FORM.exec(text) ?? []
  return checksum !== undefined && checksum === checksumOf(text.slice(0, -CHECKSUM_LENGTH)) ? publicId : null
}

/** What is stored: 256 random bits need no salt and no slow hash. */
export const apiKeyHash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Both are digests of the same length, so that the time tells nothing. */
export const isSameHash = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}

// No secret: it can be made from the rest of the key by anybody.
const checksumOf = (body: string): string =>
  createHash('sha256').update(body).digest('base64url').slice(0, CHECKSUM_LENGTH)
