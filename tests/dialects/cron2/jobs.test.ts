/** Cron jobs and their responses in the shapes of the cron2 dialect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runWaiting, START } from '../../support/services-world.ts'
import { aCron2, refused, wrong } from './world.ts'

/** The three bodies of the document, its comments left out. */
const SUNDAYS = {
  url: 'https://example.com',
  method: 'get',
  timezone: 'US/Eastern',
  weekday: 'SUN',
  hours: '9',
  minutes: '45',
  notify_on_error: true,
}
const NIGHTLY = { ...SUNDAYS, timezone: 'Africa/Lagos', weekday: undefined, days: 1, hours: '00', minutes: '00' }
const INTERVAL = { ...SUNDAYS, timezone: 'Africa/Lagos', weekday: undefined, hours: '2', minutes: '30' }

test('the examples of the document make jobs, and come back with whole numbers', async (t) => {
  const { v1, signedUp } = await aCron2(t)
  const token = await signedUp()
  const expected = [
    [SUNDAYS, '2026-11-22T09:45:00-05:00', { weekday: 'SUN', days: null, hours: 9, minutes: 45 }],
    [NIGHTLY, '2026-11-21T00:00:00+01:00', { weekday: null, days: 1, hours: 0, minutes: 0 }],
    [INTERVAL, '2026-11-20T13:00:00+01:00', { weekday: null, days: null, hours: 2, minutes: 30 }],
  ] as const

  for (const [body, next_execution, fields] of expected) {
    const made = await v1('POST', '/cron-jobs', { token, body })
    assert.equal(made.status, 201, made.text)
    const { _id } = made.body
    assert.deepEqual(made.body, { _id, message: 'cron Job created successfully', next_execution })
    assert.deepEqual((await v1('GET', `/cron-jobs/${_id}`, { token })).body, {
      _id,
      url: 'https://example.com',
      method: 'get',
      headers: null,
      body: null,
      schedule: { notify_on_error: true, years: 0, month: 0, ...fields, timezone: body.timezone, next_execution },
      timestamp: new Date(START).toISOString(),
      enabled: true,
      disabled_reason: null,
    })
  }
})

test('lists are newest first, by skip and limit, and of the own workspace alone; the other path is the same', async (t) => {
  const { v1, ask, signedUp } = await aCron2(t)
  const [ada, bob] = [await signedUp('ada@example.com'), await signedUp('bob@example.com')]
  assert.deepEqual((await v1('GET', '/cron-jobs', { token: ada })).body, [])
  for (let index = 0; index < 12; index++)
    await v1('POST', '/jobs', { token: ada, body: { ...INTERVAL, url: `https://example.com/${index}` } })
  const urls = async (query: string) =>
    (await v1('GET', query, { token: ada })).body.map(({ url }: { url: string }) => url.split('/').at(-1))

  assert.deepEqual(await urls('/cron-jobs'), ['11', '10', '9', '8', '7', '6', '5', '4', '3', '2'])
  assert.deepEqual(await urls('/jobs?skip=1&limit=2'), ['10', '9'])
  assert.deepEqual(await urls('/jobs?skip=11&limit=5'), ['0'])
  assert.deepEqual(await urls('/jobs?limit=0'), [])
  wrong(await v1('GET', '/jobs?skip=-1&limit=x', { token: ada }), 'skip', 'limit')
  assert.deepEqual((await v1('GET', '/cron-jobs', { token: bob })).body, [])
  const made = await v1('POST', '/jobs', { token: bob, body: INTERVAL })
  assert.equal(made.body.message, 'Job created successfully')
  assert.equal((await ask('GET', `/jobs/${made.body._id}`, { token: bob })).body.name, 'GET https://example.com/')
})

