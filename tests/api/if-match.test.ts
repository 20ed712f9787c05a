/** Nobody changes unseen what somebody else has changed: every write of a thing that has a version, held to its `If-Match`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'
import { PASSWORD } from '../support/services-world.ts'

type Case = {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  /** Makes a thing and answers its id; the tag is read from it. */
  readonly make: keyof typeof HOMES
  readonly status: number
}

/** docs/guides/keys-and-safe-writes.md has the same table for people. */
const TABLE: readonly Case[] = [
  { operation: 'updateJob', method: 'PATCH', path: '/jobs/ID', body: { name: 'x' }, make: 'job', status: 200 },
  { operation: 'deleteJob', method: 'DELETE', path: '/jobs/ID', make: 'job', status: 204 },
  { operation: 'runJob', method: 'POST', path: '/jobs/ID/run', make: 'job', status: 202 },
  { operation: 'pauseJob', method: 'POST', path: '/jobs/ID/pause', make: 'job', status: 200 },
  { operation: 'resumeJob', method: 'POST', path: '/jobs/ID/resume', make: 'paused', status: 200 },
  { operation: 'cloneJob', method: 'POST', path: '/jobs/ID/clone', make: 'job', status: 201 },
  { operation: 'cancelExecution', method: 'POST', path: '/executions/ID/cancel', make: 'waiting', status: 200 },
  { operation: 'retryExecution', method: 'POST', path: '/executions/ID/retry', make: 'ended', status: 202 },
  { operation: 'undoJob', method: 'POST', path: '/jobs/ID/undo', make: 'changed', status: 200 },
  {
    operation: 'rotateSigningSecret',
    method: 'POST',
    path: '/jobs/ID/signing-secret/rotate',
    make: 'signed',
    status: 200,
  },
  {
    operation: 'updateJobAlerts',
    method: 'PATCH',
    path: '/jobs/ID/alerts',
    body: { announce: 'all' },
    make: 'alerts',
    status: 200,
  },
  {
    operation: 'updateSlackSettings',
    method: 'PATCH',
    path: '/settings/slack',
    body: { channel: '#x' },
    make: 'slack',
    status: 200,
  },
  {
    operation: 'updateWebhook',
    method: 'PATCH',
    path: '/settings/webhooks/ID',
    body: { name: 'x' },
    make: 'webhook',
    status: 200,
  },
  {
    operation: 'rotateWebhookSecret',
    method: 'POST',
    path: '/settings/webhooks/ID/rotate',
    make: 'webhook',
    status: 200,
  },
  { operation: 'deleteWebhook', method: 'DELETE', path: '/settings/webhooks/ID', make: 'webhook', status: 204 },
  {
    operation: 'updateCategory',
    method: 'PATCH',
    path: '/categories/ID',
    body: { active: false },
    make: 'category',
    status: 200,
  },
  { operation: 'updateTeam', method: 'PATCH', path: '/teams/ID', body: { active: false }, make: 'team', status: 200 },
  {
    operation: 'updateApplication',
    method: 'PATCH',
    path: '/applications/ID',
    body: { description: 'x' },
    make: 'application',
    status: 200,
  },
  { operation: 'deleteApplication', method: 'DELETE', path: '/applications/ID', make: 'application', status: 204 },
  {
    operation: 'updateApi',
    method: 'PATCH',
    path: '/applications/ID',
    body: { path: '/x' },
    make: 'definition',
    status: 200,
  },
  { operation: 'deleteApi', method: 'DELETE', path: '/applications/ID', make: 'definition', status: 204 },
  { operation: 'setLimit', method: 'PUT', path: '/limits/ID', body: { concurrency: 2 }, make: 'limit', status: 200 },
  { operation: 'deleteLimit', method: 'DELETE', path: '/limits/ID', make: 'limit', status: 204 },
  {
    operation: 'updateRetention',
    method: 'PATCH',
    path: '/retention',
    body: { success_days: 9 },
    make: 'retention',
    status: 200,
  },
  { operation: 'updateUser', method: 'PATCH', path: '/users/ID', body: { full_name: 'x' }, make: 'user', status: 200 },
  { operation: 'deleteUser', method: 'DELETE', path: '/users/ID', make: 'user', status: 204 },
  { operation: 'updateApiKey', method: 'PATCH', path: '/api-keys/ID', body: { name: 'x' }, make: 'key', status: 200 },
  { operation: 'revokeApiKey', method: 'DELETE', path: '/api-keys/ID', make: 'key', status: 204 },
]

