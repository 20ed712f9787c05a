/** Many jobs in one request: bulk actions, imports, and copies, each within the rights of who asks. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ask, aJob, anApi } from '../support/api-world.ts'

const aCase = async (t: TestContext) => {
  const api = await anApi(t)
  const admin = await api.stranger()
  const user = await api.member(admin, 'user')
  const as =
    (token: string) =>
    (method: string, path: string, body?: unknown, ask: Ask = {}) =>
      api.ask(method, path, { token, body, ...ask })
  const byAdmin = as(admin.token)
  const byUser = as(user.token)
  const made = async (name: string, by = byUser, changes = {}) =>
    (await by('POST', '/jobs', aJob({ name, ...changes }))).body as { id: string; version: number }
  return { ...api, admin, user, byAdmin, byUser, made }
}

test('a bulk action does to each job what it may, and says of each what became of it', async (t) => {
  const { byUser, byAdmin, made } = await aCase(t)
  const [mine, theirs] = [await made('mine'), await made('theirs', byAdmin)]
  const unknown = '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'

  const { status, body } = await byUser('POST', '/jobs/bulk', {
    action: 'pause',
    ids: [mine.id, theirs.id, unknown, mine.id],
  })

  assert.deepEqual([status, body.done, body.failed], [200, 1, 2])
  assert.deepEqual(
    body.items.map(({ id, ok, code }: Record<string, unknown>) => [id, ok, code]),
    [
      [mine.id, true, null],
      [theirs.id, false, 'forbidden'],
      [unknown, false, 'not_found'],
    ],
  )
  assert.equal((await byUser('GET', `/jobs/${mine.id}`)).body.state, 'paused')
  assert.equal((await byUser('GET', `/jobs/${theirs.id}`)).body.state, 'active')
})

test('a filter means all jobs that fit, a dry run changes none, and a wrong count stops everything', async (t) => {
  const { byUser, made } = await aCase(t)
  for (const name of ['a 1', 'a 2', 'b']) await made(name)
  const states = async () =>
    (await byUser('GET', '/jobs?sort=name&order=asc')).body.items.map(({ state }: { state: string }) => state)
  const pause = { action: 'pause', filter: { search: 'a ' } }

  const dry = await byUser('POST', '/jobs/bulk', { ...pause, dry_run: true })
  const wrong = await byUser('POST', '/jobs/bulk', { ...pause, confirm_count: 3 })
  assert.deepEqual([dry.body.done, wrong.status, await states()], [2, 409, ['active', 'active', 'active']])

  const right = await byUser('POST', '/jobs/bulk', { ...pause, confirm_count: 2 })
  assert.deepEqual([right.body.done, await states()], [2, ['paused', 'paused', 'active']])
  await byUser('POST', '/jobs/bulk', { action: 'resume', filter: { state: 'paused' } })
  assert.deepEqual(await states(), ['active', 'active', 'active'])
})

test('deleting by a filter needs the number of jobs that are meant', async (t) => {
  const { byUser, made } = await aCase(t)
  await made('a')

  const unsaid = await byUser('POST', '/jobs/bulk', { action: 'delete', filter: {} })
  const said = await byUser('POST', '/jobs/bulk', { action: 'delete', filter: {}, confirm_count: 1 })

  assert.deepEqual([unsaid.status, unsaid.body.errors[0].field, said.body.done], [422, 'confirm_count', 1])
  assert.deepEqual((await byUser('GET', '/jobs')).body.items, [])
})

test('an edit joins metadata and policies with what each job has, and only an administrator gives jobs away', async (t) => {
  const { byUser, byAdmin, made, admin } = await aCase(t)
  const one = await made('one', byUser, { metadata: { team: 'a', old: 'x' }, policies: { retry: { attempts: 3 } } })
  const two = await made('two')
  const ids = [one.id, two.id]
  const edit = { metadata: { team: 'b', old: null }, policies: { timeout_seconds: 5 } }

  await byUser('POST', '/jobs/bulk', { action: 'edit', ids, edit })
  const given = await byUser('POST', '/jobs/bulk', { action: 'edit', ids, edit: { owner_id: admin.id } })
  const taken = await byAdmin('POST', '/jobs/bulk', { action: 'edit', ids, edit: { owner_id: admin.id } })

  const jobs = await Promise.all(ids.map(async (id) => (await byUser('GET', `/jobs/${id}`)).body))
  assert.deepEqual(
    jobs.map((job) => [job.metadata, job.policies.timeout_seconds, job.policies.retry.attempts, job.owner_id]),
    [
      [{ team: 'b' }, 5, 3, admin.id],
      [{ team: 'b' }, 5, 1, admin.id],
    ],
  )
  assert.deepEqual([given.body.failed, taken.body.done], [2, 2])
})

test('S29: what a bulk action does not take is told by field', async (t) => {
  const { byUser } = await aCase(t)
  const id = '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'

  for (const [body, field] of [
    [{ action: 'explode', ids: [id] }, 'action'],
    [{ action: 'pause' }, 'ids'],
    [{ action: 'pause', ids: [id], filter: {} }, 'ids'],
    [{ action: 'pause', ids: [] }, 'ids'],
    [{ action: 'pause', ids: [id], edit: { metadata: {} } }, 'edit'],
    [{ action: 'pause', ids: [id], catch_up: 'all' }, 'catch_up'],
    [{ action: 'edit', ids: [id] }, 'edit'],
    [{ action: 'pause', filter: { owner: { $gt: '' } } }, 'filter.owner'],
    [{ action: 'pause', ids: Array.from({ length: 1001 }, () => id) }, 'ids'],
  ] as [object, string][]) {
    const { status, body: answer } = await byUser('POST', '/jobs/bulk', body)
    assert.deepEqual([status, answer.errors?.[0].field], [422, field], JSON.stringify(body).slice(0, 80))
  }
})

test('an import makes all jobs or none, and names each wrong row and field', async (t) => {
  const { byUser } = await aCase(t)
  const jobs = [aJob({ name: 'a' }), aJob({ name: 'b' })]

  const wrong = await byUser('POST', '/jobs/import', {
    jobs: [
      ...jobs,
      aJob({ name: '' }),
      aJob({ schedules: [{ kind: 'cron', expression: '61 * * * *' }] }),
      aJob({ target: { kind: 'http', url: 'ftp://x' } }),
      'no job',
      aJob({ owner_id: 'x' }),
      aJob({ target: { kind: 'http', url: 'http://169.254.169.254/' } }),
    ],
  })
  const dry = await byUser('POST', '/jobs/import', { jobs, dry_run: true })
  const none = (await byUser('GET', '/jobs')).body.items
  const made = await byUser('POST', '/jobs/import', { jobs })

  assert.equal(wrong.status, 422)
  assert.deepEqual(
    wrong.body.errors.map(({ field }: { field: string }) => field),
    [
      'jobs[2].name',
      'jobs[3].schedules[0].expression',
      'jobs[4].target.url',
      'jobs[5]',
      'jobs[6].owner_id',
      'jobs[7].target.url',
    ],
  )
  assert.deepEqual([dry.status, dry.body.count, none], [200, 2, []])
  assert.deepEqual([made.status, made.body.count], [201, 2])
  assert.deepEqual(
    (await byUser('GET', '/jobs?order=asc')).body.items.map(({ id, name }: Record<string, string>) => ({ id, name })),
    made.body.items.map(({ id, name }: Record<string, string>) => ({ id, name })),
  )
})

test('S78: an import takes 16 MiB and 10,000 rows, and nothing beyond', async (t) => {
  const { byUser, ask, user } = await aCase(t)
  const row = JSON.stringify(aJob())
  const many = (count: number, each = row) =>
    `{"dry_run":true,"jobs":[${Array.from({ length: count }, () => each).join()}]}`
  const send = (raw: string) => ask('POST', '/jobs/import', { token: user.token, raw })

  const most = await send(many(10_000))
  const rows = await send(many(10_001, '1'))
  const large = await send(many(1, JSON.stringify(aJob({ description: 'x'.repeat(17 * 1024 * 1024) }))))
  const cell = await send(many(1, JSON.stringify(aJob({ description: 'x'.repeat(4 * 1024 * 1024) }))))
  const elsewhere = await ask('POST', '/jobs', { token: user.token, raw: ' '.repeat(2 * 1024 * 1024) })

  assert.deepEqual(
    [most, rows, large, cell, elsewhere].map(({ status }) => status),
    [200, 422, 413, 422, 413],
  )
  assert.equal(most.body.count, 10_000)
  assert.deepEqual((await byUser('GET', '/jobs')).body.items, [])
})

test('S28, S78: broken and poisoned rows are refused whole', async (t) => {
  const { ask, user, byUser } = await aCase(t)
  const send = (raw: string | Buffer) => ask('POST', '/jobs/import', { token: user.token, raw })

  const statuses = [
    await send('{"jobs":[{"name":"a"'),
    await send('{"jobs":[{"__proto__":{"polluted":1}}]}'),
    await send('{"jobs":[{"constructor":{"prototype":{"polluted":1}}}]}'),
    await send('{"jobs":[{"name":"a","name":"b"}]}'),
    await send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
    await send('PK\u0003\u0004'),
  ].map(({ status }) => status)

  assert.deepEqual(statuses, [400, 400, 400, 400, 400, 400])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.deepEqual((await byUser('GET', '/jobs')).body.items, [])
})

test('a copy has everything of its original but its id, its owner and its runs, and waits paused', async (t) => {
  const { byUser, byAdmin, made, user, world } = await aCase(t)
  const original = await made('report', byAdmin, {
    description: 'daily',
    metadata: { team: 'a' },
    policies: { retry: { attempts: 4 }, overlap: 'allow' },
    target: { kind: 'http', url: 'https://example.com/a', method: 'POST', headers: { a: ['1', '2'] } },
  })

  const copy = await byUser('POST', `/jobs/${original.id}/clone`)
  const named = await byUser('POST', `/jobs/${original.id}/clone`, { name: 'other', enabled: true })

  assert.equal(copy.status, 201)
  assert.equal(copy.headers.location, `/api/v3/jobs/${copy.body.id}`)
  const before = (await byUser('GET', `/jobs/${original.id}`)).body
  for (const field of ['description', 'metadata', 'policies', 'target', 'schedules', 'time_zone', 'schedule_text'])
    assert.deepEqual(copy.body[field], before[field], field)
  assert.deepEqual([copy.body.name, copy.body.state, copy.body.owner_id], ['report (copy)', 'paused', user.id])
  assert.deepEqual([named.body.name, named.body.state], ['other', 'active'])
  assert.ok(world.told.includes('wake'))
})

test('what only looks like a secret of ours, in a body of the caller’s own, is copied and imported as it is', async (t) => {
  const { byUser, made, world, user } = await aCase(t)
  const content = { sealed: 'v1.x.y.z', deep: [{ sealed: 'a' }, { fingerprint: '1a2b3c4d' }] }
  const target = { kind: 'http', url: 'https://example.com/a', method: 'POST', body: { type: 'json', content } }
  const original = await made('odd', byUser, { target })

  const copy = await byUser('POST', `/jobs/${original.id}/clone`)
  const secrets = { '1a2b3c4d': 'canary-99' }
  const imported = await byUser('POST', '/jobs/import', { jobs: [aJob({ target })], secrets })

  assert.deepEqual([copy.status, imported.status], [201, 201], copy.text)
  assert.deepEqual(copy.body.target.body.content, content)
  const { workspaceKey } = await world.services.sessions.authenticate(user.token)
  const stored = await world.store.jobs.byId(workspaceKey, imported.body.items[0].id)
  assert.ok(!JSON.stringify(stored?.target).includes('canary-99'))
})

test('S26: a secret is copied inside the server, for those alone who may change its job', async (t) => {
  const { byUser, byAdmin, made, lines, world, user } = await aCase(t)
  const target = { kind: 'http', url: 'https://example.com/a', auth: { kind: 'bearer', token: 'canary-83a1' } }
  const theirs = await made('theirs', byAdmin, { target })
  const mine = await made('mine', byUser, { target })

  const stolen = await byUser('POST', `/jobs/${theirs.id}/clone`)
  const copy = await byUser('POST', `/jobs/${mine.id}/clone`)

  assert.equal(stolen.status, 403)
  assert.equal(copy.status, 201)
  assert.deepEqual(copy.body.target.auth, (await byUser('GET', `/jobs/${mine.id}`)).body.target.auth)
  const { workspaceKey } = await world.services.sessions.authenticate(user.token)
  const [one, other] = await Promise.all([mine.id, copy.body.id].map((id) => world.store.jobs.byId(workspaceKey, id)))
  assert.notDeepEqual(one?.target, other?.target)
  for (const place of [copy.text, ...lines]) assert.ok(!place.includes('canary-83a1'))
})
