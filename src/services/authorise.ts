/** May this actor do that? Asked at the head of every use case, with the same answer for unknown and foreign things. */
import { type Action, isInScope, may, reachOf } from '../auth/permissions.ts'
import type { Actor, UserActor } from '../domain/actor.ts'
import { DomainError, notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import type { Store } from '../store/store.ts'

export const allow = (actor: Actor, action: Action, ownerId: string | null): void => {
  if (!may(actor, action, ownerId)) throw forbidden(actor, action)
}

/** For what nobody owns, and before anything is looked up: a role that may not do it to any thing learns nothing of things. */
export const allowSome = (actor: Actor, action: Action): void => {
  if (reachOf(actor, action) === 'none') throw forbidden(actor, action)
}

/** The job, if the actor may do this to it. */
export const jobFor = async (store: Store, actor: Actor, action: Action, id: string): Promise<Job> => {
  allowSome(actor, action)
  const job = isId(id) ? await store.jobs.byId(actor.workspaceKey, id) : null
  if (job === null) throw notFound('job', id)
  allow(actor, action, job.ownerId)
  return job
}

/** For what only people have: a session, a profile. */
export const person = (actor: Actor): UserActor => {
  if (actor.kind === 'user') return actor
  throw new DomainError('forbidden', 'Only a person who signed in can do this.')
}

/** Whose account it is: a key acts for its owner. */
export const userIdOf = (actor: Actor): string | null => (actor.kind === 'system' ? null : actor.userId)

const forbidden = (actor: Actor, action: Action): DomainError => {
  const [thing, deed] = action.split('.')
  if (actor.kind === 'key' && !isInScope(actor.scopes, action)) {
    return new DomainError('forbidden', `The scopes of this API key do not allow to ${deed} a ${thing}.`)
  }
  const whose = reachOf(actor, action) === 'own' ? ' that belongs to somebody else' : ''
  const role = actor.kind === 'system' ? actor.kind : actor.role
  return new DomainError('forbidden', `The role ${role} may not ${deed} a ${thing}${whose}.`)
}
