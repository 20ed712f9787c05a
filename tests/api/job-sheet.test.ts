/** Sheets of jobs: rows that are right become jobs, rows that are wrong are told where they stand. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

const aCase = async (t: TestContext) => {
  const api = await anApi(t)
  const admin = await api.stranger()
  const as = (method: string, path: string, body?: unknown) => api.ask(method, path, { token: admin.token, body })
  const upload = (sheet: string, { query = '', type = 'text/csv', headers = {} } = {}) =>
    api.ask('POST', `/jobs/upload${query}`, {
      token: admin.token,
      raw: sheet,
      headers: { 'content-type': type, ...headers },
    })
  const names = async () =>
    (await as('GET', '/jobs?sort=name&order=asc&limit=100')).body.items.map(({ name }: { name: string }) => name)
  return { ...api, admin, as, upload, names }
}

const SHEET = [
  'name,cron,time_zone,state,url,method,body,github_owner,github_repo,github_workflow,branch,metadata',
  'call,0 9 * * *,Asia/Tokyo,,https://example.com/a,post,"{',
  '  ""k"": [1, ""x""]',
  '}",,,,,',
  '',
  ',,,,,,,,,,,',
  'ship,30 2 * * 1,,paused,,,,octo-org,octo-repo,deploy,main,"{""env"": ""prod""}"',
  'text,0 1 * * *,UTC,active,https://example.com/b,POST,plain words,,,,,',
  '',
].join('\r\n')

test('a sheet becomes jobs, with bodies of several lines, workflows, states and metadata', async (t) => {
  const { upload, as } = await aCase(t)

  const { status, body } = await upload(SHEET)

  assert.deepEqual([status, body.made, body.refused, body.blank_rows], [200, 3, 0, 2])
  assert.deepEqual(
    body.items.map(({ line, name }: Record<string, unknown>) => [line, name]),
    [
      [2, 'call'],
      [7, 'ship'],
      [8, 'text'],
    ],
  )
  const [call, ship, text] = await Promise.all(
    body.items.map(async ({ id }: { id: string }) => (await as('GET', `/jobs/${id}`)).body),
  )
  assert.deepEqual([call.target.method, call.target.body], ['POST', { type: 'json', content: { k: [1, 'x'] } }])
  assert.deepEqual(call.schedules[0].time_zone, 'Asia/Tokyo')
  assert.deepEqual(
    [ship.state, ship.target.kind, ship.target.ref, ship.metadata],
    ['paused', 'github', 'main', { env: 'prod' }],
  )
  assert.deepEqual(text.target.body, { type: 'text', content: 'plain words' })
})

test('what is wrong with a row is told with its line and column, and the others are made', async (t) => {
  const { upload, names, as } = await aCase(t)
  await as('POST', '/jobs', aJob({ name: 'taken' }))
  const sheet = [
    'name,cron,url,method,body,github_owner,metadata,category',
    'good,0 9 * * *,https://example.com/,,,,,',
    'bad cron,0 99 * * *,https://example.com/,,,,,',
    ',0 9 * * *,https://example.com/,,,,,',
    'taken,0 9 * * *,https://example.com/,,,,,',
    'good,0 10 * * *,https://example.com/,,,,,',
    'half,0 9 * * *,,,,octo,,',
    'json,0 9 * * *,https://example.com/,,,,{"a":,',
    'comma,0 9 * * *,https://example.com/,,,,,,x',
    'place,0 9 * * *,https://example.com/,,,,,nowhere',
    'nothing,0 9 * * *,,,,,,',
    'last,0 9 * * *,https://example.com/,,,,,general',
  ].join('\n')

  const dry = await upload(sheet, { query: '?dry_run=true' })
  const before = await names()
  const { status, body } = await upload(sheet)

  assert.deepEqual([dry.status, dry.body.made, dry.body.refused, before], [200, 2, 9, ['taken']])
  assert.deepEqual([status, body.made, body.refused], [200, 2, 9])
  assert.deepEqual(body.errors, dry.body.errors)
  assert.deepEqual(await names(), ['good', 'last', 'taken'])
  const told = body.errors.map(({ line, name, field }: Record<string, unknown>) => [line, name, field])
  assert.deepEqual(told, [
    [3, 'bad cron', 'schedules[0].expression'],
    [4, null, 'name'],
    [5, 'taken', 'name'],
    [6, 'good', 'name'],
    [7, 'half', 'github_repo'],
    [8, 'json', 'metadata'],
    [9, 'comma', 'row'],
    [10, 'place', 'category'],
    [11, 'nothing', 'target.url'],
  ])
  for (const { message } of body.errors) assert.ok(message.length > 5, message)
})

test('the same sheet again makes nothing twice', async (t) => {
  const { upload, names } = await aCase(t)

  await upload(SHEET)
  const again = await upload(SHEET)

  assert.deepEqual([again.body.made, again.body.refused, await names()], [0, 3, ['call', 'ship', 'text']])
})

test('under one Idempotency-Key the answer comes again', async (t) => {
  const { upload, names } = await aCase(t)
  const headers = { 'idempotency-key': 'one' }

  const first = await upload(SHEET, { headers })
  const second = await upload(SHEET, { headers })
  const other = await upload(SHEET.replace('call', 'cell'), { headers })

  assert.deepEqual([first.body, second.status, other.body.code], [second.body, 200, 'idempotency.conflict'])
  assert.deepEqual(await names(), ['call', 'ship', 'text'])
})

test('a form brings the sheet in its field `file`', async (t) => {
  const { upload } = await aCase(t)
  const form = (name: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"; filename="jobs.csv"\r\nContent-Type: text/csv\r\n\r\n${SHEET}\r\n--x--\r\n`
  const type = 'multipart/form-data; boundary=x'

  const good = await upload(form('file'), { type })
  const nameless = await upload(form('sheet'), { type })
  const broken = await upload('--y\r\n', { type })

  assert.deepEqual([good.status, good.body.made], [200, 3])
  assert.deepEqual([nameless.status, nameless.body.errors[0].field], [422, 'file'])
  assert.deepEqual([broken.status, broken.body.code], [400, 'malformed'])
})

test('what is no sheet is refused whole: other columns, another type, too much', async (t) => {
  const { upload, names } = await aCase(t)

  const misspelt = await upload('name,cron,ulr\na,0 9 * * *,https://example.com/\n')
  const nameless = await upload('name,url\na,https://example.com/\n')
  const json = await upload('{"jobs":[]}', { type: 'application/json' })
  const large = await upload(`name,cron\n${'x'.repeat(8 * 1024 * 1024)}`)

  assert.deepEqual([misspelt.status, misspelt.body.errors[0].value], [422, 'ulr'])
  assert.match(nameless.body.detail, /`cron` is needed/)
  assert.deepEqual([json.status, large.status, await names()], [415, 413, []])
})

test('an export read as a sheet makes the same jobs, harmless cells included', async (t) => {
  const { as, upload, stranger, ask } = await aCase(t)
  const jobs = [
    aJob({ name: '=cmd()', time_zone: 'UTC', description: '-1', metadata: { a: '=1' } }),
    aJob({ name: 'two', time_zone: 'UTC', enabled: false, category: 'general', ends_on: '2030-01-31' }),
  ]
  for (const job of jobs) assert.equal((await as('POST', '/jobs', job)).status, 201)
  const { text } = await as('GET', '/jobs/export?format=csv')
  const other = await stranger()

  const { body } = await ask('POST', '/jobs/upload', {
    token: other.token,
    raw: text,
    headers: { 'content-type': 'text/csv' },
  })

  assert.deepEqual(body.errors, [])
  const kept = async (token: string) => (await ask('GET', '/jobs/export', { token })).text
  assert.deepEqual(JSON.parse(await kept(other.token)), JSON.parse((await as('GET', '/jobs/export')).text))
  assert.match(text, /"'=cmd\(\)"/)
  assert.ok((await upload('name,cron\n')).body.made === 0)
})
