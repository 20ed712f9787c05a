/** Who may do what: the one table that every use case asks. */
import type { Actor, Role, Scope } from '../domain/actor.ts'

/** `any`: to everything of the workspace. `own`: to what the actor owns, jobs and their executions, its own account. */
export type Reach = 'any' | 'own' | 'none'

const row = (admin: Reach, user: Reach, viewer: Reach): Readonly<Record<Role, Reach>> => ({ admin, user, viewer })

export const PERMISSIONS = {
  'job.view': row('any', 'any', 'any'),
  'job.create': row('any', 'own', 'none'),
  /** Edit, pause, resume, delete. */
  'job.change': row('any', 'own', 'none'),
  'job.run': row('any', 'own', 'none'),
  /** Make somebody else its owner. */
  'job.give': row('any', 'none', 'none'),
  /** Which registered functions there are. */
  'function.view': row('any', 'any', 'any'),
  'execution.view': row('any', 'any', 'any'),
  /** Cancel, try again. Own: of an own job. */
  'execution.change': row('any', 'own', 'none'),
  'schedule.preview': row('any', 'any', 'any'),
  'statistics.view': row('any', 'any', 'any'),
  'limit.view': row('any', 'any', 'any'),
  'limit.change': row('any', 'none', 'none'),
  'catch-up.view': row('any', 'any', 'any'),
  /** Pause, resume. */
  'catch-up.change': row('any', 'none', 'none'),
  'system.view': row('any', 'any', 'any'),
  /** Only in the first workspace: `isOperator`. */
  'scheduling.hold': row('any', 'none', 'none'),
  /** Have due jobs looked for at once. */
  'scheduling.wake': row('any', 'none', 'none'),
  'retention.view': row('any', 'any', 'any'),
  'retention.change': row('any', 'none', 'none'),
  /** Categories and teams. */
  'catalog.view': row('any', 'any', 'any'),
  'catalog.change': row('any', 'none', 'none'),
  'application.view': row('any', 'any', 'any'),
  'application.create': row('any', 'own', 'none'),
  /** Edit, delete, add APIs to it, try its handshake. */
  'application.change': row('any', 'own', 'none'),
  'user.list': row('any', 'none', 'none'),
  'user.create': row('any', 'none', 'none'),
  'user.view': row('any', 'own', 'own'),
  /** Name, e-mail address, password. */
  'user.change': row('any', 'own', 'own'),
  /** Role, enabled. */
  'user.appoint': row('any', 'none', 'none'),
  'user.delete': row('any', 'none', 'none'),
  /** The audit log, and events about accounts and sessions. */
  'audit.view': row('any', 'none', 'none'),
  'session.view': row('own', 'own', 'own'),
  'session.end': row('any', 'own', 'own'),
  /** The own inbox. */
  'notice.view': row('own', 'own', 'own'),
  /** Slack, webhook channels, and what is on its way to them. */
  'channel.view': row('any', 'none', 'none'),
  'channel.change': row('any', 'none', 'none'),
  'key.view': row('any', 'own', 'own'),
  'key.create': row('own', 'own', 'own'),
  /** Name, scopes, expiry. */
  'key.change': row('own', 'own', 'own'),
  'key.revoke': row('any', 'own', 'own'),
} as const satisfies Record<string, Readonly<Record<Role, Reach>>>

export type Action = keyof typeof PERMISSIONS

/**
 * The scope that opens an action to an API key; null: to none. Whoever holds a key must not be able to outlive it: keys make
 * no accounts, change no passwords or roles, and touch neither sessions nor keys.
 */
const SCOPE_FOR: Readonly<Record<Action, Scope | null>> = {
  'job.view': 'jobs:read',
  'job.create': 'jobs:write',
  'job.change': 'jobs:write',
  'job.run': 'jobs:run',
  'job.give': 'jobs:write',
  'function.view': 'jobs:read',
  'execution.view': 'executions:read',
  'execution.change': 'executions:write',
  'schedule.preview': 'jobs:read',
  'statistics.view': 'executions:read',
  'limit.view': 'jobs:read',
  'limit.change': 'jobs:write',
  'catch-up.view': 'executions:read',
  'catch-up.change': 'executions:write',
  'system.view': 'system:read',
  'scheduling.hold': null,
  'scheduling.wake': null,
  'retention.view': 'system:read',
  'retention.change': null,
  'catalog.view': 'jobs:read',
  'catalog.change': 'jobs:write',
  'application.view': 'jobs:read',
  'application.create': 'jobs:write',
  'application.change': 'jobs:write',
  'user.list': 'users:read',
  'user.create': null,
  'user.view': 'users:read',
  'user.change': null,
  'user.appoint': null,
  'user.delete': null,
  'audit.view': null,
  'session.view': null,
  'session.end': null,
  'notice.view': null,
  'channel.view': null,
  'channel.change': null,
  'key.view': null,
  'key.create': null,
  'key.change': null,
  'key.revoke': null,
}

/** The server itself may do everything within the workspace it acts in; a key what both its owner's role and its scopes allow. */
export const reachOf = (actor: Actor, action: Action): Reach => {
  if (actor.kind === 'system') return 'any'
  return actor.kind === 'key' && !isInScope(actor.scopes, action) ? 'none' : PERMISSIONS[action][actor.role]
}

export const isInScope = (scopes: readonly Scope[], action: Action): boolean => {
  const scope = SCOPE_FOR[action]
  return scope !== null && scopes.includes(scope)
}

/** Whether the role itself may do anything that the scope opens: a key with more would promise what it cannot keep. */
export const mayGrant = (role: Role, scope: Scope): boolean =>
  (Object.keys(SCOPE_FOR) as Action[]).some(
    (action) => SCOPE_FOR[action] === scope && PERMISSIONS[action][role] !== 'none',
  )

/** Whether the actor may do this to a thing of its workspace; `ownerId` is null where nobody owns it. */
export const may = (actor: Actor, action: Action, ownerId: string | null): boolean => {
  const reach = reachOf(actor, action)
  return reach === 'any' || (reach === 'own' && actor.kind !== 'system' && actor.userId === ownerId)
}

/** The one that the first start makes, with the first admin in it: its admins speak for the machine. */
export const FIRST_WORKSPACE = 1

export const isOperator = (actor: Actor): boolean =>
  actor.workspaceKey === FIRST_WORKSPACE && (actor.kind === 'system' || actor.role === 'admin')
