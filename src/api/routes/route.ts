/** What every route leans on: the typed server, the caller, versions, and how refusals are documented. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/actor.ts'
import type { Clock } from '../../domain/clock.ts'
import { DomainError, ERROR_CODES, type ErrorCode } from '../../domain/errors.ts'
import { STATUSES, type Status } from '../../domain/execution.ts'
import type { Caller, Errand, Services } from '../../services/services.ts'
import { PROBLEM_TYPE, Problem } from '../contract/problems.ts'
import { PROBLEMS } from '../problems.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on paths that nobody signs in for. */
    actor: Actor | null
    /** Asks once more, for answers that last: rejects when the session is over. */
    stillActor: (() => Promise<Actor>) | null
    /** Carried out under an `Idempotency-Key`; null without one. */
    errand: Errand | null
  }
  interface FastifyContextConfig {
    /** `public`: answered without an access token or an API key. */
    access?: 'public'
    /** How many names the objects of a body may have together, where that is more than usual. */
    mostMembers?: number
  }
}

export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export type RouteContext = {
  readonly services: Services
  readonly clock: Clock
  /** IANA name; for schedules that name none. */
  readonly timeZone: string
}

export const actorOf = (request: FastifyRequest): Actor => {
  if (request.actor === null) throw new DomainError('unauthenticated', 'Sign in first.')
  return request.actor
}

const LONGEST_USER_AGENT = 256

export const callerOf = (request: FastifyRequest): Caller => ({
  // An IPv4 caller on a socket that serves both families: one address, one spelling, one limit on guessing.
  address: request.ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ''),
  userAgent: request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT) ?? null,
})

export const etag = (version: number): string => `"${version}"`

export const IF_MATCH = z.looseObject({
  'if-match': z
    .string()
    .optional()
    .describe('The `ETag` as it was read: refused with 412 when somebody changed the thing meanwhile.')
    .meta({ examples: ['"3"'] }),
})

/** The version that `If-Match` names; null when any will do. */
export const ifVersion = (request: FastifyRequest): number | null => {
  const given = request.headers['if-match']
  if (given === undefined || given.trim() === '*') return null
  const version = /^"(\d{1,15})"$/.exec(given.trim())?.[1]
  if (version === undefined)
    throw new DomainError('stale', '`If-Match` is not an ETag of this thing; send it as it was read, such as "3".')
  return Number(version)
}

type Standing = { readonly status: Status; readonly attempt: number }

/** An execution has no version; where it stands tells as much to somebody who wants to cancel or repeat what was seen. */
export const standingTag = ({ attempt, status }: Standing): string => `"${attempt}-${status}"`

/** Where `If-Match` wants the execution to stand; null when anywhere will do. */
export const ifStanding = (request: FastifyRequest): Standing | null => {
  const given = request.headers['if-match']?.trim()
  if (given === undefined || given === '*') return null
  const [, attempt, word] = /^"(\d{1,9})-([a-z]+)"$/.exec(given) ?? []
  const status = STATUSES.find((known) => known === word)
  if (status === undefined)
    throw new DomainError(
      'stale',
      '`If-Match` is not an ETag of this execution; send it as it was read, such as "1-failed".',
    )
  return { attempt: Number(attempt), status }
}

/** The id of what the request makes: the same at each try under one `Idempotency-Key`, undefined without one. */
export const idForErrand = (request: FastifyRequest, name: string): string | undefined => request.errand?.idFor(name)

/** Documents refusals by their codes; several codes may share a status. */
export const refusals = (...codes: readonly ErrorCode[]): Record<never, never> => {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERROR_CODES[code]}`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: Problem } },
      },
    ]),
  )
}

/** What whoever must sign in may meet; failed attempts with API keys are counted. */
export const SIGNED_IN = [
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'unavailable',
] as const satisfies readonly ErrorCode[]
/** What any body may meet. */
export const BODY = [
  'malformed',
  'invalid',
  'too_large',
  'unsupported_media',
  'unavailable',
] as const satisfies readonly ErrorCode[]
export const SCHEDULE = ['schedule.invalid', 'schedule.never_fires'] as const satisfies readonly ErrorCode[]

/** A cursor stands in the query: a wrong one is answered like any other wrong parameter. */
export const asQueryFault = async <T>(asked: Promise<T>): Promise<T> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid')
      throw new DomainError('malformed', error.message, { errors: error.errors, cause: error })
    throw error
  }
}

const TRIES = 3

/** An edit is joined with the job as read; when somebody else was quicker, it is joined with what they wrote. */
export const onceMoreIfStale = async <T>(change: () => Promise<T>, tries = TRIES): Promise<T> => {
  try {
    return await change()
  } catch (error) {
    if (tries > 1 && error instanceof DomainError && error.code === 'stale') return onceMoreIfStale(change, tries - 1)
    throw error
  }
}
