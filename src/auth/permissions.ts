/** Who may do what: the one table that every use case asks. */
import type { Actor, Role } from '../domain/actor.ts'

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
  'execution.view': row('any', 'any', 'any'),
  /** Cancel, try again. Own: of an own job. */
  'execution.change': row('any', 'own', 'none'),
  'schedule.preview': row('any', 'any', 'any'),
  'statistics.view': row('any', 'any', 'any'),
  'system.view': row('any', 'any', 'any'),
  /** Only in the first workspace: `isOperator`. */
  'scheduling.hold': row('any', 'none', 'none'),
  'retention.view': row('any', 'any', 'any'),
  'retention.change': row('any', 'none', 'none'),
  'user.list': row('any', 'none', 'none'),
  'user.create': row('any', 'none', 'none'),
  'user.view': row('any', 'own', 'own'),
  /** Name, e-mail address, password. */
  'user.change': row('any', 'own', 'own'),
  /** Role, enabled. */
  'user.appoint': row('any', 'none', 'none'),
  'user.delete': row('any', 'none', 'none'),
  'session.view': row('own', 'own', 'own'),
  'session.end': row('any', 'own', 'own'),
} as const satisfies Record<string, Readonly<Record<Role, Reach>>>

export type Action = keyof typeof PERMISSIONS

/** The server itself may do everything within the workspace it acts in. */
export const reachOf = (actor: Actor, action: Action): Reach =>
  actor.kind === 'system' ? 'any' : PERMISSIONS[action][actor.role]

/** Whether the actor may do this to a thing of its workspace; `ownerId` is null where nobody owns it. */
export const may = (actor: Actor, action: Action, ownerId: string | null): boolean => {
  const reach = reachOf(actor, action)
  return reach === 'any' || (reach === 'own' && actor.kind === 'user' && actor.userId === ownerId)
}

/** The one that the first start makes, with the first admin in it: its admins speak for the machine. */
export const FIRST_WORKSPACE = 1

export const isOperator = (actor: Actor): boolean =>
  actor.workspaceKey === FIRST_WORKSPACE && (actor.kind === 'system' || actor.role === 'admin')
