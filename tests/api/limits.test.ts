/** Limits and catch-up work, from outside. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'
import { MINUTE, runWaiting } from '../support/services-world.ts'

test('a limit is set, read with its ETag, replaced, listed and deleted under its name', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const rate = { count: 100, per_seconds: 60 }

  const set = await ask('PUT', '/limits/host%3Aapi.example.com', { token, body: { concurrency: 5, rate } })
  const read = await ask('GET', '/limits/host:api.example.com', { token })
  const stale = await ask('PUT', '/limits/host:api.example.com', {
    token,
    body: { concurrency: 6 },
    headers: { 'if-match': '"7"' },
  })
  await ask('PUT', '/limits/host:api.example.com', { token, body: { concurrency: 6 }, headers: { 'if-match': '"1"' } })
  const { body: list } = await ask('GET', '/limits', { token })
  const gone = await ask('DELETE', '/limits/host:api.example.com', { token })

  assert.deepEqual([set.status, set.body.rate, set.body.running], [200, { ...rate, burst: 1 }, 0])
  assert.deepEqual([read.body, read.headers.etag], [set.body, '"1"'])
  assert.deepEqual([stale.status, stale.body.code], [412, 'stale'])
  assert.deepEqual(
    list.items.map((one: { name: string; concurrency: number; rate: unknown }) => [
      one.name,
      one.concurrency,
      one.rate,
    ]),
    [['host:api.example.com', 6, null]],
  )
  assert.equal(gone.status, 204)
  assert.equal((await ask('GET', '/limits/host:api.example.com', { token })).status, 404)
})

test('what makes no sense is refused by name', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const cases: [name: string, body: unknown, field: string][] = [
    ['db', {}, 'concurrency'],
    ['db', { concurrency: 0 }, 'concurrency'],
    ['db', { concurrency: 1, colour: 'red' }, 'colour'],
    ['db', { rate: { count: 5, per_seconds: 0.5 } }, 'rate.per_seconds'],
    ['db', { rate: { count: 5, per_seconds: 60, burst: 6 } }, 'rate.burst'],
    ['The DB', { concurrency: 1 }, 'name'],
    ['host:https://example.com', { concurrency: 1 }, 'name'],
  ]

  for (const [name, body, field] of cases) {
    const { status, body: problem, text } = await ask('PUT', `/limits/${encodeURIComponent(name)}`, { token, body })
    assert.deepEqual([status, problem.code], [422, 'invalid'], text)
    assert.match(text, new RegExp(`"${field.replace('.', '\\.')}`), text)
  }
})

test('a job names limits that are there, and keeps them from being deleted', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const named = aJob({ policies: { overlap: 'allow', concurrency: 3, limits: ['db'] } })

  const early = await ask('POST', '/jobs', { token, body: named })
  await ask('PUT', '/limits/db', { token, body: { concurrency: 1 } })
  const made = await ask('POST', '/jobs', { token, body: named })
  const foreign = await ask('PATCH', `/jobs/${made.body.id}`, { token, body: { policies: { limits: ['workspace'] } } })
  const used = await ask('DELETE', '/limits/db', { token })
  await ask('PATCH', `/jobs/${made.body.id}`, { token, body: { policies: { limits: [] } } })
  const gone = await ask('DELETE', '/limits/db', { token })

  assert.deepEqual([early.status, early.body.errors[0].field], [422, 'policies.limits'])
  assert.deepEqual([made.status, made.body.policies.concurrency, made.body.policies.limits], [201, 3, ['db']])
  assert.equal(foreign.status, 422)
  assert.deepEqual([used.status, used.body.code, gone.status], [409, 'conflict', 204])
})

test('an execution tells which limit it waits for, and starts when a place is free', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { token } = await stranger()
  await ask('PUT', '/limits/db', { token, body: { concurrency: 1 } })
  const body = aJob({ policies: { overlap: 'allow', limits: ['db'] } })
  const { id } = (await ask('POST', '/jobs', { token, body })).body
  const first = (await ask('POST', `/jobs/${id}/run`, { token })).body
  world.clock.advance(10)
  const second = (await ask('POST', `/jobs/${id}/run`, { token })).body

  await runWaiting(world, 'running')
  const waiting = (await ask('GET', `/executions/${second.id}`, { token })).body
  const [limit] = (await ask('GET', '/limits', { token })).body.items
  await ask('POST', `/executions/${first.id}/cancel`, { token })
  const started = await runWaiting(world, 'success')

  assert.deepEqual(waiting.waiting_for, { kind: 'limit', limit: 'db' })
  assert.deepEqual([limit.running, limit.waiting], [1, 1])
  assert.equal(started, 1)
  assert.equal((await ask('GET', `/executions/${second.id}`, { token })).body.waiting_for, null)
})

test('catch-up work is told with an estimate, paused and gone on with', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { token } = await stranger()
  const minutely = { schedules: [{ kind: 'interval', every_seconds: 60 }], policies: { overlap: 'allow' } }
  const { id } = (await ask('POST', '/jobs', { token, body: aJob(minutely) })).body
  await ask('POST', `/jobs/${id}/pause`, { token })
  world.clock.advance(30 * MINUTE)
  await ask('POST', `/jobs/${id}/resume`, { token, body: { catch_up: 'all' } })

  const paused = await ask('POST', '/catch-up/pause', { token })
  const held = await runWaiting(world, 'success')
  const resumed = await ask('POST', '/catch-up/resume', { token })
  const [run] = (await ask('GET', '/executions?status=pending', { token })).body.items
  const made = await runWaiting(world, 'running')
  const { body: after } = await ask('GET', '/catch-up', { token })

  assert.deepEqual([paused.status, paused.body.paused, paused.body.pending, held], [200, true, 30, 0])
  assert.deepEqual([resumed.body.paused, resumed.body.seconds_left], [false, null])
  assert.deepEqual(run.waiting_for, { kind: 'catch_up', limit: null })
  assert.deepEqual([made, after.running, after.started_last_minute, after.seconds_left], [30, 30, 30, 0])
})
