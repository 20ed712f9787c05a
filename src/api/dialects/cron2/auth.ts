/** `/v1/signup`, `login`, `logout`, `refresh-token`, `user`: accounts and sessions of ours in the words of the cron2 dialect. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../../domain/errors.ts'
import type { Services, SignedIn, UserView } from '../../../services/services.ts'
import { authenticator } from '../../authenticate.ts'
import { actorOf, callerOf } from '../../routes/route.ts'
import { clearCookies, cookieOf, setCookie } from './cookies.ts'
import { type Fault, fault, NO_REFRESH, refusal } from './errors.ts'
import { type Fields, objectOf } from './job-body.ts'
import { about, type Cron2Routes, openAbout } from './surface.ts'

/** A hook: the header wins, the cookie stands in for it. */
export const cron2Authenticator = (services: Services) => {
  const authenticate = authenticator(services)
  return async (request: FastifyRequest): Promise<void> => {
    const cookie = cookieOf(request, 'access_token')
    const { headers } = request
    if (headers.authorization === undefined && headers['x-api-key'] === undefined && cookie !== null)
      headers.authorization = `Bearer ${cookie}`
    await authenticate(request)
  }
}

export const authRoutes: Cron2Routes = (scope, { services }) => {
  scope.post('/signup', openAbout('Create a user account'), async (request, reply) => {
    const { email, password, fullname } = textsIn(request.body, ['email', 'fullname', 'password'])
    const signedIn = await services.sessions
      .signUp({ email, password, fullName: fullname, ...callerOf(request) })
      .catch(inSignUpWords)
    return answerTokens(request, reply.code(201), signedIn)
  })

  scope.post('/login', openAbout('Sign in'), async (request, reply) => {
    const { email, password } = textsIn(request.body, ['email', 'password'])
    return answerTokens(
      request,
      reply,
      await services.sessions.signIn({ login: email, password, ...callerOf(request) }),
    )
  })

  scope.post('/logout', about('Sign out: the tokens end at once'), async (request, reply) => {
    await services.sessions.signOut(actorOf(request))
    clearCookies(request, reply)
    return { message: 'successfully logout' }
  })

  scope.get('/user', about('Get the current user'), async (request) =>
    userToCron2((await services.users.me(actorOf(request))).user),
  )

  scope.post('/refresh-token', openAbout('Get another access token'), async (request, reply) => {
    const bearer = /^bearer +([^\s,]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const refreshToken = bearer ?? cookieOf(request, 'refresh_token')
    if (refreshToken === null) throw refusal(401, NO_REFRESH)
    const { accessToken, expiresIn } = await services.sessions.renew({ refreshToken, ...callerOf(request) })
    setCookie(request, reply, { name: 'access_token', value: accessToken, seconds: expiresIn })
    return { access_token: accessToken }
  })
}

const answerTokens = (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn) => {
  const { accessToken, refreshToken, expiresIn, refreshExpiresIn, user } = signedIn
  setCookie(request, reply, { name: 'access_token', value: accessToken, seconds: expiresIn })
  setCookie(request, reply, { name: 'refresh_token', value: refreshToken, seconds: refreshExpiresIn })
  return reply.send({ user: userToCron2(user), access_token: accessToken, refresh_token: refreshToken })
}

const userToCron2 = ({ id, email, fullName, username }: UserView) => ({
  _id: id,
  email,
  fullname: fullName ?? username,
})

/** Texts that must be there, e-mail addresses looking like one; further fields are passed over. */
const textsIn = <Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> => {
  const given: Fields = objectOf(body)
  const faults: Fault[] = names.flatMap((name) => {
    const value = given[name]
    if (value === undefined || value === null) return [fault(name, 'field required', 'value_error.missing')]
    if (typeof value !== 'string') return [fault(name, 'str type expected', 'type_error.str')]
    return name === 'email' && !/^[^@\s]+@[^@\s]+$/.test(value.trim())
      ? [fault(name, 'value is not a valid email address', 'value_error.email')]
      : []
  })
  if (faults.length > 0) throw refusal(422, faults)
  return Object.fromEntries(names.map((name) => [name, String(given[name])])) as Record<Name, string>
}

const inSignUpWords = (error: unknown): never => {
  if (error instanceof DomainError && error.code === 'conflict')
    throw refusal(400, 'user with this email already exists')
  throw error
}
