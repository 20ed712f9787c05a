/** What a hostile or careless client sends: broken, double, deep, large, of the wrong kind, on the wrong path. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ask, aJob, anApi } from '../support/api-world.ts'

test('S28, S29, S89: bodies that no two parsers read alike are refused with 400, other kinds with 415', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const job = JSON.stringify(aJob())
  const cases: [name: string, ask: Ask, status: number, code: string][] = [
    ['broken', { raw: '{"name":' }, 400, 'malformed'],
    ['a name twice', { raw: job.replace('"name"', '"name":"x","name"') }, 400, 'malformed'],
    ['__proto__', { raw: job.replace('"name"', '"__proto__":{"polluted":1},"name"') }, 400, 'malformed'],
    [
      'constructor.prototype',
      { raw: job.replace('"name"', '"constructor":{"prototype":{"polluted":1}},"name"') },
      400,
      'malformed',
    ],
    ['33 levels', { raw: `${'['.repeat(33)}${']'.repeat(33)}` }, 400, 'malformed'],
    ['100,000 levels', { raw: '['.repeat(100_000) }, 400, 'malformed'],
    ['invalid UTF-8', { raw: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'malformed'],
    ['a number that loses digits', { raw: '{"max_runs":9007199254740993}' }, 400, 'malformed'],
    ['no body', {}, 422, 'invalid'],
    ['an empty body', { raw: '' }, 422, 'invalid'],
    ['a list', { raw: '[]' }, 422, 'invalid'],
    ['a text', { raw: '"x"' }, 422, 'invalid'],
    ['plain text', { raw: job, headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media'],
    [
      'a form',
      { raw: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media',
    ],
    [
      'an odd content type',
      { raw: job, headers: { 'content-type': 'application/json-seq' } },
      415,
      'unsupported_media',
    ],
    ['more than 1 MiB', { raw: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'too_large'],
  ]

  for (const [name, what, status, code] of cases) {
    const reply = await ask('POST', '/jobs', { token, ...what })
    assert.deepEqual([reply.status, reply.body.code], [status, code], `${name}: ${reply.text}`)
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.equal(
    (await ask('POST', '/jobs', { token, raw: job, headers: { 'content-type': 'application/json; charset=utf-8' } }))
      .status,
    201,
  )
})

test('an action that takes no fields takes none', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body

  const { status, body } = await ask('POST', `/jobs/${id}/pause`, { token, body: { force: true } })

  assert.deepEqual([status, body.errors[0].field], [422, 'force'])
  for (const raw of ['{}', 'null']) assert.equal((await ask('POST', `/jobs/${id}/pause`, { token, raw })).status, 200)
})

test('S25, S90: parameters that nobody knows, pages out of bounds and doubled parameters are refused with 400', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const queries = [
    ...[
      '/jobs?offset=5',
      '/jobs?limit=1e9',
      '/jobs?limit=101',
      '/jobs?limit=-1',
      '/jobs?limit=1&limit=2',
      '/jobs?__proto__=1',
    ],
    ...[
      '/jobs?state=gone',
      '/jobs?owner=%27%20OR%201=1',
      '/jobs?sort=id;drop',
      `/jobs?cursor=${'x'.repeat(513)}`,
      '/jobs?state[]=paused',
    ],
    ...[
      '/executions?status=done',
      '/executions?from=yesterday',
      '/executions?until=2026-01-01',
      '/executions?job_id=1',
    ],
    ...['/users?limit=0', '/statistics?from=0', '/jobs?owner=me&order=up'],
  ]

  for (const query of queries) {
    const { status, body } = await ask('GET', query, { token })
    assert.deepEqual([status, body.code, body.errors.length >= 1], [400, 'malformed', true], query)
  }
})

test('S24, S37: an id that cannot be one, and every trick with the path, leads to 404 or to the same guard', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body
  const get = (path: string, more: Ask = {}) => ask('GET', path, { token, ...more })

  for (const path of [
    ...['/jobs/1', `/jobs/${id};x`, `/jobs/${id}.`, `/jobs/${id}/`, `/jobs/${id}%00`, `/jobs//${id}`],
    ...[`/JOBS/${id}`, `/jobs/${'a'.repeat(200)}`, `//api//v3/jobs/${id}`, '//api/v3', '//api/v3/'],
  ]) {
    assert.equal((await get(path)).status, 404, path)
  }
  const override = { 'x-http-method-override': 'DELETE', 'x-original-url': '/api/v3/me', 'x-rewrite-url': '/api/v3/me' }
  assert.equal((await get(`/jobs/${id}`, { headers: override })).body.id, id)
  assert.equal((await get(`/jobs/${id}`)).status, 200)
  assert.equal((await ask('HEAD', `/jobs/${id}`)).status, 401)
  const head = await ask('HEAD', `/jobs/${id}`, { token })
  assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', '"1"'])
})

test('a path with another method is answered 405 and says which ones it has', async (t) => {
  const { ask } = await anApi(t)

  const put = await ask('PUT', '/jobs/019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b')
  const trace = await ask('DELETE', '//healthz')

  assert.deepEqual(
    [put.status, put.body.code, put.headers.allow],
    [405, 'method_not_allowed', 'DELETE, GET, HEAD, PATCH'],
  )
  assert.deepEqual([trace.status, trace.headers.allow], [405, 'GET, HEAD'])
})

test('S72, S73, S79: what looks like SQL, a pattern or a script is a name like any other', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const names = [
    "'; drop table jobs; --",
    '%',
    '_',
    '<script>alert(1)</script>',
    '"><img onerror=x>',
    '{{7*7}}',
    'Ünïcödé 試験 🔔',
  ]
  for (const name of names) assert.equal((await ask('POST', '/jobs', { token, body: aJob({ name }) })).body.name, name)

  const found = async (search: string) =>
    (await ask('GET', `/jobs?search=${encodeURIComponent(search)}`, { token })).body.items.map(
      (job: { name: string }) => job.name,
    )

  assert.deepEqual(await found('%'), ['%'])
  assert.deepEqual(await found('_'), ['_'])
  assert.deepEqual(await found("' or 1=1"), [])
  assert.deepEqual(await found('試験'), ['Ünïcödé 試験 🔔'])
})

test('every wrong field of a body is told at once, with the request’s id', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const body = { name: 5, schedules: [], target: { kind: 'http', url: 'x', verb: 'GET' }, is_admin: true }

  const { status, body: problem, headers } = await ask('POST', '/jobs', { token, body })

  assert.deepEqual([status, headers['content-type']], [422, 'application/problem+json'])
  assert.deepEqual(
    problem.errors.map(({ field }: { field: string }) => field),
    ['name', 'schedules', 'target.verb', 'is_admin'],
  )
  assert.equal(problem.request_id, headers['x-request-id'])
  assert.equal(problem.type, '/docs/errors#invalid')
})
