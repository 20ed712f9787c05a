/** One key per purpose, each derived from a secret of the operator, so that no two uses share one. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

const derived = (secret: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `carillon ${purpose}`, bytes))

/** HKDF-SHA-256 (RFC 5869), 256 bits. */
export const keyFor = (secret: string, purpose: string): KeyObject => createSecretKey(derived(secret, purpose, 32))

/** Names a key without telling anything about it. */
export const keyIdOf = (secret: string, purpose: string): string => derived(secret, `${purpose} id`, 4).toString('hex')
