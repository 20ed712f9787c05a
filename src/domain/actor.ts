/** Who asks: every use case takes one and authorises it. */

export const ROLES = ['admin', 'user', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Where a request comes from; absent where none is at hand. */
export type Origin = { readonly address?: string; readonly userAgent?: string | null }

export type UserActor = Origin & {
  readonly kind: 'user'
  readonly userId: string
  readonly workspaceKey: number
  readonly role: Role
  readonly sessionId: string
}

/** What an API key may be good for; `auth/permissions.ts` says what each one opens. */
export const SCOPES = [
  'jobs:read',
  'jobs:write',
  'jobs:run',
  'executions:read',
  'executions:write',
  'users:read',
  'system:read',
] as const
export type Scope = (typeof SCOPES)[number]

/** A program with a key: it acts for the key's owner, within the owner's present role and the key's scopes. */
export type KeyActor = Origin & {
  readonly kind: 'key'
  readonly keyId: string
  readonly userId: string
  readonly workspaceKey: number
  /** The owner's, as it is now. */
  readonly role: Role
  readonly scopes: readonly Scope[]
}

/** The server itself, within one workspace (first start, demo job). */
export type SystemActor = { readonly kind: 'system'; readonly workspaceKey: number }

export type Actor = UserActor | KeyActor | SystemActor
