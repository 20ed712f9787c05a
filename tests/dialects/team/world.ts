/** The team dialect behind a real server: its two prefixes, and people of one workspace to speak for. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Role } from '../../../src/domain/actor.ts'
import { type ApiWorld, type Ask, anApi, type Person, type Reply } from '../../support/api-world.ts'

export const PREFIXES = ['/api', '/api/v2'] as const
export type Prefix = (typeof PREFIXES)[number]

export type TeamWorld = ApiWorld & {
  readonly prefix: Prefix
  readonly isFirst: boolean
  /** `team('GET', '/auth/me', …)`: below the prefix. */
  readonly team: (method: string, path: string, ask?: Ask) => Promise<Reply>
  readonly admin: Person
  /** Somebody else in the admin's workspace. */
  readonly colleague: (role: Role) => Promise<Person>
}

export const aTeam = async (
  t: TestContext,
  prefix: Prefix,
  options: Parameters<typeof anApi>[1] = {},
): Promise<TeamWorld> => {
  const api = await anApi(t, options)
  const admin = await api.stranger()
  return {
    ...api,
    prefix,
    isFirst: prefix === '/api',
    team: (method, path, ask) => api.ask(method, `/${prefix}${path}`, ask),
    admin,
    colleague: (role) => api.member(admin, role),
  }
}

/** What a client of either prefix reads: one body with all of its words. */
export const refused = (reply: Reply, status: number, title: string, message?: string): void => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.body.error, title)
  if (message !== undefined) assert.equal(reply.body.message, message)
  assert.match(reply.body.code, /^[A-Z_]+$/)
  assert.ok(typeof reply.body.message === 'string' && reply.body.detail !== undefined, reply.text)
}
