/** The applications dialect behind a real server, and people of one workspace to speak for. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { anApi, type Body, type Reply } from '../../support/api-world.ts'

export const ROOT = 'https://billing.example.com/api'

export const anApplication = async (t: TestContext) => {
  const api = await anApi(t)
  const admin = await api.stranger()
  const as = (method: string, path: string, body?: unknown, token = admin.token) =>
    api.ask(method, `/${path}`, { token, body })
  const application = async (fields: Record<string, unknown> = {}): Promise<Body> => {
    const made = await as('POST', '/applications', { appName: 'billing', appRootPath: ROOT, ...fields })
    assert.equal(made.status, 201, made.text)
    return made.body
  }
  const { _id: appId } = await application()
  const apis = `/applications/${appId}/apis`
  const define = async (fields: Record<string, unknown> = {}): Promise<Body> => {
    const made = await as('POST', apis, { apiName: 'invoices', apiRoute: '/invoices', frequency: 'daily', ...fields })
    assert.equal(made.status, 201, made.text)
    return made.body
  }
  return { ...api, admin, as, application, appId, apis, define }
}

/** One body for every refusal; `field` is the one that it names, where it is of a field. */
export const refused = (reply: Reply, status: number, field?: string): void => {
  assert.equal(reply.status, status, reply.text)
  assert.ok(typeof reply.body.error === 'string' && typeof reply.body.message === 'string', reply.text)
  if (field === undefined) return
  assert.equal(reply.body.errors?.[0]?.field, field, reply.text)
  assert.ok(reply.body.message.startsWith(field), reply.text)
}
