/** `/auth/login`, `refresh`, `logout`, `verify`: from a password to tokens of ours, and their end. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../../../domain/errors.ts'
import type { SignedIn } from '../../../services/services.ts'
import { actorOf, callerOf } from '../../routes/route.ts'
import { bearerOf, missingToken } from './authenticate.ts'
import { type Fields, fieldsOf, isFields, textOf } from './body.ts'
import { refusal, type SchemaFault, shapeRefusal } from './errors.ts'
import { about, openAbout, type Surface, type TeamContext, type TeamRoutes } from './surface.ts'
import { userToTeam } from './user-shape.ts'

export const authRoutes: TeamRoutes = (scope, context) => {
  const { surface, services } = context

  inScopeOf(surface, scope, (inner) => {
    inner.post('/auth/login', openAbout('auth', 'Sign in with a user name or an e-mail address'), async (request) =>
      signIn(context, request, surface.generation === 1 ? fieldsOf(request) : looseFieldsOf(request)),
    )
  })
  if (surface.generation === 2) formLogin(scope, context)

  scope.post(
    '/auth/refresh',
    openAbout('auth', 'Exchange the refresh token for a new access token'),
    async (request) => {
      const token = bearerOf(request)
      if (token === null) throw missingToken(surface, request)
      if ((await services.sessions.troubleWith(token)) !== 'refresh_token') throw notRefresh(surface, token)
      const renewed = await services.sessions.renew({ refreshToken: token, ...callerOf(request) })
      return surface.generation === 1
        ? { access_token: renewed.accessToken }
        : {
            access_token: renewed.accessToken,
            refresh_token: null,
            token_type: 'bearer',
            expires_in: renewed.expiresIn,
          }
    },
  )

  scope.post('/auth/logout', about('auth', 'Sign out: the tokens end at once'), async (request) => {
    await services.sessions.signOut(actorOf(request))
    return {
      success: true,
      message: 'Logout successful',
      detail: 'Please discard your tokens on the client side',
    }
  })

  scope.get('/auth/verify', about('auth', 'Say whether the token is good'), async (request) => {
    const { user } = await services.users.me(actorOf(request))
    return { valid: true, user_id: user.id, username: user.username, role: user.role, message: 'Token is valid' }
  })
}

/** In the second generation a body of any content type is read here, as one in which every field is missing. */
export const inScopeOf = (
  { generation }: Surface,
  scope: FastifyInstance,
  routes: (scope: FastifyInstance) => void,
): void => {
  if (generation === 1) routes(scope)
  else
    void scope.register(async (inner) => {
      inner.addContentTypeParser('*', { parseAs: 'string' }, async () => undefined)
      routes(inner)
    })
}

const looksLikeAccess = (token: string): boolean => token.split('.').length === 3 && token.startsWith('eyJ')

const notRefresh = (surface: Surface, token: string) => {
  if (!looksLikeAccess(token)) return refusal(401, 'Invalid token')
  const words = surface.generation === 1 ? 'Only refresh tokens are allowed' : 'Invalid token type'
  return surface.generation === 1 ? refusal(401, words, words, { msg: words }) : refusal(401, words)
}

/** The form that OAuth clients and the documentation page send. */
const formLogin = (scope: FastifyInstance, context: TeamContext): void => {
  void scope.register(async (forms) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
    )
    forms.post('/auth/login/form', openAbout('auth', 'Sign in with a form'), async (request) =>
      signIn(context, request, looseFieldsOf(request)),
    )
  })
}

/** The second generation calls whatever is not there a missing field. */
const looseFieldsOf = ({ body }: FastifyRequest): Fields => (isFields(body) ? body : {})

const signIn = async ({ surface, services }: TeamContext, request: FastifyRequest, fields: Fields) => {
  const login = textOf(fields.username) ?? textOf(fields.email)
  const password = typeof fields.password === 'string' && fields.password !== '' ? fields.password : null
  const faults = surface.generation === 1 ? [] : loginFaults(fields, { login, password })
  if (login === null || password === null || faults.length > 0)
    throw shapeRefusal(surface, 'Email/Username and password are required', faults)
  const signedIn = await signInAs({ login, password })
  return toTeam(surface, signedIn)

  async function signInAs(who: { readonly login: string; readonly password: string }): Promise<SignedIn> {
    try {
      return await services.sessions.signIn({ ...who, tellDisabled: true, ...callerOf(request) })
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      if (error.code === 'forbidden') throw refusal(401, 'Account is inactive. Contact administrator.')
      // Too long to be anybody's.
      if (error.code === 'invalid') throw refusal(401, 'Invalid email/username or password')
      throw error
    }
  }
}

const toTeam = ({ generation }: Surface, { accessToken, refreshToken, user }: SignedIn) => ({
  ...(generation === 2 ? { success: true } : {}),
  message: 'Login successful',
  access_token: accessToken,
  refresh_token: refreshToken,
  ...(generation === 2 ? { token_type: 'bearer' } : {}),
  user: userToTeam(user),
})

const SHORTEST_LOGIN = 3
const SHORTEST_PASSWORD = 6

type Given = { readonly login: string | null; readonly password: string | null }

/** A password is never repeated, so no fault has an `input`. */
const loginFaults = (fields: Fields, { login, password }: Given): SchemaFault[] => {
  const name = fields.username === undefined && fields.email !== undefined ? 'email' : 'username'
  const isShort = login !== null && login.length < SHORTEST_LOGIN
  return [
    ...(login === null ? [missing(name)] : []),
    ...(isShort ? [tooShort(name, SHORTEST_LOGIN)] : []),
    ...(!isShort && name === 'email' && login !== null && !/^[^@\s]+@[^@\s]+$/.test(login)
      ? [{ type: 'value_error', loc: ['body', 'email'], msg: 'value is not a valid email address' }]
      : []),
    ...(password === null ? [missing('password')] : []),
    ...(password !== null && password.length < SHORTEST_PASSWORD ? [tooShort('password', SHORTEST_PASSWORD)] : []),
  ]
}

export const missing = (field: string): SchemaFault => ({
  type: 'missing',
  loc: ['body', field],
  msg: 'Field required',
})

export const tooShort = (field: string, least: number): SchemaFault => ({
  type: 'string_too_short',
  loc: ['body', field],
  msg: `String should have at least ${least} characters`,
})
