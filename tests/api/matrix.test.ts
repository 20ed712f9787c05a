/** S23: every route beside everybody who should not get through: other workspaces, other people, lower roles, the disabled, nobody. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import { type Ask, aJob, anApi, type Document, type Person } from '../support/api-world.ts'
import { PASSWORD, type World } from '../support/services-world.ts'

/** What a viewer, a colleague who does not own the thing, and the admin of another workspace are answered. */
type Row = {
  readonly path?: string
  readonly body?: unknown
  /** A body of CSV instead. */
  readonly sheet?: string
  readonly viewer: number
  readonly colleague: number
  readonly stranger: number
  /** An API key of the colleague's, with every scope that reads. */
  readonly key: number
}

const schedules = [{ kind: 'cron', expression: '0 0 * * *' }]
const aUser = () => {
  const name = `u-${Math.random().toString(36).slice(2)}`
  return { username: name, email: `${name}@example.com`, password: PASSWORD, role: 'viewer' }
}

const read = { viewer: 200, colleague: 200, stranger: 404, key: 200 }
const own = { viewer: 200, colleague: 200, stranger: 200, key: 200 }
const change = { viewer: 403, colleague: 403, stranger: 404, key: 403 }
const administer = { viewer: 403, colleague: 403, stranger: 200, key: 403 }

