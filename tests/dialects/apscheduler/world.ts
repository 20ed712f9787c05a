/** The APScheduler dialect behind a real server, in the workspace of one admin; and its document's examples. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type ApiWorld, type Ask, anApi, type Person, type Reply } from '../../support/api-world.ts'

export type SchedulerWorld = ApiWorld & {
  readonly admin: Person
  /** `scheduler('GET', '/jobs')`: below /scheduler. */
  readonly scheduler: (method: string, path: string, ask?: Ask) => Promise<Reply>
  /** A POST of a job that is to be taken. */
  readonly add: (body: Record<string, unknown>, ask?: Ask) => Promise<Reply>
  readonly jobs: (ask?: Ask) => Promise<readonly Record<string, unknown>[]>
}

export const FUNC = 'cronzimus.controller.task:task'

/** Times are told in UTC. */
export const aScheduler = async (
  t: TestContext,
  auth: 'none' | 'basic' | 'bearer' = 'none',
): Promise<SchedulerWorld> => {
  const acting = { workspaceKey: 0, ownerId: '' }
  const api = await anApi(t, {
    settings: {
      timeZone: 'UTC',
      schedulerApi: { auth, workspaceKey: () => acting.workspaceKey, ownerId: async () => acting.ownerId },
    },
  })
  const admin = await api.stranger()
  acting.workspaceKey = (await api.world.services.sessions.authenticate(admin.token)).workspaceKey
  acting.ownerId = admin.id
  const scheduler: SchedulerWorld['scheduler'] = (method, path, ask) => api.ask(method, `//scheduler${path}`, ask)
  return {
    ...api,
    admin,
    scheduler,
    add: async (body, ask = {}) => {
      const reply = await scheduler('POST', '/jobs', { ...ask, body })
      assert.equal(reply.status, 200, reply.text)
      return reply
    },
    jobs: async (ask) => {
      const reply = await scheduler('GET', '/jobs', ask)
      assert.equal(reply.status, 200, reply.text)
      return reply.body
    },
  }
}

/** The sentence under both of its names, and the code. */
export const refused = (reply: Reply, status: number, code: string, message?: RegExp): void => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.body.code, code, reply.text)
  assert.equal(reply.body.error_message, reply.body.error)
  assert.ok(typeof reply.body.error === 'string' && reply.body.error !== '')
  if (message !== undefined) assert.match(reply.body.error, message)
}
