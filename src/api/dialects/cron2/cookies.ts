/** The two cookies of the cron2 dialect: for its paths alone, out of reach of scripts and of other sites. */
import type { FastifyReply, FastifyRequest } from 'fastify'

export type TokenCookie = 'access_token' | 'refresh_token'

const PATH = '/v1'

/** Null where the request has none of this name. */
export const cookieOf = ({ headers: { cookie = '' } }: FastifyRequest, name: TokenCookie): string | null =>
  cookie
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) || null

/**
 * `SameSite=Strict` is what keeps other sites from using them, along with bodies that must be JSON. `Secure` wherever the
 * request came over TLS: over plain HTTP no client would keep the cookie.
 */
export const setCookie = (
  { protocol }: FastifyRequest,
  reply: FastifyReply,
  { name, value, seconds }: { readonly name: TokenCookie; readonly value: string; readonly seconds: number },
): void => {
  const secure = protocol === 'https' ? '; Secure' : ''
  reply.header('set-cookie', `${name}=${value}; Path=${PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`)
}

export const clearCookies = (request: FastifyRequest, reply: FastifyReply): void => {
  for (const name of ['access_token', 'refresh_token'] as const)
    setCookie(request, reply, { name, value: '', seconds: 0 })
}
