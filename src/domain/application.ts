/** Applications, and the APIs of them that are called: where a call goes, and what may be kept of either. */
import { DomainError, type FieldError } from './errors.ts'
import type { JsonObject } from './json.ts'
import { checkHttpTarget } from './target-rules.ts'

export type Application = {
  /** Internal number; never leaves the server. */
  readonly key: number
  readonly id: string
  readonly workspaceKey: number
  readonly ownerId: string
  /** Unique in the workspace. */
  readonly name: string
  readonly description: string | null
  /** What the paths of its APIs are joined to. */
  readonly rootUrl: string | null
  /** Where it tells, before each run, how to sign in to it. */
  readonly handshakeUrl: string | null
  /** What a handshake proves itself with. */
  readonly sealedSecret: string | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** One API of an application; the job that calls it holds all the rest. */
export type Api = {
  readonly id: string
  readonly applicationId: string
  /** Unique within its application. */
  readonly name: string
  /** Joined to the root of its application, or a whole address where that has none. */
  readonly path: string
  /** Instead of that of its application. */
  readonly handshakeUrl: string | null
  /** What whoever defined it said in its own words and a job has no place for. */
  readonly said: JsonObject
}

type Places = Pick<Application, 'rootUrl' | 'handshakeUrl'>

/** What a path is joined to: the root, or without one the origin of the handshake. */
const baseOf = ({ rootUrl, handshakeUrl }: Places): string | null =>
  rootUrl ?? (handshakeUrl === null ? null : (URL.parse(handshakeUrl)?.origin ?? null))

const ABSOLUTE = /^https?:\/\//i

/** The address that an API is called at; null where neither the application nor the path says on which host. */
export const addressOf = (application: Places, path: string): string | null => {
  if (ABSOLUTE.test(path)) return application.rootUrl === null ? path : null
  const base = baseOf(application)
  if (base === null) return null
  return path === '' ? base : `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
}

/** Why there is no address, for whoever gave the path. */
export const noAddress = (application: Places, path: string): string =>
  ABSOLUTE.test(path) && application.rootUrl !== null
    ? 'give a path: it is joined to the root of the application'
    : 'give a whole address such as https://example.com/users, since the application has no root to join a path to'

/**
 * A secret was given for the application and goes to no other: the handshake of one of its APIs has to be on the origin of
 * its own handshake, or of its root.
 */
export const mayShakeHands = (application: Places, url: string): boolean => {
  const origin = URL.parse(url)?.origin
  return [application.handshakeUrl, application.rootUrl].some(
    (own) => own !== null && URL.parse(own)?.origin === origin,
  )
}

/** What is wrong with an address of an application. */
export const checkPlace = (field: string, url: string): FieldError[] =>
  checkHttpTarget({ kind: 'http', url, method: 'GET' }, '').map(({ message }) => ({ field, value: url, message }))

export const apiTaken = (name: string): DomainError => {
  const message = 'another API of the application has this name'
  return new DomainError('conflict', `name: ${JSON.stringify(name)}: ${message}`, {
    errors: [{ field: 'name', value: name, message }],
  })
}
