/** Who asks the APScheduler dialect: the workspace it stands for, an account by its password, or a token of ours. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../../domain/errors.ts'
import { authenticator } from '../../authenticate.ts'
import { callerOf } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import type { ApschedulerContext } from './surface.ts'

type Hook = (request: FastifyRequest) => Promise<void>

export const apschedulerAuthenticator = (context: ApschedulerContext): Hook => {
  const { auth, services, workspaceKey } = context
  if (auth === 'none')
    return async (request) => {
      if (request.method !== 'GET' && isFromElsewhere(request)) throw fromElsewhere()
      request.actor = { kind: 'system', workspaceKey: workspaceKey() }
    }
  const byToken = authenticator(services)
  const byPassword = auth === 'basic' ? passwords(context) : null
  return async (request) => {
    const basic = byPassword === null ? null : credentialsOf(request)
    try {
      if (basic === null || byPassword === null) await byToken(request)
      else await byPassword(request, basic)
    } catch (error) {
      const isRefused =
        error instanceof DomainError && ['unauthenticated', 'credentials.wrong', 'invalid'].includes(error.code)
      throw isRefused ? refusal(401, 'UNAUTHENTICATED', 'Access Denied') : error
    }
  }
}

/** Where nobody signs in, a page of any other site that somebody looks at could make jobs on their machine. */
const isFromElsewhere = ({ headers }: FastifyRequest): boolean => {
  const { origin, host, 'sec-fetch-site': site } = headers
  return site === 'cross-site' || (origin !== undefined && URL.parse(origin)?.host !== host)
}

const fromElsewhere = () =>
  refusal(403, 'FORBIDDEN', 'A web page of another origin may change nothing here; let it sign in: SCHEDULER_API_AUTH.')

type Credentials = { readonly login: string; readonly password: string }

const credentialsOf = ({ headers }: FastifyRequest): Credentials | null => {
  const encoded = /^basic +([a-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const [login = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { login, password: password.join(':') }
}

const MOST_KEPT = 200

/** A password is costly to check: the session that it opened is used on, for as long as that session is good. */
const passwords = ({ services }: ApschedulerContext) => {
  const { signIn, authenticate } = services.sessions
  const tokens = new Map<string, string>()
  return async (request: FastifyRequest, credentials: Credentials): Promise<void> => {
    const caller = callerOf(request)
    const key = createHash('sha256').update(JSON.stringify(credentials)).digest('base64')
    const known = tokens.get(key)
    const kept = known === undefined ? null : await authenticate(known).catch(onlyRefused)
    if (kept !== null) {
      request.actor = { ...kept, ...caller }
      return
    }
    tokens.delete(key)
    const { accessToken } = await signIn({ ...credentials, ...caller })
    const oldest = tokens.size >= MOST_KEPT ? tokens.keys().next().value : undefined
    if (oldest !== undefined) tokens.delete(oldest)
    tokens.set(key, accessToken)
    request.actor = { ...(await authenticate(accessToken)), ...caller }
  }
}

const onlyRefused = (error: unknown): null => {
  if (error instanceof DomainError && error.code === 'unauthenticated') return null
  throw error
}