const MATRIX: Readonly<Record<string, Row>> = {
  createJob: { body: aJob(), viewer: 403, colleague: 201, stranger: 201, key: 403 },
  bulkJobs: { body: { action: 'pause', filter: { search: 'theirs' } }, ...own, viewer: 403, key: 403 },
  uploadJobs: {
    sheet: 'name,cron,url\na,0 9 * * *,https://example.com/\n',
    viewer: 403,
    colleague: 200,
    stranger: 200,
    key: 403,
  },
  importJobs: { body: { jobs: [aJob()] }, viewer: 403, colleague: 201, stranger: 201, key: 403 },
  exportJobs: own,
  exportExecutions: { path: '/executions/export?job_id=JOB', ...read },
  cloneJob: { path: '/jobs/JOB/clone', viewer: 403, colleague: 201, stranger: 404, key: 403 },
  listJobs: own,
  getJob: { path: '/jobs/JOB', ...read },
  updateJob: { path: '/jobs/JOB', body: { name: 'stolen' }, ...change },
  deleteJob: { path: '/jobs/JOB', ...change },
  runJob: { path: '/jobs/JOB/run', ...change },
  pauseJob: { path: '/jobs/JOB/pause', ...change },
  resumeJob: { path: '/jobs/JOB/resume', ...change },
  listJobVersions: { path: '/jobs/JOB/history', ...read },
  undoJob: { path: '/jobs/JOB/undo', ...change },
  explainJob: { path: '/jobs/JOB/explain?at=2026-11-20T10:00:00Z', ...read },
  checkLedger: own,
  listEvents: own,
  listAudit: administer,
  checkAudit: administer,
  rotateSigningSecret: { path: '/jobs/JOB/signing-secret/rotate', ...change },
  listOccurrences: { path: '/jobs/JOB/occurrences', ...read },
  listFunctions: own,
  listExecutions: own,
  getExecution: { path: '/executions/EXECUTION', ...read },
  cancelExecution: { path: '/executions/EXECUTION/cancel', ...change },
  retryExecution: { path: '/executions/EXECUTION/retry', ...change },
  deleteExecution: { path: '/executions/EXECUTION', ...change },
  deleteJobExecutions: { path: '/jobs/JOB/executions', ...change },
  previewSchedule: { body: { schedules }, ...own },
  validateSchedule: { body: { schedules }, ...own },
  testTarget: { body: { url: 'http://192.0.2.1/' }, ...own, viewer: 403, key: 403 },
  getStatistics: { path: '/statistics?job_id=JOB', ...read },
  getJobAlerts: { path: '/jobs/JOB/alerts', ...read },
  updateJobAlerts: { path: '/jobs/JOB/alerts', body: { announce: 'none' }, ...change },
  getSlackSettings: administer,
  updateSlackSettings: { body: { channel: '#theirs' }, ...administer },
  listWebhooks: administer,
  createWebhook: { body: { name: 'w', url: 'https://example.com/' }, ...administer, stranger: 201 },
  getWebhook: { path: '/settings/webhooks/WEBHOOK', ...administer, stranger: 404 },
  updateWebhook: { path: '/settings/webhooks/WEBHOOK', body: { name: 'Stolen' }, ...administer, stranger: 404 },
  rotateWebhookSecret: { path: '/settings/webhooks/WEBHOOK/rotate', ...administer, stranger: 404 },
  testWebhook: { path: '/settings/webhooks/WEBHOOK/test', ...administer, stranger: 404 },
  deleteWebhook: { path: '/settings/webhooks/WEBHOOK', ...administer, stranger: 404 },
  // A stranger's Slack is off, and this server sends no e-mail.
  testSlack: { ...administer, stranger: 409 },
  testMail: { ...administer, stranger: 409 },
  listDeliveries: administer,
  getDelivery: { path: '/deliveries/DELIVERY', ...administer, stranger: 404 },
  retryDelivery: { path: '/deliveries/DELIVERY/retry', ...administer, stranger: 404 },
  listNotifications: { ...own, key: 403 },
  countUnreadNotifications: { ...own, key: 403 },
  getNotification: { path: '/notifications/NOTICE', ...change },
  readNotification: { path: '/notifications/NOTICE/read', ...change },
  readAllNotifications: { ...own, key: 403 },
  deleteReadNotifications: { ...own, key: 403 },
  deleteNotification: { path: '/notifications/NOTICE', ...change },
  getNotificationPreferences: own,
  updateNotificationPreferences: { body: { daily_digest: true }, ...own, key: 403 },
  getColumnPreferences: own,
  updateColumnPreferences: { body: { target_url: true }, ...own, key: 403 },
  listCategories: own,
  createCategory: { body: { name: 'Mine' }, ...administer, stranger: 201 },
  getCategory: { path: '/categories/CATEGORY', ...read },
  updateCategory: { path: '/categories/CATEGORY', body: { name: 'Stolen' }, ...administer, stranger: 404 },
  listTeams: own,
  createTeam: { body: { name: 'Mine', slack_handle: '@mine' }, ...administer, stranger: 201 },
  getTeam: { path: '/teams/TEAM', ...read },
  updateTeam: { path: '/teams/TEAM', body: { name: 'Stolen' }, ...administer, stranger: 404 },
  listApplications: own,
  createApplication: { body: { name: 'Mine' }, viewer: 403, colleague: 201, stranger: 201, key: 403 },
  getApplication: { path: '/applications/APPLICATION', ...read },
  updateApplication: { path: '/applications/APPLICATION', body: { description: 'stolen' }, ...change },
  deleteApplication: { path: '/applications/APPLICATION', ...change },
  tryHandshake: { path: '/applications/APPLICATION/handshake', ...change },
  listApis: { path: '/applications/APPLICATION/apis', ...read },
  createApi: { path: '/applications/APPLICATION/apis', body: { name: 'x', path: '/', schedules }, ...change },
  getApi: { path: '/applications/APPLICATION/apis/DEFINITION', ...read },
  updateApi: { path: '/applications/APPLICATION/apis/DEFINITION', body: { path: '/stolen' }, ...change },
  deleteApi: { path: '/applications/APPLICATION/apis/DEFINITION', ...change },
  listLimits: own,
  getLimit: { path: '/limits/theirs', ...read },
  setLimit: { path: '/limits/theirs', body: { concurrency: 1 }, ...administer },
  deleteLimit: { path: '/limits/theirs', viewer: 403, colleague: 403, stranger: 204, key: 403 },
  getCatchUp: own,
  pauseCatchUp: administer,
  resumeCatchUp: administer,
  listSessions: { ...own, key: 403 },
  signOut: { viewer: 204, colleague: 204, stranger: 204, key: 403 },
  endSession: { path: '/sessions/SESSION', ...change },
  getMe: own,
  listUsers: administer,
  createUser: { ...administer, stranger: 201 },
  getUser: { path: '/users/USER', ...change },
  updateUser: { path: '/users/USER', body: { full_name: 'stolen' }, ...change },
  deleteUser: { path: '/users/USER', ...change },
  getSystem: own,
  createApiKey: { body: { name: 'k', scopes: ['jobs:read'] }, viewer: 201, colleague: 201, stranger: 201, key: 403 },
  listApiKeys: { ...own, key: 403 },
  getApiKey: { path: '/api-keys/KEY', ...change },
  updateApiKey: { path: '/api-keys/KEY', body: { name: 'stolen' }, ...change },
  revokeApiKey: { path: '/api-keys/KEY', ...change },
  pauseScheduling: { path: '/system/pause-scheduling', ...administer, stranger: 403 },
  resumeScheduling: { path: '/system/resume-scheduling', ...administer, stranger: 403 },
  getRetention: own,
  updateRetention: { body: { success_days: 30 }, ...administer },
}

