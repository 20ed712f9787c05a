/** Secrets at rest: sealed with AES-256-GCM, bound to their place, opened only just before use. */
import { createCipheriv, createDecipheriv, createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { keyFor, keyIdOf } from './keys.ts'

/** Where a sealed text may be opened: anywhere else, and moved by whoever, it stays shut. */
export type Place = { readonly workspaceKey: number; readonly owner: string; readonly field: string }

export type Secrets = {
  /** `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
  readonly seal: (plain: string, place: Place) => string
  /** Throws when the text was altered, sits in another place, or its key is not known. */
  readonly open: (sealed: string, place: Place) => string
  /** 8 hex digits of a keyed hash: tells people whether two secrets of a workspace are the same, and nothing else. */
  readonly fingerprint: (plain: string, workspaceKey: number) => string
  /** Whether it was sealed with the present key, so that the former one is no longer needed for it. */
  readonly isCurrent: (sealed: string) => boolean
}

const PURPOSE = 'secrets at rest'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `previous`: former keys, which still open what they sealed. */
export const createSecrets = (key: string, previous: readonly string[] = []): Secrets => {
  const currentId = keyIdOf(key, PURPOSE)
  const keys = new Map<string, KeyObject>(
    [...previous, key].map((secret) => [keyIdOf(secret, PURPOSE), keyFor(secret, PURPOSE)]),
  )
  const currentKey = keys.get(currentId) as KeyObject
  const fingerprintKey = keyFor(key, 'fingerprints')

  return {
    seal: (plain, place) => {
      // A random 96-bit nonce is safe for 2^32 texts of one key (NIST SP 800-38D, 8.3).
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(placeBytes(place))
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return ['v1', currentId, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },

    open: (sealed, place) => {
      const [version, keyId = '', nonceText = '', sealedText = '', ...rest] = sealed.split('.')
      if (version !== 'v1' || rest.length > 0) throw new Error('This is not a sealed secret.')
      const found = keys.get(keyId)
      if (found === undefined) throw new Error(`The key ${keyId} that sealed this secret is not known here.`)
      const nonce = Buffer.from(nonceText, 'base64url')
      const bytes = Buffer.from(sealedText, 'base64url')
      if (nonce.length !== NONCE_BYTES || bytes.length < TAG_BYTES) throw new Error('This sealed secret is cut short.')
      const decipher = createDecipheriv('aes-256-gcm', found, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(placeBytes(place))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
    },

    fingerprint: (plain, workspaceKey) =>
      createHmac('sha256', fingerprintKey).update(`${workspaceKey}:${plain}`).digest('hex').slice(0, 8),

    isCurrent: (sealed) => sealed.startsWith(`v1.${currentId}.`),
  }
}

// JSON keeps the three apart whatever they hold.
const placeBytes = ({ workspaceKey, owner, field }: Place): Buffer =>
  Buffer.from(JSON.stringify([workspaceKey, owner, field]))
