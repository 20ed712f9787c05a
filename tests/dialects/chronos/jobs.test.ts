/** Jobs in the words of the chronos dialect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR, runWaiting, START } from '../../support/services-world.ts'
import { aChronos, refused } from './world.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const HTTP = {
  type: 'http',
  payload: { url: 'https://example.com/', method: 'POST', headers: { 'X-A': '1' }, body: { a: 1 } },
}

test('a job without a time runs at once, one with a time then; both are seen by our own API', async (t) => {
  const { chronos, ask, created } = await aChronos(t)
  const { token } = await created()
  const submit = (body: object) => chronos('POST', '/jobs/submit', { token, body })

  const atOnce = await submit({ ...HTTP, name: 'ping' })
  const later = await submit({ url: 'https://example.com/', runAt: '2026-12-01T08:00:00Z' })
  const other = await submit({
    url: 'https://example.com/',
    scheduledTime: '2026-12-01T08:00:00',
    recurrence: 'Weekly',
  })

  assert.equal(atOnce.status, 201, atOnce.text)
  assert.equal(atOnce.body.message, 'Job submitted successfully')
  const { jobID } = atOnce.body.job
  assert.deepEqual(atOnce.body.job, {
    _id: jobID,
    jobID,
    name: 'ping',
    type: 'http',
    status: 'scheduled',
    recurrence: null,
    lastRunAt: null,
    nextRunAt: iso(START + 1000),
    createdAt: iso(START),
  })
  assert.equal(later.body.job.nextRunAt, '2026-12-01T08:00:00.000Z')
  // A time without an offset is read in the zone of the server, Asia/Tokyo here.
  assert.deepEqual([other.body.job.nextRunAt, other.body.job.recurrence], ['2026-11-30T23:00:00.000Z', 'weekly'])
  const { target } = (await ask('GET', `/jobs/${jobID}`, { token })).body
  assert.deepEqual([target.method, target.url, target.body.content], ['POST', 'https://example.com/', { a: 1 }])
})

test('functions and workflows are types too; recurrence is hourly, daily, weekly or monthly', async (t) => {
  const { chronos, created } = await aChronos(t)
  const { token } = await created()
  const github = { owner: 'octo', repo: 'site', workflow: 'deploy.yml', inputs: { a: '1' } }

  const { body } = await chronos('POST', '/jobs/submit', { token, body: { type: 'github', payload: github } })

  assert.equal(body.job.type, 'github')
  const unknown = { type: 'function', payload: { function: 'nothing', args: [1], kwargs: { a: 1 } } }
  refused(await chronos('POST', '/jobs/submit', { token, body: unknown }), 400, 'Bad Request', /function/)
  for (const recurrence of ['hourly', 'daily', 'weekly', 'monthly']) {
    const made = await chronos('POST', '/jobs/submit', { token, body: { ...HTTP, recurrence } })
    assert.equal(made.body.job.recurrence, recurrence)
  }
})

test('a wrong body is refused with its field and value, and makes no job', async (t) => {
  const { chronos, ask, created } = await aChronos(t)
  const { token } = await created()

  for (const [body, message] of [
    [{}, /url is required/],
    [{ type: 'rocket' }, /type: "rocket": use one of http, function, github, email/],
    [{ type: 7 }, /type: 7/],
    [{ payload: 'x' }, /payload/],
    [{ url: 'ftp://example.com/' }, /ftp/],
    [{ ...HTTP, payload: { ...HTTP.payload, method: 'FETCH' } }, /method: "FETCH"/],
    [{ ...HTTP, payload: { ...HTTP.payload, headers: { a: 1 } } }, /headers: a/],
    [{ ...HTTP, payload: { ...HTTP.payload, headers: [] } }, /headers/],
    [{ type: 'function' }, /function is required/],
    [{ type: 'function', function: 'f', args: {} }, /args/],
    [{ type: 'github', owner: 'o', repo: 'r' }, /workflow is required/],
    [{ ...HTTP, runAt: 'soon' }, /runAt: "soon"/],
    [{ ...HTTP, runAt: '2026-11-20T09:29:59Z' }, /runAt: .* has passed/],
    [{ ...HTTP, recurrence: 'yearly' }, /recurrence: "yearly"/],
    [{ ...HTTP, name: '' }, /name/],
  ] as const)
    refused(await chronos('POST', '/jobs/submit', { token, body }), 400, 'Bad Request', message)
  refused(await chronos('POST', '/jobs/submit', { token, raw: '{"type"' }), 400, 'Bad Request')
  refused(await chronos('POST', '/jobs/submit', { token, raw: ' '.repeat(2 * 1024 * 1024) }), 413, 'Payload Too Large')
  assert.deepEqual((await ask('GET', '/jobs', { token })).body.items, [])
})

test('a job tells its status and executions; cancelling keeps the record and happens once', async (t) => {
  const { chronos, ask, world, created } = await aChronos(t)
  const { token } = await created()
  const { jobID } = (await chronos('POST', '/jobs/submit', { token, body: { ...HTTP, recurrence: 'daily' } })).body.job
  const read = async () => (await chronos('GET', `/jobs/${jobID}`, { token })).body.job
  assert.deepEqual([(await read()).status, (await read()).executions], ['scheduled', []])
  await ask('POST', `/jobs/${jobID}/run`, { token })
  await runWaiting(world, 'success')

  const { status, lastRunAt, executions } = await read()
  assert.deepEqual([status, lastRunAt, executions.length], ['scheduled', iso(START + 5), 1])
  assert.deepEqual([executions[0].status, executions[0].startedAt], ['success', iso(START + 5)])
  const waiting = (await ask('POST', `/jobs/${jobID}/run`, { token })).body.id
  const cancelled = await chronos('DELETE', `/jobs/${jobID}`, { token })
  assert.equal(cancelled.status, 200, cancelled.text)
  assert.deepEqual(
    [cancelled.body.message, cancelled.body.job.status, cancelled.body.job.nextRunAt],
    ['Job cancelled successfully', 'cancelled', null],
  )
  assert.equal((await ask('GET', `/executions/${waiting}`, { token })).body.status, 'cancelled')
  assert.equal((await read()).status, 'cancelled')
  refused(await chronos('DELETE', `/jobs/${jobID}`, { token }), 409, 'Conflict', /cancelled/)
  const body = { runAt: '2026-12-01T08:00:00Z' }
  refused(await chronos('PUT', `/jobs/${jobID}/reschedule`, { token, body }), 409, 'Conflict', /cancelled/)
})

test('rescheduling moves the time, the recurrence, or both', async (t) => {
  const { chronos, created } = await aChronos(t)
  const { token } = await created()
  const body = { ...HTTP, runAt: '2026-12-01T08:00:00Z', recurrence: 'daily' }
  const { jobID } = (await chronos('POST', '/jobs/submit', { token, body })).body.job
  const reschedule = (to: object) => chronos('PUT', `/jobs/${jobID}/reschedule`, { token, body: to })
  const shown = async (to: object) => {
    const { status, body: answer } = await reschedule(to)
    assert.deepEqual([status, answer.message], [200, 'Job rescheduled successfully'], JSON.stringify(answer))
    return [answer.job.nextRunAt, answer.job.recurrence]
  }

  assert.deepEqual(await shown({ runAt: '2026-12-31T08:00:00Z' }), ['2026-12-31T08:00:00.000Z', 'daily'])
  assert.deepEqual(await shown({ recurrence: 'monthly' }), ['2026-12-31T08:00:00.000Z', 'monthly'])
  assert.deepEqual(await shown({ recurrence: null }), ['2026-12-31T08:00:00.000Z', null])
  assert.deepEqual(await shown({ runAt: '2026-12-01T08:00:00Z', recurrence: 'hourly' }), [
    '2026-12-01T08:00:00.000Z',
    'hourly',
  ])
  refused(await reschedule({}), 400, 'Bad Request')
  refused(await reschedule({ runAt: iso(START - 1) }), 400, 'Bad Request', /passed/)
  refused(await reschedule({ runAt: 'x' }), 400, 'Bad Request')
  refused(await reschedule({ recurrence: 'x' }), 400, 'Bad Request')
})

test('unknown, malformed and other people’s ids are all not there', async (t) => {
  const { chronos, created } = await aChronos(t)
  const [ada, eve] = [await created('ada'), await created('eve')]
  const { jobID } = (await chronos('POST', '/jobs/submit', { token: ada.token, body: HTTP })).body.job

  for (const id of [jobID, 'x', '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b']) {
    refused(await chronos('GET', `/jobs/${id}`, { token: eve.token }), 404, 'Not Found')
    refused(await chronos('DELETE', `/jobs/${id}`, { token: eve.token }), 404, 'Not Found')
    const body = { runAt: iso(START + HOUR) }
    refused(await chronos('PUT', `/jobs/${id}/reschedule`, { token: eve.token, body }), 404, 'Not Found')
  }
  assert.equal((await chronos('GET', `/jobs/${jobID}`, { token: ada.token })).status, 200)
})

test('who may only look neither submits nor cancels', async (t) => {
  const { chronos, created, member } = await aChronos(t)
  const ada = await created()
  const viewer = await member({ ...ada, login: 'ada', refreshToken: '' }, 'viewer')
  const { jobID } = (await chronos('POST', '/jobs/submit', { token: ada.token, body: HTTP })).body.job

  refused(await chronos('POST', '/jobs/submit', { token: viewer.token, body: HTTP }), 403, 'Forbidden')
  refused(await chronos('DELETE', `/jobs/${jobID}`, { token: viewer.token }), 403, 'Forbidden')
  assert.equal((await chronos('GET', `/jobs/${jobID}`, { token: viewer.token })).status, 200)
})
