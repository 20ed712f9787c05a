/** Which program speaks? An API key is looked up once in a few seconds, and its use is noted once in a minute. */
import { apiKeyHash, isSameHash, publicIdOf } from '../auth/api-keys.ts'
import type { Limits } from '../auth/limits.ts'
import type { KeyActor } from '../domain/actor.ts'
import type { Clock } from '../domain/clock.ts'
import { DomainError } from '../domain/errors.ts'
import type { KeyHolder, KeyStore } from '../store/store.ts'
import type { Log } from '../telemetry/log.ts'

export type KeyCheck = {
  /** `address`: where the request comes from; failures count against it. */
  readonly authenticate: (text: string, address: string) => Promise<KeyActor>
  /** At once in this process; others notice within the time an answer is kept. */
  readonly forgetKey: (keyId: string) => void
  readonly forgetKeysOf: (userId: string) => void
}

/** S07: a key that was revoked elsewhere passes for so long at most. */
const KEPT_MS = 4500
const MOST_KEPT = 10_000
const NOTED_EVERY_MS = 60_000

type Kept = { readonly actor: KeyActor; readonly at: number; readonly expiresAt: number; notedAt: number }

export const createKeyCheck = ({
  keys,
  clock,
  limits,
  log,
}: {
  readonly keys: KeyStore
  readonly clock: Clock
  readonly limits: Pick<Limits, 'checkAddress' | 'countAgainst'>
  readonly log: Pick<Log, 'warn'>
}): KeyCheck => {
  /** By the hash of the whole key: whoever finds an entry has the key. */
  const kept = new Map<string, Kept>()
  /** Rises when anything is forgotten: an answer that was asked for before must not be kept after. */
  let era = 0

  const holderOf = async (text: string, hash: string): Promise<KeyHolder | null> => {
    const publicId = publicIdOf(text)
    const holder = publicId === null ? null : await keys.holderOf(publicId)
    if (holder === null || !isSameHash(hash, holder.key.hash)) return null
    const { revokedAt, expiresAt } = holder.key
    return revokedAt === null && clock.now() < expiresAt && holder.isEnabled ? holder : null
  }

  const look = async (text: string, hash: string): Promise<Kept | null> => {
    const asked = { era, at: clock.monotonic() }
    const before = kept.get(hash)
    const holder = await holderOf(text, hash)
    if (holder === null) return null
    const { id, userId, workspaceKey, scopes, expiresAt, lastUsedAt } = holder.key
    const actor: KeyActor = { kind: 'key', keyId: id, userId, workspaceKey, role: holder.role, scopes }
    const found = { actor, at: asked.at, expiresAt, notedAt: before?.notedAt ?? lastUsedAt ?? Number.NEGATIVE_INFINITY }
    if (era === asked.era) {
      kept.delete(hash)
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string)
      kept.set(hash, found)
    }
    return found
  }

  /** Not in the way of the request; a note that is lost is made by the next one. */
  const note = (found: Kept, address: string): void => {
    const now = clock.now()
    if (Math.abs(now - found.notedAt) < NOTED_EVERY_MS) return
    found.notedAt = now
    const use = { now, address, ifBefore: now - NOTED_EVERY_MS }
    keys.touch(found.actor.keyId, use).catch((error: unknown) => {
      log.warn('the use of an API key was not noted', { key_id: found.actor.keyId, error })
    })
  }

  const forget = (which: (actor: KeyActor) => boolean): void => {
    era++
    for (const [hash, { actor }] of kept) if (which(actor)) kept.delete(hash)
  }

  return {
    authenticate: async (text, address) => {
      const hash = apiKeyHash(text)
      const known = kept.get(hash)
      const isFresh = known !== undefined && clock.monotonic() - known.at < KEPT_MS && clock.now() < known.expiresAt
      // Strangers behind the same address must not shut out a program whose key was good a moment ago.
      if (known === undefined) limits.checkAddress(address)
      const found = isFresh ? known : await look(text, hash)
      if (found === null) {
        kept.delete(hash)
        limits.countAgainst(address)
        throw new DomainError(
          'unauthenticated',
          'The API key is unknown, expired or revoked, or its owner is disabled.',
        )
      }
      note(found, address)
      return found.actor
    },
    forgetKey: (keyId) => forget((actor) => actor.keyId === keyId),
    forgetKeysOf: (userId) => forget((actor) => actor.userId === userId),
  }
}
