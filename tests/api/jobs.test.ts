/** /api/v3/jobs from outside: made, found, changed under a version, forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

const codes = (errors: readonly { field: string }[]) => errors.map(({ field }) => field)

test('a job is made with defaults filled in, and read back as it was answered', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, id } = await stranger()

  const made = await ask('POST', '/jobs', { token, body: aJob() })
  const read = await ask('GET', `/jobs/${made.body.id}`, { token })

  assert.equal(made.status, 201, made.text)
  assert.equal(made.headers.location, `/api/v3/jobs/${made.body.id}`)
  assert.equal(made.headers.etag, '"1"')
  assert.deepEqual([read.status, read.body, read.headers.etag], [200, made.body, '"1"'])
  const { owner_id, state, next_run_at, time_zone, schedule_text, created_at } = made.body
  assert.deepEqual([owner_id, state, time_zone], [id, 'active', 'Asia/Tokyo'])
  assert.equal(next_run_at, '2026-11-20T10:00:00.000Z')
  assert.equal(created_at, '2026-11-20T09:30:00.000Z')
  assert.match(schedule_text, /hour/i)
  assert.deepEqual(made.body.policies.retry, {
    attempts: 1,
    first_delay_seconds: 10,
    factor: 2,
    longest_delay_seconds: 3600,
  })
  assert.deepEqual(made.body.target, {
    kind: 'http',
    url: 'https://example.com/report',
    method: 'GET',
    query: {},
    headers: {},
    body: null,
    auth: null,
    success: { status: ['200-299'], body_contains: null, body_lacks: null, longest_seconds: null },
    follow_redirects: true,
    tls: null,
    signing: null,
    completion: { mode: 'response', deadline_seconds: null },
  })
})

test('a job with everything that a job can have comes back with it', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const full = {
    name: 'everything',
    description: 'line one\nline two',
    schedules: [
      { kind: 'cron', expression: '0 9 * * MON', time_zone: 'Europe/Berlin', dst_gap: 'skip', dst_overlap: 'first' },
      { kind: 'fields', hour: '9', day_of_week: 'mon', time_zone: 'UTC', dst_gap: 'auto', dst_overlap: 'auto' },
      { kind: 'interval', every_seconds: 90, anchor: '2026-01-01T00:00:00.000Z' },
      {
        kind: 'calendar',
        every: 2,
        unit: 'month',
        start: '2026-01-31',
        at: '09:30',
        time_zone: 'UTC',
        dst_gap: 'auto',
        dst_overlap: 'auto',
      },
      { kind: 'once', at: '2027-01-01T00:00:00.000Z' },
    ],
    time_zone: 'Europe/Berlin',
    start: '2026-01-01',
    end: '2028-01-01T00:00:00Z',
    max_runs: 100,
    jitter_seconds: 0.5,
    spread_seconds: 2,
    target: {
      kind: 'http',
      url: 'https://example.com/a?x=1',
      method: 'POST',
      query: { q: ['1', '2'] },
      headers: { 'X-Team': 'billing' },
      body: { type: 'json', content: { of: ['day', null, 1.5] } },
      success: { status: ['200-204', '404'], body_contains: 'ok', body_lacks: 'error', longest_seconds: 5 },
      follow_redirects: false,
      completion: { mode: 'report', deadline_seconds: 90 },
    },
    policies: {
      retry: { attempts: 3, first_delay_seconds: 1.5, factor: 3, longest_delay_seconds: 60 },
      misfire: { mode: 'all', window_seconds: 3600, cap: 10 },
      overlap: 'queue_one',
      timeout_seconds: 7.5,
      delivery: 'at_most_once',
      pause_after_failures: 5,
      concurrency: 4,
      rate: { count: 10, per_seconds: 60, burst: 2 },
      limits: ['database'],
    },
    metadata: { team: 'billing' },
  }

  await ask('PUT', '/limits/database', { token, body: { concurrency: 9 } })
  const made = await ask('POST', '/jobs', { token, body: full })

  assert.equal(made.status, 201, made.text)
  const { auth, tls, signing, ...target } = made.body.target
  assert.deepEqual([auth, tls, signing], [null, null, null])
  assert.deepEqual({ ...made.body, target }, { ...made.body, ...full })
})

test('a client finds its job by the id it gave it, which no other job of the workspace can have', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [{ token }, other] = [await stranger(), await stranger()]
  const make = (external_id: unknown, as = token) => ask('POST', '/jobs', { token: as, body: aJob({ external_id }) })

  const made = await make('nightly/1')
  const again = await make('nightly/1')
  const elsewhere = await make('nightly/1', other.token)
  const odd = await make('two\nlines')

  assert.deepEqual([made.status, made.body.external_id, elsewhere.status], [201, 'nightly/1', 201])
  assert.deepEqual([again.status, again.body.errors[0].field], [409, 'external_id'])
  assert.deepEqual([odd.status, odd.body.errors[0].field], [422, 'external_id'])
  const found = await ask('GET', '/jobs?external_id=nightly%2F1', { token })
  assert.deepEqual(
    found.body.items.map(({ id }: { id: string }) => id),
    [made.body.id],
  )
  await ask('DELETE', `/jobs/${made.body.id}`, { token })
  assert.equal((await make('nightly/1')).status, 201)
})

test('a job born disabled is paused, has no next run and starts with resuming', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { body } = await ask('POST', '/jobs', { token, body: aJob({ enabled: false }) })
  const resumed = await ask('POST', `/jobs/${body.id}/resume`, { token })

  assert.deepEqual([body.state, body.next_run_at], ['paused', null])
  assert.deepEqual([resumed.status, resumed.body.job.state], [200, 'active'])
  assert.equal(resumed.body.job.next_run_at, '2026-11-20T10:00:00.000Z')
})

test('a schedule that cannot be read is refused by its field, its value and what would be right', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const schedules = [
    { kind: 'cron', expression: '61 * * * *' },
    { kind: 'cron', expression: '0 0 * * *', time_zone: 'Mars/One' },
  ]

  const { status, body } = await ask('POST', '/jobs', { token, body: aJob({ schedules }) })

  assert.deepEqual([status, body.code, body.title], [422, 'schedule.invalid', 'The schedule cannot be read'])
  assert.deepEqual(codes(body.errors), ['schedules[0].expression', 'schedules[1].time_zone'])
  assert.equal(body.errors[0].value, '61 * * * *')
  assert.match(body.errors[0].message, /61/)
})

test('S86: a schedule that never fires is refused', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { status, body } = await ask('POST', '/jobs', {
    token,
    body: aJob({ schedules: [{ kind: 'cron', expression: '0 0 31 2 *' }] }),
  })

  assert.deepEqual([status, body.code], [422, 'schedule.never_fires'])
})

test('a target that may not be called, or is none, is refused by its field', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const save = (target: Record<string, unknown>) =>
    ask('POST', '/jobs', { token, body: aJob({ target: { kind: 'http', url: 'https://example.com', ...target } }) })

  const denied = await save({ url: 'http://169.254.169.254/latest' })
  const ftp = await save({ url: 'ftp://example.com' })
  const header = await save({ headers: { Host: 'evil', 'X-A': 'b\r\nc' } })

  assert.deepEqual([denied.status, denied.body.code], [422, 'egress.denied'])
  assert.deepEqual([ftp.status, codes(ftp.body.errors)], [422, ['target.url']])
  assert.deepEqual(
    [header.status, codes(header.body.errors)],
    [422, ['target.headers[0].name', 'target.headers[1].value']],
  )
})

test('a list goes on from page to page, in the order asked for, and holds what the filter lets through', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { token, id } = await stranger()
  for (const name of ['b', 'a', 'c', 'd']) {
    world.clock.advance(1000)
    await ask('POST', '/jobs', { token, body: aJob({ name, enabled: name !== 'd' }) })
  }
  const names = async (query: string) =>
    (await ask('GET', `/jobs${query}`, { token })).body.items.map((job: { name: string }) => job.name)

  const first = await ask('GET', '/jobs?limit=3&sort=name&order=asc', { token })
  const next = await ask(
    'GET',
    `/jobs?limit=3&sort=name&order=asc&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    { token },
  )

  assert.deepEqual(
    first.body.items.map((job: { name: string }) => job.name),
    ['a', 'b', 'c'],
  )
  assert.deepEqual([next.body.items.map((job: { name: string }) => job.name), next.body.next_cursor], [['d'], null])
  assert.deepEqual(await names(''), ['d', 'c', 'a', 'b'])
  assert.deepEqual(await names('?state=paused'), ['d'])
  assert.deepEqual(await names('?search=C'), ['c'])
  assert.deepEqual(await names(`?owner=${id}&limit=1`), ['d'])
  assert.deepEqual((await names('?owner=me')).length, 4)
})

test('a list by name goes on also behind the longest name there may be', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  for (const letter of ['a', 'b']) {
    const made = await ask('POST', '/jobs', { token, body: aJob({ name: letter.padEnd(200, '\u{597d}') }) })
    assert.equal(made.status, 201, made.text)
  }

  const first = await ask('GET', '/jobs?limit=1&sort=name&order=asc', { token })
  const cursor: string = first.body.next_cursor
  const next = await ask('GET', `/jobs?limit=1&sort=name&order=asc&cursor=${cursor}`, { token })

  assert.ok(cursor.length > 1000)
  assert.deepEqual([next.status, next.body.items[0].name[0], next.body.next_cursor], [200, 'b', null])
})

test('S30: a cursor that was changed, belongs to another filter or to another workspace is answered with 400', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [{ token }, other] = [await stranger(), await stranger()]
  for (const name of ['a', 'b']) await ask('POST', '/jobs', { token, body: aJob({ name }) })
  const { next_cursor } = (await ask('GET', '/jobs?limit=1', { token })).body
  const cursor = encodeURIComponent(next_cursor)

  const replies = [
    await ask('GET', `/jobs?limit=1&cursor=${cursor.slice(0, -2)}AA`, { token }),
    await ask('GET', `/jobs?limit=1&sort=name&cursor=${cursor}`, { token }),
    await ask('GET', `/executions?cursor=${cursor}`, { token }),
    await ask('GET', `/jobs?limit=1&cursor=${cursor}`, { token: other.token }),
    await ask('GET', '/jobs?sort=password_hash', { token }),
  ]

  assert.deepEqual(
    replies.map(({ status, body }) => [status, body.code]),
    Array(5).fill([400, 'malformed']),
  )
})

test('an edit changes what it names and leaves the rest, inside the target and the policies too', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const headers = { 'x-a': 'b' }
  const before = (
    await ask('POST', '/jobs', {
      token,
      body: aJob({
        target: { kind: 'http', url: 'https://example.com/a', headers },
        policies: { retry: { attempts: 3 } },
        end: '2028-01-01',
      }),
    })
  ).body

  const edit = {
    name: 'renamed',
    end: null,
    target: { method: 'PUT' },
    policies: { retry: { factor: 4 }, overlap: 'allow' },
  }
  const { status, body, headers: replied } = await ask('PATCH', `/jobs/${before.id}`, { token, body: edit })

  assert.deepEqual([status, body.version, replied.etag], [200, 2, '"2"'])
  assert.deepEqual([body.name, body.end], ['renamed', null])
  assert.deepEqual(
    [body.target.method, body.target.url, body.target.headers],
    ['PUT', 'https://example.com/a', headers],
  )
  assert.deepEqual(body.policies.retry, { ...before.policies.retry, factor: 4 })
  assert.equal(body.policies.overlap, 'allow')
  assert.deepEqual(body.schedules, before.schedules)
})

test('an edit with the version that was read is refused when somebody else was quicker, and changes nothing', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body
  await ask('PATCH', `/jobs/${id}`, { token, body: { name: 'quicker' }, headers: { 'if-match': '"1"' } })

  const late = await ask('PATCH', `/jobs/${id}`, { token, body: { name: 'late' }, headers: { 'if-match': '"1"' } })
  const deleted = await ask('DELETE', `/jobs/${id}`, { token, headers: { 'if-match': '"1"' } })
  const odd = await ask('PATCH', `/jobs/${id}`, { token, body: { name: 'late' }, headers: { 'if-match': 'W/"2"' } })
  const { body } = await ask('GET', `/jobs/${id}`, { token })

  assert.deepEqual(
    [late, deleted, odd].map((reply) => [reply.status, reply.body.code]),
    Array(3).fill([412, 'stale']),
  )
  assert.deepEqual([body.name, body.version], ['quicker', 2])
  assert.equal(
    (await ask('PATCH', `/jobs/${id}`, { token, body: { name: 'any' }, headers: { 'if-match': '*' } })).status,
    200,
  )
})

test('edits without a version that meet one another are all kept', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body

  const replies = await Promise.all([
    ask('PATCH', `/jobs/${id}`, { token, body: { name: 'new name' } }),
    ask('PATCH', `/jobs/${id}`, { token, body: { policies: { overlap: 'allow' } } }),
  ])

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200],
  )
  const { body } = await ask('GET', `/jobs/${id}`, { token })
  assert.deepEqual([body.name, body.policies.overlap], ['new name', 'allow'])
})

test('a deleted job is gone, its history is not', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob() })).body
  const run = await ask('POST', `/jobs/${id}/run`, { token })

  const deleted = await ask('DELETE', `/jobs/${id}`, { token })

  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  const again = [
    await ask('GET', `/jobs/${id}`, { token }),
    await ask('DELETE', `/jobs/${id}`, { token }),
    await ask('PATCH', `/jobs/${id}`, { token, body: {} }),
  ]
  assert.deepEqual(
    again.map(({ status, body }) => [status, body.code]),
    Array(3).fill([404, 'not_found']),
  )
  const { body } = await ask('GET', `/executions/${run.body.id}`, { token })
  assert.deepEqual([body.status, body.reason], ['cancelled', 'job_deleted'])
})
