/** API keys on the wire. */
import { z } from 'zod'
import { SCOPES } from '../../domain/actor.ts'
import { NextCursor, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Id, Instant, InstantInput, strict, Version } from './values.ts'

export const Scope = z.enum(SCOPES)
export type Scope = z.infer<typeof Scope>

const apiKey = {
  id: Id,
  name: z.string(),
  prefix: z.string().describe('How the key begins, such as `crl_k3x9ab2f`: enough to find where it is used.'),
  scopes: z.array(Scope),
  state: z.enum(['active', 'expired', 'revoked']),
  created_by: Id.describe('The user for whom the key acts, within what that user may do at the time.'),
  created_at: Instant,
  updated_at: Instant,
  expires_at: Instant,
  last_used_at: Instant.nullable().describe('To the minute.'),
  last_used_address: z.string().nullable(),
  revoked_at: Instant.nullable(),
  version: Version,
}

export const ApiKey = strict(apiKey).meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const NewApiKey = strict({ ...apiKey, key: z.string().describe('The key itself: shown this once.') }).meta({
  id: 'NewApiKey',
})
export type NewApiKey = z.infer<typeof NewApiKey>

const name = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['deploy pipeline'] })
const scopes = z.array(Scope).min(1).max(SCOPES.length)
const expiresAt = InstantInput.optional().describe('Within 366 days; default: in 90 days.')

export const ApiKeyCreate = strict({ name, scopes, expires_at: expiresAt }).meta({ id: 'ApiKeyCreate' })
export type ApiKeyCreate = z.input<typeof ApiKeyCreate>

export const ApiKeyUpdate = strict({
  name: name.optional(),
  scopes: scopes.optional(),
  expires_at: InstantInput.optional(),
}).meta({ id: 'ApiKeyUpdate' })
export type ApiKeyUpdate = z.input<typeof ApiKeyUpdate>

export const ApiKeyPage = strict({ items: z.array(ApiKey), next_cursor: NextCursor }).meta({ id: 'ApiKeyPage' })
export type ApiKeyPage = z.infer<typeof ApiKeyPage>

export const ApiKeyQuery = strict({
  ...PAGE_QUERY,
  owner: z
    .union([z.literal('me'), Id], { error: '`me` or the id of a user is needed' })
    .optional()
    .describe('`me`, or the id of a user. Default: for an administrator everybody, for others themselves.'),
})
export type ApiKeyQuery = QueryOf<typeof ApiKeyQuery>
