/** Who asks: reads the access token of a request and puts the actor on it. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import type { Services } from '../services/services.ts'
import { callerOf } from './routes/route.ts'

/** A hook that runs before the body is read: strangers are not worth the work. */
export const authenticator =
  (services: Services) =>
  async (request: FastifyRequest): Promise<void> => {
    if (request.routeOptions.config.access === 'public') return
    const authenticate = async () => ({
      ...(await services.sessions.authenticate(bearerOf(request.headers.authorization))),
      ...callerOf(request),
    })
    request.actor = await authenticate()
    request.stillActor = authenticate
  }

const bearerOf = (header: string | undefined): string => {
  const token = /^bearer +([^\s,]+)$/i.exec(header ?? '')?.[1]
  if (token !== undefined) return token
  throw new DomainError(
    'unauthenticated',
    header === undefined
      ? 'Sign in first: send the header `Authorization: Bearer <access token>`.'
      : 'The header `Authorization` does not hold a bearer token.',
  )
}
