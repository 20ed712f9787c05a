/** `/auth/me`, `/auth/users`: the accounts of the workspace. */
import { actorOf } from '../../routes/route.ts'
import { about, type TeamRoutes } from './surface.ts'
import { userToTeam } from './user-shape.ts'

export const userRoutes: TeamRoutes = (scope, { surface, services }) => {
  scope.get('/auth/me', about('auth', 'Get the current user'), async (request) => {
    const { user } = await services.users.me(actorOf(request))
    // The second generation has the fields at the top; under `user` they stand for both.
    return { ...(surface.generation === 2 ? userToTeam(user) : {}), user: userToTeam(user) }
  })
}
