/** What belongs to nobody's data: the banner, health, scheduling, the description, and pages of other origins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import SwaggerParser from '@apidevtools/swagger-parser'
import { anApi } from '../../support/api-world.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

test('the front door greets programs in the words their clients know', async (t) => {
  const { ask } = await aTeam(t, '/api')

  const banner = await ask('GET', '//')
  const page = await ask('GET', '//redoc')

  const { message, docs, redoc, health } = banner.body
  assert.deepEqual(
    { message, docs, redoc, health },
    {
      message: 'Welcome to Cron Job Scheduler API v2',
      docs: '/docs',
      redoc: '/redoc',
      health: '/api/v2/health',
    },
  )
  assert.deepEqual([page.status, page.headers.location], [302, '/docs'])
})

test('health needs no token, and says more under /api/v2', async (t) => {
  const { ask, team } = await aTeam(t, '/api/v2')

  const first = await ask('GET', '//api/health')
  const second = await team('GET', '/health')

  assert.deepEqual(first.body, { status: 'healthy', scheduler_running: true, scheduled_jobs_count: 0 })
  const { timestamp, ...rest } = second.body
  assert.deepEqual(rest, { ...first.body, service: 'carillon', version: '1.2.3', api: 'v2', docs_url: '/docs' })
  assert.equal(timestamp, '2026-11-20T09:30:00.000+00:00')
})

test('an admin sees how scheduling does, and has jobs looked for at once', async (t) => {
  const { team, ask, admin, colleague, world } = await aTeam(t, '/api/v2')
  const job = {
    schedules: [{ kind: 'cron', expression: '0 * * * *' }],
    target: { kind: 'http', url: 'https://example.com/' },
  }
  await ask('POST', '/jobs', { token: admin.token, body: { name: 'one', ...job } })
  const two = await ask('POST', '/jobs', { token: admin.token, body: { name: 'two', ...job } })
  await ask('POST', `/jobs/${two.body.id}/pause`, { token: admin.token })
  const status = () => team('GET', '/scheduler/status', { token: admin.token })

  const before = await status()
  world.told.length = 0
  const resync = await team('POST', '/scheduler/resync', { token: admin.token })
  const after = await status()

  assert.deepEqual(before.body, {
    scheduler_running: true,
    scheduler_is_leader: true,
    scheduled_jobs_count: 1,
    last_resync_at: null,
  })
  const { message, ran_at, db_jobs_total, db_jobs_active, scheduled_now } = resync.body
  assert.deepEqual(
    [message, ran_at, db_jobs_total, db_jobs_active, scheduled_now],
    ['Scheduler resync completed', '2026-11-20T09:30:00.000+00:00', 2, 1, 1],
  )
  assert.deepEqual(world.told, ['wake'])
  assert.equal(after.body.last_resync_at, ran_at)
  const viewer = await colleague('viewer')
  for (const [method, path] of [
    ['GET', '/scheduler/status'],
    ['POST', '/scheduler/resync'],
  ] as const)
    refused(await team(method, path, { token: viewer.token }), 403, 'Admin access required')
})

test('a process that does not schedule says so when it is told to look for jobs', async (t) => {
  const other = await aTeam(t, '/api/v2')
  const { services } = other.world.again({ signals: { ...other.world.signals, running: () => false } })
  const { server } = await anApi(t, { services })

  const reply = await server.inject({
    method: 'POST',
    url: '/api/v2/scheduler/resync',
    headers: { authorization: `Bearer ${other.admin.token}` },
  })

  assert.equal(reply.statusCode, 409)
  assert.equal(reply.json().detail, 'Scheduler is not running as leader in this process.')
})

test('the description of the dialect is valid OpenAPI, and stands apart from that of our own API', async (t) => {
  const { ask, server } = await aTeam(t, '/api/v2')

  const { body } = await ask('GET', '//api/v2/openapi.json')
  const ours = server.openapi() as { paths: Record<string, unknown> }

  await SwaggerParser.validate(structuredClone(body))
  assert.ok(body.paths['/api/auth/login'].post && body.paths['/api/v2/auth/users/{id}'].put)
  assert.deepEqual(body.paths['/api/v2/auth/login'].post.security, [])
  const tags = new Set(body.tags.map(({ name }: { name: string }) => name))
  for (const path of Object.values<Record<string, { tags: string[] }>>(body.paths))
    for (const { tags: own } of Object.values(path)) assert.ok(own.length > 0 && own.every((tag) => tags.has(tag)))
  assert.deepEqual(
    Object.keys(ours.paths).filter((path) => /^\/api\/(?!v3\/|health$)/.test(path)),
    [],
  )
})

for (const prefix of PREFIXES) {
  test(`${prefix}: pages of allowed origins send and read what the document states`, async (t) => {
    const listed = await aTeam(t, prefix, { settings: { corsOrigins: ['https://team.example'] } })
    const any = await aTeam(t, prefix, { settings: { corsOrigins: ['*'] } })
    const none = await aTeam(t, prefix)
    const headers = { origin: 'https://team.example', 'access-control-request-method': 'PUT' }
    const preflight = ({ team }: typeof any, from = headers) => team('OPTIONS', '/auth/me', { headers: from })
    const seen = (reply: Awaited<ReturnType<typeof preflight>>) =>
      ['origin', 'credentials'].map((name) => reply.headers[`access-control-allow-${name}`])

    const allowed = await preflight(listed)
    const own = await listed.ask('OPTIONS', '/jobs', { headers })

    assert.deepEqual(seen(allowed), ['https://team.example', 'true'])
    assert.equal(allowed.headers['access-control-allow-methods'], 'GET, POST, PUT, DELETE, OPTIONS')
    assert.equal(allowed.headers['access-control-allow-headers'], 'Content-Type, Authorization')
    assert.equal(allowed.headers['access-control-max-age'], '3600')
    assert.match(own.headers['access-control-allow-methods'] ?? '', /PATCH/)
    assert.deepEqual(seen(await preflight(any)), ['*', undefined])
    assert.deepEqual(seen(await preflight(none)), [undefined, undefined])
    assert.equal(seen(await preflight(listed, { ...headers, origin: 'https://evil.example' }))[0], undefined)
  })
}
