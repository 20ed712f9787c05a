/** API keys between the wire and the use cases. */
import type { KeyEdit, KeyInput, KeyView } from '../../services/services.ts'
import type * as wire from '../contract/keys.ts'
import { epochMsIf, instant, instantOrNull } from './values.ts'

export const keyToWire = (key: KeyView): wire.ApiKey => ({
  id: key.id,
  name: key.name,
  prefix: `crl_${key.publicId}`,
  scopes: [...key.scopes],
  state: key.state,
  created_by: key.userId,
  created_at: instant(key.createdAt),
  updated_at: instant(key.updatedAt),
  expires_at: instant(key.expiresAt),
  last_used_at: instantOrNull(key.lastUsedAt),
  last_used_address: key.lastUsedAddress,
  revoked_at: instantOrNull(key.revokedAt),
  version: key.version,
})

export const keyInput = ({ name, scopes, expires_at }: wire.ApiKeyCreate): KeyInput => ({
  name,
  scopes,
  expiresAt: epochMsIf(expires_at),
})

export const keyEdit = ({ name, scopes, expires_at }: wire.ApiKeyUpdate): KeyEdit => ({
  name,
  scopes,
  expiresAt: epochMsIf(expires_at),
})