test('each wrong field is told; nothing is half made', async (t) => {
  const { v1, signedUp } = await aCron2(t)
  const token = await signedUp()
  const post = (changes: object) => v1('POST', '/cron-jobs', { token, body: { ...INTERVAL, ...changes } })

  wrong(await v1('POST', '/cron-jobs', { token, body: {} }), 'url', 'timezone')
  for (const [field, ...values] of [
    ['url', 'ftp://example.com', 'nonsense', 7, 'https://'],
    ['method', 'fetch', 7],
    ['headers', 'x', [], { a: {} }],
    ['timezone', 'Mars/Olympus', 7, ''],
    ['weekday', 'SUNDAY', 'sun', 7],
    ['days', 0, -1, 'x', 1.5],
    ['month', 32, -1, 'x'],
    ['hours', 24, '24', -1, 'x'],
    ['minutes', 60, -1, '5x', {}],
    ['notify_on_error', 'yes', 1],
    ['years', 'x'],
    ['further', 1],
  ] as const)
    for (const value of values) wrong(await post({ [field]: value }), field)
  wrong(await post({ url: 'ftp://x', days: 0, further: 1 }), 'url', 'days', 'further')
  for (const day of [{ weekday: 'SUN' }, { days: 2 }, { month: 3 }])
    wrong(await post({ ...day, hours: undefined }), 'hours')
  wrong(await post({ url: 'http://user:pass@example.com/' }), 'url')
  wrong(await post({ headers: { Host: 'x' } }), 'name')
  wrong(await v1('POST', '/cron-jobs', { token, raw: '{' }), 'body')
  for (const times of [
    { hours: 0, minutes: 0 },
    { hours: undefined, minutes: undefined },
    { hours: null, minutes: null },
  ])
    refused(await post(times), 400, 'Invalid schedule date or time')
  assert.deepEqual((await v1('GET', '/cron-jobs', { token })).body, [])
})

test('put replaces the whole job, with the defaults for what is left out', async (t) => {
  const { v1, ask, signedUp } = await aCron2(t)
  const token = await signedUp()
  const body = { ...SUNDAYS, method: 'POST', headers: { 'X-A': '1', Authorization: 'Bearer secret' }, body: { a: 1 } }
  const { _id } = (await v1('POST', '/cron-jobs', { token, body })).body
  const before = (await v1('GET', `/cron-jobs/${_id}`, { token })).body
  assert.deepEqual(
    [before.method, before.headers, before.body],
    ['post', { 'X-A': '1', Authorization: '********' }, { a: 1 }],
  )

  const kept = await v1('PUT', `/cron-jobs/${_id}`, { token, body: { ...body, headers: before.headers } })
  assert.equal(kept.status, 200, kept.text)
  const put = await v1('PUT', `/jobs/${_id}`, {
    token,
    body: { url: 'https://example.com/b', timezone: 'UTC', minutes: 5 },
  })

  assert.equal(put.status, 200, put.text)
  assert.deepEqual(
    [put.body.message, put.body.next_execution, put.body.url, put.body.method, put.body.headers, put.body.body],
    ['Job updated sucessfully', '2026-11-20T09:35:00+00:00', 'https://example.com/b', 'get', null, null],
  )
  assert.equal(put.body.schedule.notify_on_error, true)
  assert.equal((await ask('GET', `/jobs/${_id}`, { token })).body.name, 'GET https://example.com/b')
  wrong(await v1('PUT', `/jobs/${_id}`, { token, body: { minutes: 5 } }), 'url', 'timezone')
  refused(
    await v1('PUT', `/jobs/${_id}`, { token, body: { url: 'https://example.com/b', timezone: 'UTC' } }),
    400,
    'Invalid schedule date or time',
  )
  assert.deepEqual((await v1('GET', `/jobs/${_id}`, { token })).body.url, 'https://example.com/b')
})

test('the owner is written to on failure, unless it says otherwise; failure is 400 and above', async (t) => {
  const { v1, ask, signedUp } = await aCron2(t)
  const token = await signedUp()
  const { _id } = (await v1('POST', '/jobs', { token, body: { ...INTERVAL, notify_on_error: undefined } })).body
  const mail = async () => (await ask('GET', `/jobs/${_id}/alerts`, { token })).body.mail

  assert.deepEqual(await mail(), { to: ['ada@example.com'], on_failure: true, on_success: false })
  const { target, policies } = (await ask('GET', `/jobs/${_id}`, { token })).body
  assert.deepEqual(target.success.status, ['200-399'])
  assert.deepEqual([policies.pause_after_failures, policies.timeout_seconds], [3, 30])
  const off = await v1('PUT', `/jobs/${_id}`, { token, body: { ...INTERVAL, notify_on_error: false } })
  assert.equal(off.body.schedule.notify_on_error, false)
  assert.equal(await mail(), null)
})

test('three failures in a row disable a job, visibly; put revives it with a clean slate', async (t) => {
  const { v1, ask, world, signedUp } = await aCron2(t)
  const token = await signedUp()
  const { _id } = (await v1('POST', '/jobs', { token, body: INTERVAL })).body
  const fail = async () => {
    world.clock.advance(60_000)
    await ask('POST', `/jobs/${_id}/run`, { token })
    await runWaiting(world, 'failed', () => {}, 3)
  }
  const state = async () => {
    const { enabled, disabled_reason, schedule } = (await v1('GET', `/jobs/${_id}`, { token })).body
    return [enabled, disabled_reason, schedule.next_execution !== null]
  }

  await fail()
  await fail()
  assert.deepEqual(await state(), [true, null, true])
  await fail()
  assert.deepEqual(await state(), [false, 'failures', false])
  world.clock.advance(60_000)
  const { body } = await v1('PUT', `/jobs/${_id}`, { token, body: INTERVAL })
  assert.deepEqual([body.enabled, body.schedule.hours], [true, 2])
  await fail()
  assert.deepEqual(await state(), [true, null, true])
})

