/** What the use cases ask of the store about API keys. */
import type { Role, Scope } from '../domain/actor.ts'
import type { Page } from '../domain/page.ts'

export type KeyRow = {
  readonly id: string
  /** The part of the key by which it is found, and which may be shown. */
  readonly publicId: string
  readonly workspaceKey: number
  /** Who made it, and for whom it acts. */
  readonly userId: string
  readonly name: string
  /** SHA-256 (hex) of the whole key. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number | null
  readonly lastUsedAddress: string | null
  readonly revokedAt: number | null
}

export type NewKey = Pick<
  KeyRow,
  'id' | 'publicId' | 'workspaceKey' | 'userId' | 'name' | 'hash' | 'scopes' | 'expiresAt'
> & { readonly now: number }

export type KeyChange = Partial<Pick<KeyRow, 'name' | 'scopes' | 'expiresAt' | 'revokedAt'>>

/** What one owner may have: a new key makes the store forget those that ended before, and all that ended but the newest. */
export type KeyBounds = {
  /** In force at once. */
  readonly most: number
  readonly forgetBefore: number
  /** Of the newest so many, ended ones stay to be looked at. */
  readonly kept: number
}

/** Who may speak with a key: its owner as it is now. */
export type KeyHolder = { readonly key: KeyRow; readonly role: Role; readonly isEnabled: boolean }

export type KeyStore = {
  /** `too_many`: the owner has `most` keys in force already. `taken`: another key has the public id. */
  readonly create: (key: NewKey, bounds: KeyBounds) => Promise<KeyRow | 'too_many' | 'taken'>
  readonly holderOf: (publicId: string) => Promise<KeyHolder | null>
  readonly byId: (workspaceKey: number, id: string) => Promise<KeyRow | null>
  /** In the order of creation, newest first. */
  readonly list: (
    workspaceKey: number,
    query: { readonly userId?: string; readonly cursor: string | null; readonly limit: number },
  ) => Promise<Page<KeyRow>>
  /** Null: not the present version. */
  readonly update: (key: KeyRow, change: KeyChange, now: number) => Promise<KeyRow | null>
  /** Only where the last use that is known lies at or before `ifBefore`. */
  readonly touch: (
    id: string,
    use: { readonly now: number; readonly address: string; readonly ifBefore: number },
  ) => Promise<void>
}
