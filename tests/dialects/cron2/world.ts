/** The cron2 dialect behind a real server, and somebody who signed up there. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type ApiWorld, type Ask, anApi, type Reply } from '../../support/api-world.ts'
import { PASSWORD } from '../../support/services-world.ts'

export type Cron2World = ApiWorld & {
  /** Below `/v1`. */
  readonly v1: (method: string, path: string, ask?: Ask) => Promise<Reply>
  /** Answers the access token. */
  readonly signedUp: (email?: string) => Promise<string>
}

export const aCron2 = async (t: TestContext, options: Parameters<typeof anApi>[1] = {}): Promise<Cron2World> => {
  const api = await anApi(t, options)
  const v1: Cron2World['v1'] = (method, path, ask) => api.ask(method, `//v1${path}`, ask)
  return {
    ...api,
    v1,
    signedUp: async (email = 'ada@example.com') => {
      const reply = await v1('POST', '/signup', { body: { email, fullname: 'Ada', password: PASSWORD } })
      assert.equal(reply.status, 201, reply.text)
      return reply.body.access_token
    },
  }
}

export const refused = (reply: Reply, status: number, detail: string): void => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.body.detail, detail)
}

/** 422, with exactly these fields at fault. */
export const wrong = (reply: Reply, ...fields: readonly string[]): void => {
  assert.equal(reply.status, 422, reply.text)
  const faults: { loc: string[]; msg: string; type: string }[] = reply.body.detail
  assert.deepEqual(faults.map(({ loc }) => loc.at(-1)).sort(), [...fields].sort(), reply.text)
  for (const { loc, msg, type } of faults) assert.ok(loc.length > 0 && msg !== '' && type !== '')
}