const HOMES = {
  job: 'jobs',
  paused: 'jobs',
  changed: 'jobs',
  signed: 'jobs',
  alerts: 'jobs',
  slack: 'settings/slack',
  webhook: 'settings/webhooks',
  category: 'categories',
  team: 'teams',
  application: 'applications',
  definition: 'applications',
  limit: 'limits',
  retention: 'retention',
  user: 'users',
  key: 'api-keys',
  waiting: 'executions',
  ended: 'executions',
}

test('each write of the table is refused under a tag that is not the present one, and done under the right one', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const post = async (path: string, body?: unknown) => (await ask('POST', path, { token, body })).body
  const job = async (): Promise<string> => (await post('/jobs', aJob())).id
  const waiting = async (): Promise<string> => (await post(`/jobs/${await job()}/run`)).id
  let users = 0
  let limits = 0
  const makers: Record<Case['make'], () => Promise<string>> = {
    job,
    waiting,
    changed: async () => {
      const id = await job()
      await ask('PATCH', `/jobs/${id}`, { token, body: { description: 'changed' } })
      return id
    },
    signed: async () =>
      (await post('/jobs', aJob({ target: { kind: 'http', url: 'https://example.com/', signing: {} } }))).id,
    alerts: job,
    slack: async () => '',
    webhook: async () => (await post('/settings/webhooks', { name: 'w', url: 'https://example.com/' })).id,
    category: async () => (await post('/categories', { name: `category ${limits++}` })).id,
    team: async () => (await post('/teams', { name: `team ${limits++}`, slack_handle: '@t' })).id,
    application: async () => (await post('/applications', { name: `application ${limits++}` })).id,
    definition: async () => {
      const { id } = await post('/applications', { name: `application ${limits++}`, root_url: 'https://example.com' })
      const { schedules } = aJob()
      return `${id}/apis/${(await post(`/applications/${id}/apis`, { name: 'one', path: '/', schedules })).id}`
    },
    limit: async () => (await ask('PUT', `/limits/limit-${limits++}`, { token, body: { concurrency: 1 } })).body.name,
    // There is one of it.
    retention: async () => '',
    paused: async () => (await post(`/jobs/${await job()}/pause`)).id,
    ended: async () => (await post(`/executions/${await waiting()}/cancel`)).id,
    user: async () => {
      const username = `member-${users++}`
      return (await post('/users', { username, email: `${username}@example.com`, password: PASSWORD, role: 'user' })).id
    },
    key: async () => (await post('/api-keys', { name: 'k', scopes: ['jobs:read'] })).id,
  }

  for (const { operation, method, path, body, make, status } of TABLE) {
    const id = await makers[make]()
    const within = make === 'alerts' ? '/alerts' : ''
    const home = id === '' ? `/${HOMES[make]}` : `/${HOMES[make]}/${id}${within}`
    const before = await ask('GET', home, { token })
    const send = (tag: string) => ask(method, path.replace('ID', id), { token, body, headers: { 'if-match': tag } })

    for (const wrong of ['"999"', '"7-success"', 'W/"1"', 'nonsense']) {
      const refused = await send(wrong)
      assert.deepEqual([refused.status, refused.body.code], [412, 'stale'], `${operation} ${wrong}`)
    }
    const between = await ask('GET', home, { token })
    assert.deepEqual(between.body, before.body, operation)
    const done = await send(before.headers.etag ?? assert.fail(`${operation}: no ETag`))
    assert.equal(done.status, status, `${operation}: ${done.text}`)
  }
})

test('every operation that takes If-Match stands in the table', async (t) => {
  const { server } = await anApi(t)
  const { paths } = server.openapi() as {
    paths: Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>
  }

  const taking = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'if-match'))
    .map(({ operationId }) => operationId)

  assert.deepEqual(taking.sort(), TABLE.map(({ operation }) => operation).sort())
})

test('of two who act on what they both saw, one is told that the other was quicker', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body
  const run = (await ask('POST', `/jobs/${id}/run`, { token })).body
  const send = (path: string, tag: string) => ask('POST', path, { token, headers: { 'if-match': tag } })

  const pauses = await Promise.all([send(`/jobs/${id}/pause`, '"1"'), send(`/jobs/${id}/pause`, '"1"')])
  const cancels = await Promise.all([1, 2].map(() => send(`/executions/${run.id}/cancel`, '"0-pending"')))
  const retries = await Promise.all([1, 2].map(() => send(`/executions/${run.id}/retry`, '"0-cancelled"')))

  for (const [both, good] of [
    [pauses, 200],
    [cancels, 200],
    [retries, 202],
  ] as const)
    assert.deepEqual(both.map(({ status }) => status).sort(), [good, 412].sort())
})
