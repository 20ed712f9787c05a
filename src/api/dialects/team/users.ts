/** `/auth/me`, `/auth/users`: the accounts of the workspace. */
import { type Actor, ROLES } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { Services, UserEdit, UserView } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf, textOf } from './body.ts'
import { refusal } from './errors.ts'
import { inWords, ROLE_TEXT, SHORTEST_PASSWORD } from './register.ts'
import { about, type TeamRoutes } from './surface.ts'
import { userToTeam } from './user-shape.ts'

type WithId = { Params: { id: string } }

export const userRoutes: TeamRoutes = (scope, { surface, services }) => {
  scope.get('/auth/me', about('auth', 'Get the current user'), async (request) => {
    const { user } = await services.users.me(actorOf(request))
    // The second generation has the fields at the top; under `user` they stand for both.
    return { ...(surface.generation === 2 ? userToTeam(user) : {}), user: userToTeam(user) }
  })

  scope.get('/auth/users', about('users', 'List all users', 'admin'), async (request) => {
    const users = await allUsers(services, actorOf(request))
    return { count: users.length, users: users.map(userToTeam) }
  })

  scope.get<WithId>('/auth/users/:id', about('users', 'Get a user'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, 'Forbidden. You can only view your own profile.')
    const user = await services.users.get(actor, request.params.id).catch(userNotFound)
    return { user: userToTeam(user) }
  })

  scope.put<WithId>('/auth/users/:id', about('users', 'Update a user'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, 'Forbidden. You can only update your own profile.')
    const { edit, fields } = editOf(actor, fieldsOf(request))
    const user = await services.users
      .update(actor, request.params.id, edit, null)
      .catch(userNotFound)
      .catch(inWords(surface, { schema: false }))
    return { message: 'User updated successfully', updated_fields: fields, user: userToTeam(user) }
  })

  scope.delete<WithId>('/auth/users/:id', about('users', 'Delete a user', 'admin'), async (request) => {
    const actor = actorOf(request)
    const { id } = request.params
    if (isSelf(actor, id)) throw refusal(400, 'Cannot delete your own account')
    const user = await services.users.get(actor, id).catch(userNotFound)
    await services.users.delete(actor, id).catch(userNotFound)
    return { message: 'User deleted successfully', deleted_user: { id: user.id, username: user.username } }
  })
}

const PAGE = 100

const allUsers = async (services: Services, actor: Actor): Promise<UserView[]> => {
  const users: UserView[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Services['users']['list']>> = await services.users.list(actor, {
      cursor,
      limit: PAGE,
    })
    users.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return users
}

const isSelf = (actor: Actor, id: string): boolean => actor.kind !== 'system' && actor.userId === id

/** Before anything is looked up: who may not see others learns nothing of which ids exist. */
export const selfOrAdmin = (actor: Actor, id: string, otherwise: string): void => {
  if (actor.kind === 'system' || actor.role === 'admin' || isSelf(actor, id)) return
  throw refusal(403, otherwise)
}

export const userNotFound = (error: unknown): never => {
  if (error instanceof DomainError && error.code === 'not_found') throw refusal(404, 'User not found')
  throw error
}

/** Unknown and empty fields are passed over, as the document has it; what is left is taken as a whole or not at all. */
const editOf = (actor: Actor, given: Fields): { readonly edit: UserEdit; readonly fields: readonly string[] } => {
  const isAdmin = actor.kind === 'system' || actor.role === 'admin'
  if (given.role !== undefined && !isAdmin) throw refusal(403, 'Only admins can change user roles')
  if (given.is_active !== undefined && !isAdmin) throw refusal(403, 'Only admins can change user active status')
  const email = textOf(given.email)
  const password = given.password === undefined || given.password === '' ? null : given.password
  const fields = [
    ...(email === null ? [] : ['email']),
    ...(password === null ? [] : ['password']),
    ...(given.role === undefined ? [] : ['role']),
    ...(given.is_active === undefined ? [] : ['is_active']),
  ]
  if (fields.length === 0) throw refusal(400, 'No valid fields to update')
  if (password !== null && (typeof password !== 'string' || password.length < SHORTEST_PASSWORD))
    throw refusal(400, 'Password must be at least 6 characters long')
  const role = ROLES.find((known) => known === given.role)
  if (given.role !== undefined && role === undefined) throw refusal(400, 'Invalid role', ROLE_TEXT)
  if (given.is_active !== undefined && typeof given.is_active !== 'boolean')
    throw refusal(400, 'Invalid is_active', 'is_active must be true or false.')
  const current = given.current_password
  const edit: UserEdit = {
    ...(email === null ? {} : { email }),
    ...(password === null ? {} : { password, presentPasswordOptional: true }),
    ...(typeof current === 'string' ? { currentPassword: current } : {}),
    ...(role === undefined ? {} : { role }),
    ...(given.is_active === undefined ? {} : { enabled: given.is_active }),
  }
  return { edit, fields }
}