const THEIRS = { name: 'theirs', root_url: 'https://example.com/api', handshake_url: 'https://example.com/auth' }

const PUBLIC = ['signIn', 'signUp', 'refreshSession', 'isAlive', 'isReady', 'getHealth', 'reportExecution']

type Route = { readonly method: string; readonly path: string; readonly operationId: string }

const routesOf = (document: Document): Route[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/^\/api\/v3/, ''),
      operationId,
    })),
  )

test('S23: every route stands in the matrix', async (t) => {
  const { server } = await anApi(t)

  const routes = routesOf(server.openapi() as Document).map(({ operationId }) => operationId)

  assert.deepEqual(routes.sort(), [...Object.keys(MATRIX), ...PUBLIC].sort())
})

test('S23, S24, S34: nobody reaches what is not theirs, on any route, and what others get tells nothing of it', async (t) => {
  const { ask, server, stranger, member, world } = await anApi(t)
  const admin = await stranger()
  const owner = await member(admin, 'user')
  const others: Record<'viewer' | 'colleague' | 'stranger', Person> = {
    viewer: await member(admin, 'viewer'),
    colleague: await member(admin, 'user'),
    stranger: await stranger(),
  }
  const disabled = await member(admin, 'user')
  await ask('PATCH', `/users/${disabled.id}`, { token: admin.token, body: { enabled: false } })
  const as = (person: Person, method: string, path: string, more: Ask = {}) =>
    ask(method, path, { token: person.token, ...more })
  const job = (await as(owner, 'POST', '/jobs', { body: aJob({ name: 'theirs' }) })).body
  const execution = (await as(owner, 'POST', `/jobs/${job.id}/run`)).body
  const [session] = (await as(owner, 'GET', '/sessions')).body.items
  await as(admin, 'PUT', '/limits/theirs', { body: { concurrency: 3 } })
  const category = (await as(admin, 'POST', '/categories', { body: { name: 'Theirs' } })).body
  const team = (await as(admin, 'POST', '/teams', { body: { name: 'Theirs', slack_handle: '@theirs' } })).body
  const application = (await as(owner, 'POST', '/applications', { body: THEIRS })).body
  const definition = (
    await as(owner, 'POST', `/applications/${application.id}/apis`, { body: { name: 'theirs', path: '/', schedules } })
  ).body
  const webhook = (await as(admin, 'POST', '/settings/webhooks', { body: { name: 'w', url: 'https://example.com/' } }))
    .body
  const delivery = (await as(admin, 'POST', `/settings/webhooks/${webhook.id}/test`)).body
  const notice = await tellOne(world, owner)
  const aKey = (person: Person, ...scopes: readonly string[]) =>
    as(person, 'POST', '/api-keys', { body: { name: 'a key', scopes } })
  const apiKey = (await aKey(owner, 'jobs:read')).body
  const reading = (await aKey(others.colleague, 'jobs:read', 'executions:read', 'users:read', 'system:read')).body.key
  const ids = {
    JOB: job.id,
    EXECUTION: execution.id,
    SESSION: session.id,
    USER: owner.id,
    KEY: apiKey.id,
    CATEGORY: category.id,
    TEAM: team.id,
    APPLICATION: application.id,
    DEFINITION: definition.id,
    WEBHOOK: webhook.id,
    DELIVERY: delivery.id,
    NOTICE: notice,
  }
  const before = await Promise.all([
    as(owner, 'GET', `/jobs/${job.id}`),
    as(owner, 'GET', `/executions/${execution.id}`),
    as(owner, 'GET', '/me'),
    as(owner, 'GET', `/api-keys/${apiKey.id}`),
    as(owner, 'GET', `/applications/${application.id}/apis`),
    as(owner, 'GET', `/notifications/${notice}`),
    as(admin, 'GET', `/settings/webhooks/${webhook.id}`),
  ])

  for (const { method, path: template, operationId } of routesOf(server.openapi() as Document)) {
    const row = MATRIX[operationId]
    if (row === undefined) continue
    const path = Object.entries(ids).reduce((text, [name, id]) => text.replace(name, id), row.path ?? template)
    const body = operationId === 'createUser' ? aUser() : row.body
    const sent = row.sheet === undefined ? { body } : { raw: row.sheet, headers: { 'content-type': 'text/csv' } }
    for (const [who, person] of Object.entries(others) as [keyof typeof others, Person][]) {
      const { token } = operationId === 'signOut' ? await again(ask, person) : person
      const reply = await ask(method, path, { token, ...sent })
      assert.equal(reply.status, row[who], `${who} ${method} ${path}: ${reply.text}`)
      const leaked =
        who === 'stranger' && Object.values(ids).some((id) => !path.includes(id) && reply.text.includes(id))
      assert.ok(!leaked, `${who} ${method} ${path}: ${reply.text}`)
    }
    const byKey = await ask(method, path, { token: reading, ...sent })
    assert.equal(byKey.status, row.key, `key ${method} ${path}: ${byKey.text}`)
    for (const token of [undefined, disabled.token]) {
      const reply = await ask(method, path, { token, ...sent })
      assert.deepEqual([reply.status, reply.body.code], [401, 'unauthenticated'], `${method} ${path}`)
    }
  }

  const after = await Promise.all([
    as(owner, 'GET', `/jobs/${job.id}`),
    as(owner, 'GET', `/executions/${execution.id}`),
    as(owner, 'GET', '/me'),
    as(owner, 'GET', `/api-keys/${apiKey.id}`),
    as(owner, 'GET', `/applications/${application.id}/apis`),
    as(owner, 'GET', `/notifications/${notice}`),
    as(admin, 'GET', `/settings/webhooks/${webhook.id}`),
  ])
  assert.deepEqual(
    after.map(({ body }) => body),
    before.map(({ body }) => body),
  )
})

