/** `/users`: accounts in the words of the chronos dialect. */
import type { UserEdit, UserView } from '../../../services/services.ts'
import { actorOf, callerOf } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import { about, type ChronosRoutes, objectOf, openAbout, textIn } from './surface.ts'

type WithId = { Params: { userID: string } }

export const userRoutes: ChronosRoutes = (scope, { services }) => {
  scope.post('/users/create', openAbout('Create a user'), async (request, reply) => {
    const body = objectOf(request.body)
    const [username, fullName] = [textIn(body, 'username'), textIn(body, 'name')]
    const [email, password] = [textIn(body, 'email'), textIn(body, 'password')]
    if (email === undefined || password === undefined) throw refusal(400, 'email and password are required.')
    const signedIn = await services.sessions.signUp({ username, fullName, email, password, ...callerOf(request) })
    return reply
      .code(201)
      .send({ message: 'User created successfully', user: userToChronos(signedIn.user), token: signedIn.accessToken })
  })

  scope.get<WithId>('/users/:userID', about('Get a user'), async (request) => ({
    user: userToChronos(await services.users.get(actorOf(request), request.params.userID)),
  }))

  scope.put<WithId>('/users/:userID/update', about('Update a user'), async (request) => {
    const body = objectOf(request.body)
    const password = textIn(body, 'password')
    const edit: UserEdit = {
      username: textIn(body, 'username'),
      fullName: textIn(body, 'name'),
      email: textIn(body, 'email'),
      ...(password === undefined ? {} : { password, presentPasswordOptional: true }),
    }
    if (Object.values(edit).every((value) => value === undefined))
      throw refusal(400, 'Give username, name, email or password.')
    const user = await services.users.update(actorOf(request), request.params.userID, edit, null)
    return { message: 'User updated successfully', user: userToChronos(user) }
  })

  scope.delete<WithId>('/users/:userID/delete', about('Delete a user'), async (request) => {
    const { userID } = request.params
    await services.users.delete(actorOf(request), userID)
    return { message: 'User deleted successfully', userID }
  })
}

const userToChronos = ({ id, username, fullName, email, createdAt }: UserView) => ({
  _id: id,
  userID: id,
  username,
  name: fullName ?? username,
  email,
  createdAt: new Date(createdAt).toISOString(),
})
