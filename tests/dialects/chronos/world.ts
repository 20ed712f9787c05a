/** The chronos dialect behind a real server, and somebody whom it made. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type ApiWorld, type Ask, anApi, type Reply } from '../../support/api-world.ts'
import { PASSWORD } from '../../support/services-world.ts'

export type ChronosWorld = ApiWorld & {
  /** From the root. */
  readonly chronos: (method: string, path: string, ask?: Ask) => Promise<Reply>
  readonly created: (name?: string) => Promise<{ readonly token: string; readonly id: string }>
}

export const aChronos = async (t: TestContext, options: Parameters<typeof anApi>[1] = {}): Promise<ChronosWorld> => {
  const api = await anApi(t, options)
  const chronos: ChronosWorld['chronos'] = (method, path, ask) => api.ask(method, `/${path}`, ask)
  return {
    ...api,
    chronos,
    created: async (username = 'ada') => {
      const body = { username, email: `${username}@example.com`, password: PASSWORD }
      const reply = await chronos('POST', '/users/create', { body })
      assert.equal(reply.status, 201, reply.text)
      return { token: reply.body.token, id: reply.body.user.userID }
    },
  }
}

export const refused = (reply: Reply, status: number, error: string, message?: RegExp): void => {
  assert.equal(reply.status, status, reply.text)
  assert.deepEqual(Object.keys(reply.body), ['error', 'message'])
  assert.equal(reply.body.error, error)
  if (message !== undefined) assert.match(reply.body.message, message)
}
