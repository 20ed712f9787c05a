/** Who asks: reads the access token or the API key of a request and puts the actor on it. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import type { Services } from '../services/services.ts'
import { callerOf } from './routes/route.ts'

/** A hook that runs before the body is read: strangers are not worth the work. */
export const authenticator =
  (services: Services) =>
  async (request: FastifyRequest): Promise<void> => {
    if (request.routeOptions.config.access === 'public') return
    const token = tokenOf(request)
    const caller = callerOf(request)
    const authenticate = async () => ({
      ...(token.startsWith(API_KEY_PREFIX)
        ? await services.keys.authenticate(token, caller.address)
        : await services.sessions.authenticate(token)),
      ...caller,
    })
    request.actor = await authenticate()
    request.stillActor = authenticate
  }

const API_KEY_PREFIX = 'crl_'

const tokenOf = ({ headers }: FastifyRequest): string => {
  const { authorization, 'x-api-key': apiKey } = headers
  if (authorization === undefined && typeof apiKey === 'string') {
    if (apiKey.startsWith(API_KEY_PREFIX)) return apiKey
    throw new DomainError('unauthenticated', 'The header `X-API-Key` does not hold an API key of this server.')
  }
  const token = /^bearer +([^\s,]+)$/i.exec(authorization ?? '')?.[1]
  if (token !== undefined) return token
  throw new DomainError(
    'unauthenticated',
    authorization === undefined
      ? 'Sign in first: send the header `Authorization: Bearer <access token or API key>`.'
      : 'The header `Authorization` does not hold a bearer token.',
  )
}
