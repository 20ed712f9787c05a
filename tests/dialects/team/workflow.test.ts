/** The document's own examples, walked through by HTTP against a server that listens: its workflow, and its client in JavaScript. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Body } from '../../support/api-world.ts'
import { HOUR, PASSWORD } from '../../support/services-world.ts'
import { aTeam } from './world.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

const aServer = async (t: Parameters<typeof aTeam>[0]) => {
  const { server, admin, world } = await aTeam(t, '/api')
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const call = async (method: string, path: string, headers: Record<string, string>, body?: object) => {
    const reply = await fetch(`${origin}/api${path}`, {
      method,
      headers: { ...(body === undefined ? {} : JSON_TYPE), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: reply.status, body: (await reply.json()) as Body }
  }
  return { origin, call, admin, world }
}

test('the workflow of the document runs as it is written there', async (t) => {
  const { call, admin } = await aServer(t)

  const login = await call('POST', '/auth/login', {}, { username: admin.login, password: PASSWORD })
  const bearer = { Authorization: `Bearer ${login.body.access_token}` }
  const created = await call('POST', '/jobs', bearer, {
    name: 'Nightly Backup',
    cron_expression: '0 2 * * *',
    target_url: 'https://example.com/backup',
  })
  const listed = await call('GET', '/jobs', bearer)
  const { id } = created.body.job
  const updated = await call('PUT', `/jobs/${id}`, bearer, { is_active: false })
  const refreshed = await call('POST', '/auth/refresh', { Authorization: `Bearer ${login.body.refresh_token}` })
  const renewed = { Authorization: `Bearer ${refreshed.body.access_token}` }
  const after = await call('GET', `/jobs/${id}`, renewed)

  assert.deepEqual(
    [login, created, listed, updated, refreshed, after].map(({ status }) => status),
    [200, 201, 200, 200, 200, 200],
  )
  assert.deepEqual([listed.body.count, listed.body.jobs[0].name], [1, 'Nightly Backup'])
  assert.equal(listed.body.jobs[0].next_execution_at, '2026-11-21T02:00:00+09:00')
  assert.equal(updated.body.job.is_active, false)
  assert.deepEqual([after.body.job.is_active, after.body.job.next_execution_at], [false, null])
})

test('the client of the document works, and renews its token when that is over', async (t) => {
  const { origin, admin, world } = await aServer(t)
  const kept = new Map<string, string>()
  const bearer = (name: string) => ({ Authorization: `Bearer ${kept.get(name)}` })
  const refreshToken = async () => {
    const response = await fetch(`${origin}/api/auth/refresh`, { method: 'POST', headers: bearer('refresh_token') })
    kept.set('access_token', ((await response.json()) as Body).access_token)
  }
  const createJob = async (job: object): Promise<Body> => {
    const response = await fetch(`${origin}/api/jobs`, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...bearer('access_token') },
      body: JSON.stringify(job),
    })
    if (response.status !== 401) return response.json()
    await refreshToken()
    return createJob(job)
  }
  const login = await fetch(`${origin}/api/auth/login`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ username: admin.login, password: PASSWORD }),
  })
  const data = (await login.json()) as Body
  for (const name of ['access_token', 'refresh_token']) kept.set(name, data[name])
  world.clock.advance(2 * HOUR)

  const made = await createJob({
    name: 'QA Backend Tests',
    cron_expression: '0 3 * * *',
    github_owner: 'myorg',
    github_repo: 'test-automation',
    github_workflow_name: 'qa-tests.yml',
    metadata: { environment: 'QA', branch: 'master', parallelContainers: '5' },
  })

  assert.equal(made.message, 'Job created successfully')
  assert.equal(made.job.github_workflow_name, 'qa-tests.yml')
  assert.notEqual(kept.get('access_token'), data.access_token)
})
