/** S98: whatever changes something says so in the audit log. A route that is added must say how, here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEEDS, type Deed } from '../../src/domain/audit.ts'
import { aJob, anApi, type Document } from '../support/api-world.ts'
import { PASSWORD, runWaiting } from '../support/services-world.ts'

/** What an operation is told as; or why it is not. */
const AUDITED: Readonly<Record<string, Deed | { readonly exempt: string }>> = {
  createJob: 'job.created',
  updateJob: 'job.changed',
  deleteJob: 'job.deleted',
  runJob: 'job.run',
  pauseJob: 'job.paused',
  resumeJob: 'job.resumed',
  undoJob: 'job.undone',
  cancelExecution: 'execution.cancelled',
  retryExecution: 'execution.retried',
  deleteExecution: 'execution.forgotten',
  deleteJobExecutions: 'job.history_cleared',
  updateJobAlerts: 'job.alerts_changed',
  updateSlackSettings: 'slack.changed',
  createWebhook: 'webhook.created',
  updateWebhook: 'webhook.changed',
  rotateWebhookSecret: 'webhook.secret_rotated',
  deleteWebhook: 'webhook.deleted',
  retryDelivery: 'delivery.retried',
  testSlack: { exempt: 'its delivery names who asked' },
  testMail: { exempt: 'its delivery names who asked' },
  testWebhook: { exempt: 'its delivery names who asked' },
  readNotification: { exempt: 'a mark in the own inbox' },
  readAllNotifications: { exempt: 'marks in the own inbox' },
  deleteNotification: { exempt: 'a mark in the own inbox' },
  deleteReadNotifications: { exempt: 'marks in the own inbox' },
  updateNotificationPreferences: 'user.preferences_changed',
  updateColumnPreferences: 'user.preferences_changed',
  createCategory: 'catalog.created',
  updateCategory: 'catalog.changed',
  createTeam: 'catalog.created',
  updateTeam: 'catalog.changed',
  createApplication: 'application.created',
  updateApplication: 'application.changed',
  deleteApplication: 'application.deleted',
  tryHandshake: { exempt: 'calls the application once and keeps nothing of it' },
  createApi: 'job.created',
  updateApi: 'job.changed',
  deleteApi: 'job.deleted',
  setLimit: 'limit.set',
  deleteLimit: 'limit.deleted',
  pauseCatchUp: 'catch_up.paused',
  resumeCatchUp: 'catch_up.resumed',
  rotateSigningSecret: 'job.secret_rotated',
  reportExecution: { exempt: 'an outcome of the target: told like any other' },
  updateRetention: 'retention.changed',
  pauseScheduling: 'scheduling.held',
  resumeScheduling: 'scheduling.released',
  bulkJobs: { exempt: 'each job is told as if it alone was asked for' },
  importJobs: 'job.imported',
  uploadJobs: 'job.imported',
  cloneJob: 'job.created',
  createApiKey: 'key.created',
  updateApiKey: 'key.changed',
  revokeApiKey: 'key.revoked',
  signIn: 'session.started',
  signUp: 'user.signed_up',
  signOut: 'session.ended',
  endSession: 'session.ended',
  createUser: 'user.created',
  updateUser: 'user.changed',
  deleteUser: 'user.deleted',
  refreshSession: { exempt: 'the session goes on; a second use of its token is told as session.reused' },
  previewSchedule: { exempt: 'changes nothing' },
  testTarget: { exempt: 'calls a target once and keeps nothing of it' },
  validateSchedule: { exempt: 'changes nothing' },
}

const CHANGING = ['post', 'put', 'patch', 'delete']

test('S98: every operation that changes something is told, or says why not', async (t) => {
  const { server } = await anApi(t)
  const { paths } = server.openapi() as Document

  const changing = Object.values(paths).flatMap((methods) =>
    Object.entries(methods).flatMap(([method, { operationId }]) => (CHANGING.includes(method) ? [operationId] : [])),
  )

  assert.deepEqual(changing.sort(), Object.keys(AUDITED).sort())
})

