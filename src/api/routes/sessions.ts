/** Signing in, staying signed in, signing out; and signing up. */
import { z } from 'zod'
import { Refresh, SessionList, SignedIn, SignIn, SignUp } from '../contract/sessions.ts'
import { Id, strict } from '../contract/values.ts'
import { sessionToWire, signedInToWire } from '../translate/people.ts'
import { type Api, actorOf, BODY, callerOf, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['sessions']
const open = { config: { access: 'public' as const } }
const security: [] = []

export const sessionRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/sessions',
    {
      ...open,
      schema: {
        tags,
        security,
        operationId: 'signIn',
        summary: 'Sign in',
        body: SignIn,
        response: {
          201: SignedIn.describe('Tokens for this session.'),
          ...refusals(...BODY, 'credentials.wrong', 'rate_limited'),
        },
      },
    },
    async (request, reply) => {
      const signedIn = await services.sessions.signIn({ ...request.body, ...callerOf(request) })
      return reply.code(201).send(signedInToWire(signedIn))
    },
  )

  api.post(
    '/sessions/refresh',
    {
      ...open,
      schema: {
        tags,
        security,
        operationId: 'refreshSession',
        summary: 'Exchange the refresh token for new tokens',
        description:
          'Each refresh token is good once. Repeating the exchange within 10 seconds gives the same answer, for replies that were lost; a later repeat ends the session.',
        body: Refresh,
        response: { 200: SignedIn.describe('New tokens.'), ...refusals(...BODY, 'token.invalid', 'rate_limited') },
      },
    },
    async (request) => {
      const { refresh_token } = request.body
      return signedInToWire(await services.sessions.refresh({ refreshToken: refresh_token, ...callerOf(request) }))
    },
  )

  api.post(
    '/sign-up',
    {
      ...open,
      schema: {
        tags,
        security,
        operationId: 'signUp',
        summary: 'Sign up: a new workspace, with you as its administrator',
        body: SignUp,
        response: {
          201: SignedIn.describe('Tokens for the first session.'),
          ...refusals(...BODY, 'forbidden', 'conflict', 'rate_limited'),
        },
      },
    },
    async (request, reply) => {
      const { email, password, username, full_name, workspace_name } = request.body
      const signedIn = await services.sessions.signUp({
        email,
        password,
        username,
        fullName: full_name,
        workspaceName: workspace_name,
        ...callerOf(request),
      })
      return reply.code(201).send(signedInToWire(signedIn))
    },
  )

  api.get(
    '/sessions',
    {
      schema: {
        tags,
        operationId: 'listSessions',
        summary: 'List your sessions',
        response: { 200: SessionList.describe('Where you are signed in.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => ({ items: (await services.sessions.list(actorOf(request))).map(sessionToWire) }),
  )

  api.delete(
    '/sessions/current',
    {
      schema: {
        tags,
        operationId: 'signOut',
        summary: 'Sign out',
        response: { 204: z.undefined().describe('The session is over.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request, reply) => {
      await services.sessions.signOut(actorOf(request))
      return reply.code(204).send()
    },
  )

  api.delete(
    '/sessions/:id',
    {
      schema: {
        tags,
        operationId: 'endSession',
        summary: 'End one of your sessions',
        params: strict({ id: Id }),
        response: { 204: z.undefined().describe('The session is over.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      await services.sessions.revoke(actorOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}
