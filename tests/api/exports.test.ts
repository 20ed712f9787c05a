/** Exports: whole, streamed, of one workspace, without secrets; and what comes out goes in again as it was. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { createServer } from '../../src/api/server.ts'
import { DomainError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { aJob, anApi, type Person, SETTINGS } from '../support/api-world.ts'
import { runWaiting } from '../support/services-world.ts'

const aCase = async (t: TestContext) => {
  const api = await anApi(t)
  const person = await api.stranger()
  const get = (path: string, { token }: Person = person) => api.ask('GET', path, { token })
  const post = (path: string, body: unknown, { token }: Person = person) => api.ask('POST', path, { token, body })
  return { ...api, person, get, post }
}

const SECRET = 'canary-5c1d7e'
const withSecret = {
  target: { kind: 'http', url: 'https://example.com/a', auth: { kind: 'basic', username: 'u', password: SECRET } },
}

test('S77: jobs come as a table whose texts no spreadsheet runs', async (t) => {
  const { get, post } = await aCase(t)
  await post('/jobs', aJob({ name: '=HYPERLINK("http://evil")', description: 'a "quoted", text' }))

  const { status, text, headers } = await get('/jobs/export?format=csv')

  assert.equal(status, 200)
  assert.deepEqual(
    [headers['content-type'], headers['content-disposition']],
    ['text/csv; charset=utf-8', 'attachment; filename="carillon-jobs.csv"'],
  )
  const [head, row, ...more] = text.split('\r\n')
  assert.match(head ?? '', /^"id","name","description","state",/)
  assert.match(row ?? '', /^"[0-9a-f-]{36}","'=HYPERLINK\(""http:\/\/evil""\)","a ""quoted"", text","active",/)
  assert.deepEqual(more, [''])
})

test('more jobs than a page holds come all, once each, in the form that an import takes', async (t) => {
  const { get, post } = await aCase(t)
  const jobs = Array.from({ length: 450 }, (_, n) => aJob({ name: `job ${n}` }))
  await post('/jobs/import', { jobs })

  const { body } = await get('/jobs/export')
  const some = await get('/jobs/export?search=job%204&state=active&owner=me')
  const none = await get('/jobs/export?state=ended')

  assert.deepEqual(
    body.jobs.map(({ name }: { name: string }) => name),
    jobs.map(({ name }) => name),
  )
  assert.equal(some.body.jobs.length, 61)
  assert.deepEqual(none.body, { jobs: [] })
})

test('what clients call their jobs goes along, and is refused where another job is called so', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [from, to] = [await stranger(), await stranger()]
  await ask('POST', '/jobs', { token: from.token, body: aJob({ external_id: 'nightly' }) })
  const { jobs } = (await ask('GET', '/jobs/export', { token: from.token })).body
  const take = (rows: unknown) => ask('POST', '/jobs/import', { token: to.token, body: { jobs: rows } })

  const twice = await take([jobs[0], jobs[0]])
  const first = await take(jobs)
  const again = await take([aJob(), jobs[0]])

  assert.deepEqual([twice.status, twice.body.errors[0].field], [422, 'jobs[1].external_id'])
  assert.equal(first.status, 201, first.text)
  assert.deepEqual([again.status, again.body.errors[0].field], [422, 'jobs[1].external_id'])
  const { items } = (await ask('GET', '/jobs', { token: to.token })).body
  assert.deepEqual(
    items.map(({ external_id }: { external_id: string }) => external_id),
    ['nightly'],
  )
})

test('S93: an export holds fingerprints, and an import is told the secrets that belong to them', async (t) => {
  const { get, post, stranger } = await aCase(t)
  await post('/jobs', aJob(withSecret))
  const table = await get('/jobs/export?format=csv')
  const { text, body } = await get('/jobs/export')
  const print = body.jobs[0].target.auth.password.fingerprint

  const without = await post('/jobs/import', body)
  const other = await post('/jobs/import', { ...body, secrets: { '00000000': SECRET } })
  const filled = await post('/jobs/import', { ...body, secrets: { [print]: SECRET } })
  const again = await get('/jobs/export')

  assert.ok(!text.includes(SECRET) && !table.text.includes(SECRET))
  for (const refused of [without, other])
    assert.deepEqual([refused.status, refused.body.errors[0].field], [422, 'jobs[0].target.auth.password'])
  assert.equal(filled.status, 201)
  assert.deepEqual(again.body.jobs[1], again.body.jobs[0])
  assert.deepEqual((await get('/jobs/export', await stranger())).body, { jobs: [] })
})

test('runs come as a table or as lines, oldest first, of one workspace, by any filter of the list', async (t) => {
  const { get, post, world, stranger } = await aCase(t)
  const { id } = (await post('/jobs', aJob({ name: '-1' }))).body
  await post(`/jobs/${id}/run`, undefined)
  await runWaiting(world, 'failed')
  await post(`/jobs/${id}/run`, undefined)

  const table = await get('/executions/export')
  const lines = await get('/executions/export?format=ndjson')
  const failed = await get('/executions/export?format=ndjson&status=failed')
  const backwards = await get('/executions/export?from=2026-11-21T00:00:00Z&until=2026-11-20T00:00:00Z')
  const theirs = await get('/executions/export?format=ndjson', await stranger())

  const rows = table.text.trimEnd().split('\r\n')
  assert.equal(rows.length, 3)
  assert.match(rows[1] ?? '', /,"'-1","manual","failed",,".*",,1,1,".*",".*",0\.042,0\.005,500,"status 500",/)
  const all = lines.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    all.map(({ status }) => status),
    ['failed', 'pending'],
  )
  assert.deepEqual(all[0], (await get('/executions?order=asc')).body.items[0])
  assert.deepEqual([failed.text.trimEnd().split('\n').length, theirs.text, backwards.status], [1, '', 400])
})

test('an export reads a page when the one before was taken, and no further', async (t) => {
  const { post, world, person } = await aCase(t)
  await post('/jobs/import', { jobs: Array.from({ length: 450 }, (_, n) => aJob({ name: `job ${n}` })) })
  let pages = 0
  const counting: Store = {
    ...world.store,
    jobs: {
      ...world.store.jobs,
      list: (...asked) => {
        pages += 1
        return world.store.jobs.list(...asked)
      },
    },
  }
  const { services } = world.again({ store: counting })
  const actor = await services.sessions.authenticate(person.token)

  const jobs = (await services.exports.jobs(actor, {}))[Symbol.asyncIterator]()
  assert.equal(pages, 0)
  const first = await jobs.next()

  assert.deepEqual([pages, first.value.length], [1, 200])
})

test('an export that breaks off is seen as broken by whoever reads it, in any format', async (t) => {
  const { post, world, person } = await aCase(t)
  await post('/jobs/import', { jobs: Array.from({ length: 250 }, (_, n) => aJob({ name: `job ${n}` })) })
  const breaking: Store = {
    ...world.store,
    jobs: {
      ...world.store.jobs,
      list: (workspaceKey, filter) =>
        filter.cursor === null
          ? world.store.jobs.list(workspaceKey, filter)
          : Promise.reject(new DomainError('unavailable', 'away')),
    },
  }
  const server = await createServer({
    services: world.again({ store: breaking }).services,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: world.clock,
    settings: SETTINGS,
  })
  t.after(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })

  for (const format of ['csv', 'json']) {
    const answer = await fetch(`${url}/api/v3/jobs/export?format=${format}`, {
      headers: { authorization: `Bearer ${person.token}` },
    })
    assert.equal(answer.status, 200)
    await assert.rejects(answer.text(), format)
  }
})

test('export, import, export is the same, for any job that can be made', async (t) => {
  const { stranger, ask, post } = await aCase(t)
  const from = await stranger()
  const to = await stranger()
  await fc.assert(
    fc.asyncProperty(anyJob, async (job) => {
      const made = await post('/jobs', job, from)
      fc.pre(made.status === 201)
      const first = await ask('GET', '/jobs/export', { token: from.token })
      const taken = await ask('POST', '/jobs/import', { token: to.token, raw: first.text })
      assert.equal(taken.status, 201, taken.text)
      const second = await ask('GET', '/jobs/export', { token: to.token })
      for (const { token } of [from, to])
        await ask('POST', '/jobs/bulk', { token, body: { action: 'delete', filter: {}, confirm_count: 1 } })

      assert.equal(second.text, first.text)
    }),
    { numRuns: 60 },
  )
})

const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const headerText = fc.stringMatching(/^[a-z0-9 ;,=]{0,12}$/)
const headerName = fc.stringMatching(/^x-[a-z]{1,8}$/)
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Tokyo', 'America/New_York')
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

const schedule = fc.oneof(
  fc.record({
    kind: fc.constant('cron'),
    expression: fc.constantFrom('0 * * * *', '*/7 1-5 * * MON-FRI', '@daily', '0 0 L * ?', '15 30 9 * * *'),
    time_zone: maybe(zone),
    dst_gap: maybe(fc.constantFrom('auto', 'run_after', 'skip')),
  }),
  fc.record({ kind: fc.constant('interval'), every_seconds: fc.integer({ min: 1, max: 86_400 }) }),
  fc.record({
    kind: fc.constant('calendar'),
    every: fc.integer({ min: 1, max: 9 }),
    unit: fc.constantFrom('day', 'month'),
    at: fc.constant('09:30'),
  }),
  fc.record({ kind: fc.constant('fields'), hour: fc.constant('9'), day_of_week: maybe(fc.constant('mon-fri')) }),
  fc.record({ kind: fc.constant('once'), at: fc.constant('2099-01-01T00:00:00Z') }),
  fc.record({ kind: fc.constant('manual') }),
)