test('S98: each of them is, with who did it and from where', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const admin = await stranger('ada')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const job = (await as('POST', '/jobs', aJob())).body
  await as('POST', '/jobs/import', { jobs: [aJob()] })
  await as('PATCH', `/jobs/${job.id}`, { name: 'other' })
  await as('POST', `/jobs/${job.id}/undo`)
  await as('POST', `/jobs/${job.id}/pause`)
  await as('POST', `/jobs/${job.id}/resume`)
  const run = (await as('POST', `/jobs/${job.id}/run`)).body
  await runWaiting(world, 'failed')
  await as('POST', `/executions/${run.id}/retry`)
  await as('POST', `/executions/${run.id}/cancel`)
  await as('DELETE', `/executions/${run.id}`)
  await as('POST', `/jobs/${job.id}/run`)
  await runWaiting(world, 'failed')
  await as('DELETE', `/jobs/${job.id}/executions`)
  await as('DELETE', `/jobs/${job.id}`)
  const signed = { kind: 'http', url: 'https://example.com/', signing: {} }
  const { id: signedId } = (await as('POST', '/jobs', aJob({ target: signed }))).body
  await as('POST', `/jobs/${signedId}/signing-secret/rotate`)
  await as('PATCH', '/retention', { success_days: 30 })
  const key = (await as('POST', '/api-keys', { name: 'a key', scopes: ['jobs:read'] })).body
  await as('PATCH', `/api-keys/${key.id}`, { name: 'another' })
  await as('DELETE', `/api-keys/${key.id}`)
  await as('PATCH', `/jobs/${signedId}/alerts`, { announce: 'all' })
  await as('PATCH', '/settings/slack', { channel: '#here' })
  const hook = (await as('POST', '/settings/webhooks', { name: 'w', url: 'https://example.com/' })).body
  await as('PATCH', `/settings/webhooks/${hook.id}`, { name: 'x' })
  await as('POST', `/settings/webhooks/${hook.id}/rotate`)
  const message = (await as('POST', `/settings/webhooks/${hook.id}/test`)).body
  await world.store.outbox.attempted({ ids: [message.id], now: world.clock.now(), to: 'failed', error: 'no' })
  await as('POST', `/deliveries/${message.id}/retry`)
  await as('DELETE', `/settings/webhooks/${hook.id}`)
  await as('PATCH', '/me/preferences/columns', { target_url: true })
  const { body: category } = await as('POST', '/categories', { name: 'Month end' })
  await as('PATCH', `/categories/${category.id}`, { name: 'Year end' })
  const { body: application } = await as('POST', '/applications', { name: 'billing' })
  await as('PATCH', `/applications/${application.id}`, { description: 'invoices' })
  await as('DELETE', `/applications/${application.id}`)
  await as('PUT', '/limits/database', { concurrency: 2 })
  await as('DELETE', '/limits/database')
  await as('POST', '/catch-up/pause')
  await as('POST', '/catch-up/resume')
  const user = (
    await as('POST', '/users', { username: 'bob', email: 'bob@example.com', password: PASSWORD, role: 'user' })
  ).body
  await as('PATCH', `/users/${user.id}`, { full_name: 'Bob' })
  await as('DELETE', `/users/${user.id}`)
  const again = (await ask('POST', '/sessions', { body: { login: 'ada', password: PASSWORD } })).body
  const sessions = (await as('GET', '/sessions')).body.items
  await as('DELETE', `/sessions/${sessions.find(({ current }: { current: boolean }) => !current).id}`)
  assert.ok(again.access_token)

  const { items } = (await as('GET', '/audit?limit=100')).body

  const told = new Set(items.map(({ action }: { action: string }) => action))
  // The operator's brake belongs to the first workspace, which ada's is not.
  const wanted = Object.values(AUDITED).filter(
    (deed): deed is Deed => typeof deed === 'string' && !deed.startsWith('scheduling.'),
  )
  assert.deepEqual(
    wanted.filter((deed) => !told.has(deed)),
    [],
  )
  for (const { actor, action } of items) {
    assert.ok(action in DEEDS)
    assert.deepEqual([actor.kind, actor.id, actor.address], ['user', admin.id, '127.0.0.1'], action)
  }
  const page = (await as('GET', '/audit?action=user&limit=1')).body
  assert.deepEqual([page.items[0].action, page.next_cursor === null], ['user.deleted', false])
  const check = (await as('GET', '/audit/check')).body
  assert.deepEqual([check.done, check.problem, check.entries], [true, null, items.length])
  const kept = (await as('GET', `/audit/check?head=${check.up_to}`)).body
  assert.equal(kept.problem, null)
})
