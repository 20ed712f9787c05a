/** Who asks the team dialect: our own tokens and keys, refused in the words of either prefix. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../../domain/errors.ts'
import type { Services, TokenTrouble } from '../../../services/services.ts'
import { authenticator } from '../../authenticate.ts'
import { actorOf } from '../../routes/route.ts'
import { refusal, type TeamRefusal } from './errors.ts'
import type { Needs, Surface } from './surface.ts'

type Words = readonly [first: string, second: string]

const TROUBLE: Readonly<Record<TokenTrouble, Words>> = {
  invalid: ['Invalid token', 'Invalid token'],
  expired: ['Token has expired', 'Token has expired'],
  refresh_token: ['Only non-refresh tokens are allowed', 'Invalid token type'],
  user_gone: ['User not found', 'User not found'],
  user_disabled: ['User account is deactivated', 'User account is deactivated'],
  session_over: ['Token has been revoked', 'Token has been revoked'],
}
const NO_HEADER: Words = ['Missing Authorization Header', 'Not authenticated']
const NO_BEARER: Words = [
  "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'",
  'Not authenticated',
]

/** The first generation reads `msg` here, and `error` elsewhere. */
const unauthenticated = (surface: Surface, [first, second]: Words): TeamRefusal =>
  surface.generation === 1 ? refusal(401, first, first, { msg: first }) : refusal(401, second)

/** Null where no bearer token came at all. */
export const bearerOf = ({ headers }: FastifyRequest): string | null =>
  /^bearer +([^\s,]+)$/i.exec(headers.authorization ?? '')?.[1] ?? null

export const missingToken = (surface: Surface, { headers }: FastifyRequest): TeamRefusal =>
  unauthenticated(surface, headers.authorization === undefined ? NO_HEADER : NO_BEARER)

/** A hook: the token first, then the role that the route needs, and only then the body. */
export const teamAuthenticator = (services: Services, surface: Surface) => {
  const authenticate = authenticator(services)
  return async (request: FastifyRequest): Promise<void> => {
    const { access, needs } = request.routeOptions.config
    if (access === 'public') return
    const token = bearerOf(request)
    if (token === null && request.headers['x-api-key'] === undefined) throw missingToken(surface, request)
    try {
      await authenticate(request)
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unauthenticated') throw error
      const trouble = token === null ? 'invalid' : await services.sessions.troubleWith(token)
      throw unauthenticated(surface, TROUBLE[trouble])
    }
    if (needs !== undefined) checkRole(surface, request, needs)
  }
}

const ROLES_FOR = { admin: ['admin'], writer: ['admin', 'user'] } as const satisfies Record<Needs, readonly string[]>
const REFUSED: Readonly<Record<Needs, string>> = {
  admin: 'Admin access required',
  writer: 'User or admin access required',
}

const checkRole = (surface: Surface, request: FastifyRequest, needs: Needs): void => {
  const actor = actorOf(request)
  const roles: readonly string[] = ROLES_FOR[needs]
  if (actor.kind === 'system' || roles.includes(actor.role)) return
  throw surface.generation === 1
    ? refusal(403, 'Insufficient permissions', `This endpoint requires one of the following roles: ${roles.join(', ')}`)
    : refusal(403, REFUSED[needs])
}
