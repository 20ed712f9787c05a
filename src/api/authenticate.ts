/** Who asks: reads the access token of a request and puts the actor on it. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import type { Services } from '../services/services.ts'

/** A hook that runs before the body is read: strangers are not worth the work. */
export const authenticator =
  (services: Services) =>
  async (request: FastifyRequest): Promise<void> => {
    if (request.routeOptions.config.access === 'public') return
    request.actor = await services.sessions.authenticate(bearerOf(request.headers.authorization))
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
