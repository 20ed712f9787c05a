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

/** The server itself, within one workspace (first start, demo job). */
export type SystemActor = { readonly kind: 'system'; readonly workspaceKey: number }

export type Actor = UserActor | SystemActor
