/** Answers every refusal and every fault in the one form of problems, and logs what is our own fault. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import type { Log } from '../telemetry/log.ts'
import { PROBLEM_TYPE } from './contract/problems.ts'
import { asDomainError, PROBLEMS, problemOf } from './problems.ts'

export type Refuse = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

export const refuser =
  ({ log, exposeDetails }: { readonly log: Log; readonly exposeDetails: boolean }): Refuse =>
  (thrown, request, reply) => {
    const error = asDomainError(thrown)
    const { status } = PROBLEMS[error.code]
    if (status >= 500) log.error('request failed', { request_id: request.id, code: error.code, error: thrown })
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    if (error.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)))
    const problem = problemOf(error, { requestId: request.id, exposeDetails })
    // Already serialized: the route's own shapes are for its successes.
    return reply.code(status).type(PROBLEM_TYPE).serializer(String).send(JSON.stringify(problem))
  }

/** `refuserAt`: whose words a path speaks at which there is nothing. */
export const answerProblems = (
  app: FastifyInstance,
  refuse: Refuse,
  refuserAt: (path: string) => Refuse = () => refuse,
): void => {
  const methods = methodsByPath(app)
  app.setErrorHandler(refuse)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const inWords = refuserAt(path)
    const allowed = methods(path)
    if (allowed.length === 0)
      return inWords(new DomainError('not_found', 'There is nothing at this path.'), request, reply)
    reply.header('allow', allowed.join(', '))
    return inWords(new DomainError('method_not_allowed', `Use ${allowed.join(' or ')} here.`), request, reply)
  })
}

/** Learns the routes as they are made; answers which methods a path has, so that 405 can be told from 404. */
const methodsByPath = (app: FastifyInstance): ((path: string) => string[]) => {
  const known: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return
    const pattern = new RegExp(`^${url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`)
    known.push({ pattern, methods: [method].flat() })
  })
  return (path) =>
    [...new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort()
}