test('unknown, malformed and other people’s ids are all not there', async (t) => {
  const { v1, ask, world, signedUp } = await aCron2(t)
  const [ada, bob] = [await signedUp('ada@example.com'), await signedUp('bob@example.com')]
  const { _id } = (await v1('POST', '/jobs', { token: ada, body: INTERVAL })).body
  const run = (await ask('POST', `/jobs/${_id}/run`, { token: ada })).body.id
  await runWaiting(world, 'success')

  for (const id of [_id, 'x', '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b']) {
    for (const [method, body] of [['GET'], ['PUT', INTERVAL], ['DELETE']] as const) {
      refused(await v1(method, `/cron-jobs/${id}`, { token: bob, body }), 404, 'cron dosent exists')
      refused(await v1(method, `/jobs/${id}`, { token: bob, body }), 404, 'job dosent exists')
    }
    for (const method of ['GET', 'DELETE'])
      refused(await v1(method, `/response/history/${id}`, { token: bob }), 404, 'cron dosent exists')
  }
  for (const id of [run, 'x', '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'])
    for (const method of ['GET', 'DELETE'])
      refused(await v1(method, `/response/${id}`, { token: bob }), 404, "response doesn't exists")
  assert.equal((await v1('GET', `/response/${run}`, { token: ada })).status, 200)
})

test('a deleted job is gone, with the way to its responses', async (t) => {
  const { v1, signedUp } = await aCron2(t)
  const token = await signedUp()
  const { _id } = (await v1('POST', '/cron-jobs', { token, body: INTERVAL })).body

  const reply = await v1('DELETE', `/cron-jobs/${_id}`, { token })

  assert.deepEqual([reply.status, reply.text], [204, ''])
  refused(await v1('GET', `/cron-jobs/${_id}`, { token }), 404, 'cron dosent exists')
  refused(await v1('GET', `/response/history/${_id}`, { token }), 404, 'cron dosent exists')
})

test('responses are listed newest first, read and deleted one by one or all at once; the ledger stays whole', async (t) => {
  const { v1, ask, world, signedUp } = await aCron2(t)
  const token = await signedUp()
  const { _id } = (await v1('POST', '/jobs', { token, body: INTERVAL })).body
  const ids: string[] = []
  for (const ending of ['success', 'failed', 'success'] as const) {
    world.clock.advance(60_000)
    ids.push((await ask('POST', `/jobs/${_id}/run`, { token })).body.id)
    await runWaiting(world, ending)
  }
  const history = async (query = '') => (await v1('GET', `/response/history/${_id}${query}`, { token })).body
  const idsOf = (list: { _id: string }[]) => list.map((one) => one._id)

  const all = await history()
  assert.deepEqual(idsOf(all), ids.toReversed())
  assert.deepEqual(Object.keys(all[0]).sort(), ['_id', 'status', 'timestamp'])
  assert.deepEqual(idsOf(await history('?skip=1&limit=1')), [ids[1]])
  const one = (await v1('GET', `/response/${ids[0]}`, { token })).body
  assert.deepEqual([one.cron_id, one.job_id, one.url], [_id, _id, 'https://example.com'])
  assert.equal((await v1('DELETE', `/response/${ids[1]}`, { token })).status, 204)
  refused(await v1('GET', `/response/${ids[1]}`, { token }), 404, "response doesn't exists")
  assert.deepEqual(idsOf(await history()), [ids[2], ids[0]])

  const waiting = (await ask('POST', `/jobs/${_id}/run`, { token })).body.id
  for (const method of ['GET', 'DELETE'])
    refused(await v1(method, `/response/${waiting}`, { token }), 404, "response doesn't exists")
  assert.equal((await v1('DELETE', `/response/history/${_id}`, { token })).status, 204)
  assert.deepEqual(await history(), [])
  assert.equal((await ask('GET', `/executions/${waiting}`, { token })).body.status, 'pending')
  const told = (await ask('GET', '/audit', { token })).body.items.map(({ action }: { action: string }) => action)
  assert.ok(told.includes('execution.forgotten') && told.includes('job.history_cleared'))
})