test('S23: another workspace’s id is answered word for word like an unknown one, also inside filters', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [mine, theirs] = [await stranger(), await stranger()]
  const { id } = (await ask('POST', '/jobs', { token: theirs.token, body: aJob() })).body
  const unknown = '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'

  for (const path of [
    '/jobs/ID',
    '/statistics?job_id=ID',
    '/executions?job_id=ID',
    '/jobs?owner=ID',
    '/users/ID',
    '/executions/ID',
    '/executions/export?job_id=ID',
    '/jobs/export?owner=ID',
    '/api-keys/ID',
    '/applications/ID',
    '/applications/ID/apis',
    '/jobs?application=ID',
    '/api-keys?owner=ID',
  ]) {
    const [one, other] = [id, unknown].map((each) => ask('GET', path.replace('ID', each), { token: mine.token }))
    const told = ({ status, text }: Awaited<typeof one> & object) => [
      status,
      text
        .replaceAll(id, 'ID')
        .replaceAll(unknown, 'ID')
        .replace(/"request_id":"[^"]+"/, ''),
    ]
    assert.deepEqual(told((await one)!), told((await other)!), path)
  }
})

/** A notification for this person alone. */
const tellOne = async ({ store, clock }: World, { id: userId }: Person): Promise<string> => {
  const id = newId()
  const user = await store.people.userById(userId)
  await store.outbox.tell({
    workspaceKey: user!.workspaceKey,
    notices: [
      {
        id,
        at: clock.now(),
        audience: { kind: 'user', userId },
        kind: 'job.failed',
        type: 'error',
        title: 'Job Failed',
        message: 'Job "theirs" failed',
        jobId: null,
        executionId: null,
      },
    ],
    deliveries: [],
    series: [],
    supersedes: [],
    of: { kind: 'asked' },
  })
  return id
}

const again = async (ask: Awaited<ReturnType<typeof anApi>>['ask'], { login }: Person) => ({
  token: (await ask('POST', '/sessions', { body: { login, password: PASSWORD } })).body.access_token as string,
})