const anyJob = fc.record(
  {
    name: line,
    description: fc.option(fc.string({ unit: 'grapheme', maxLength: 30 })),
    schedules: fc.array(schedule, { minLength: 1, maxLength: 3 }),
    time_zone: zone,
    end: fc.option(fc.constantFrom('2098-12-31', '2098-12-31T23:59:00+09:00')),
    max_runs: fc.option(fc.integer({ min: 1, max: 1000 })),
    jitter_seconds: fc.integer({ min: 0, max: 60 }),
    target: fc.record(
      {
        kind: fc.constant('http'),
        url: fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }),
        method: fc.constantFrom('GET', 'POST', 'DELETE'),
        headers: fc.dictionary(headerName, fc.oneof(headerText, fc.array(headerText, { minLength: 1, maxLength: 3 })), {
          maxKeys: 3,
        }),
        query: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
        body: fc.option(
          fc.oneof(
            fc.record({
              type: fc.constant('json'),
              content: fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
            }),
            fc.record({ type: fc.constant('text'), content: fc.string({ unit: 'grapheme', maxLength: 30 }) }),
            fc.record({
              type: fc.constant('form'),
              content: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
            }),
          ),
        ),
        success: fc.option(fc.record({ status: fc.constantFrom(['200-299', '404'], ['204']) })),
        follow_redirects: fc.boolean(),
      },
      { requiredKeys: ['kind', 'url'] },
    ),
    policies: fc.record(
      {
        retry: fc.record({ attempts: fc.integer({ min: 1, max: 9 }) }),
        overlap: fc.constantFrom('skip', 'allow', 'queue_one'),
        pause_after_failures: fc.option(fc.integer({ min: 1, max: 9 })),
      },
      { requiredKeys: [] },
    ),
    metadata: fc.dictionary(fc.stringMatching(/^[a-z.]{1,8}$/), fc.string({ unit: 'grapheme', maxLength: 8 }), {
      maxKeys: 3,
    }),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['name', 'schedules', 'target'] },
)
