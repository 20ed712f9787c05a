/** What one may do with a job, and with what became of it: run, pause, resume, occurrences, cancel, retry. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'
import { asHttp } from '../support/as-http.ts'
import { HOUR, runWaiting } from '../support/services-world.ts'

const aCase = async (t: Parameters<typeof anApi>[0]) => {
  const api = await anApi(t)
  const { token, id: userId, login } = await api.stranger()
  const { id } = (await api.ask('POST', '/jobs', { token, body: aJob() })).body as { id: string }
  // Signs in for each request: what these tests wait for takes longer than an access token lasts.
  const ask = async (method: string, path: string, body?: unknown) =>
    api.ask(method, path, { token: (await api.world.signIn(login)).accessToken, body })
  return { ...api, ask, id, userId }
}

test('a job runs when asked, and the execution tells what became of it', async (t) => {
  const { ask, id, userId, world } = await aCase(t)

  const asked = await ask('POST', `/jobs/${id}/run`)
  await runWaiting(world, 'failed')
  const { status, body } = await ask('GET', `/executions/${asked.body.id}`)

  assert.deepEqual([asked.status, asked.body.status, asked.body.trigger], [202, 'pending', 'manual'])
  assert.equal(asked.headers.location, `/api/v3/executions/${asked.body.id}`)
  assert.deepEqual(
    [status, body.status, body.status_code, body.error, body.output],
    [200, 'failed', 500, 'status 500', 'body'],
  )
  assert.deepEqual([body.duration_seconds, body.lateness_seconds, body.requested_by], [0.042, 0.005, userId])
  assert.deepEqual(
    body.attempts.map((attempt: { number: number; status: string }) => [attempt.number, attempt.status]),
    [[1, 'failed']],
  )
})

test('one run may differ from its job, and the job stays as it is', async (t) => {
  const { ask, id, world } = await aCase(t)

  const asked = await ask('POST', `/jobs/${id}/run`, {
    target: { method: 'POST', body: { type: 'text', content: 'hi' }, headers: { 'x-a': ['1', '2'] } },
  })
  const wrong = await ask('POST', `/jobs/${id}/run`, { target: { url: 'gopher://example.com' } })
  const denied = await ask('POST', `/jobs/${id}/run`, { target: { url: 'http://169.254.169.254/' } })

  assert.equal(asked.status, 202, asked.text)
  const node = await world.store.ledger.join(
    { id: 'n', host: 'h', pid: 1, startedAt: 0 },
    world.clock.now(),
    world.clock.now() + HOUR,
  )
  const { leased } = await world.store.ledger.lease({
    nodeKey: node ?? 0,
    now: world.clock.now(),
    leaseNow: world.clock.now(),
    limit: 10,
  })
  assert.deepEqual(
    leased.map(({ target }) => asHttp(target)).map(({ method, body, headers }) => [method, body, headers]),
    [
      [
        'POST',
        { type: 'text', content: 'hi' },
        [
          { name: 'x-a', value: '1' },
          { name: 'x-a', value: '2' },
        ],
      ],
    ],
  )
  assert.equal((await ask('GET', `/jobs/${id}`)).body.target.method, 'GET')
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'target.url'])
  assert.deepEqual([denied.status, denied.body.code], [422, 'egress.denied'])
})

test('a paused job is paused once, says since when, and tells what resuming would make up for', async (t) => {
  const { ask, id, world } = await aCase(t)

  const paused = await ask('POST', `/jobs/${id}/pause`)
  const again = await ask('POST', `/jobs/${id}/pause`)
  world.clock.advance(3 * HOUR)
  const dry = await ask('POST', `/jobs/${id}/resume`, { catch_up: 'all', dry_run: true })
  const resumed = await ask('POST', `/jobs/${id}/resume`, { catch_up: 'latest' })

  assert.deepEqual(
    [paused.body.state, paused.body.pause_reason, paused.body.paused_at],
    ['paused', 'by_user', '2026-11-20T09:30:00.000Z'],
  )
  assert.deepEqual([again.status, again.body.version], [200, paused.body.version])
  assert.deepEqual(
    [dry.status, dry.body.job.state, dry.body.missed, dry.body.would_run],
    [200, 'paused', 3, { skip: 0, latest: 1, all: 3 }],
  )
  assert.deepEqual([resumed.status, resumed.body.job.state], [200, 'active'])
  const { body } = await ask('GET', `/jobs/${id}/occurrences?past=10&coming=2`)
  assert.deepEqual(
    body.items.map((item: Record<string, unknown>) => [item.scheduled_for, item.occurrences, item.status, item.reason]),
    [
      ['2026-11-20T10:00:00.000Z', 2, 'missed', 'paused'],
      ['2026-11-20T12:00:00.000Z', 1, 'pending', null],
      ['2026-11-20T13:00:00.000Z', 1, 'planned', null],
      ['2026-11-20T14:00:00.000Z', 1, 'planned', null],
    ],
  )
  assert.ok(
    body.items.every((item: Record<string, unknown>) => (item.status === 'planned') === (item.execution_id === null)),
  )
})

test('what waits or runs can be cancelled once, and tried again after', async (t) => {
  const { ask, id } = await aCase(t)
  const run = await ask('POST', `/jobs/${id}/run`)

  const early = await ask('POST', `/executions/${run.body.id}/retry`)
  const cancelled = await ask('POST', `/executions/${run.body.id}/cancel`)
  const twice = await ask('POST', `/executions/${run.body.id}/cancel`)
  const retried = await ask('POST', `/executions/${run.body.id}/retry`)

  assert.deepEqual([early.status, early.body.code], [409, 'conflict'])
  assert.deepEqual(
    [cancelled.status, cancelled.body.status, cancelled.body.reason],
    [200, 'cancelled', 'cancelled_by_user'],
  )
  assert.match(cancelled.body.reason_text, /cancelled/)
  assert.deepEqual([twice.status, twice.body.code], [409, 'conflict'])
  assert.deepEqual([retried.status, retried.body.status], [202, 'pending'])
})

test('executions are listed newest first, by job, status, trigger and time, page by page', async (t) => {
  const { ask, id } = await aCase(t)
  const other = (await ask('POST', '/jobs', aJob({ name: 'other' }))).body.id
  const ids: string[] = []
  for (const job of [id, other, id]) ids.push((await ask('POST', `/jobs/${job}/run`)).body.id)
  await ask('POST', `/executions/${ids[1]}/cancel`)
  const listed = async (query: string) =>
    (await ask('GET', `/executions${query}`)).body.items.map((item: { id: string }) => ids.indexOf(item.id))

  const first = await ask('GET', '/executions?limit=2')
  const next = await ask('GET', `/executions?limit=2&cursor=${encodeURIComponent(first.body.next_cursor)}`)

  assert.deepEqual(
    first.body.items.map((item: { id: string }) => ids.indexOf(item.id)),
    [2, 1],
  )
  assert.deepEqual(
    next.body.items.map((item: { id: string }) => ids.indexOf(item.id)),
    [0],
  )
  assert.deepEqual(await listed('?order=asc'), [0, 1, 2])
  assert.deepEqual(await listed(`?job_id=${id}`), [2, 0])
  assert.deepEqual(await listed('?status=cancelled'), [1])
  assert.deepEqual(await listed('?status=cancelled&status=pending'), [2, 1, 0])
  assert.deepEqual(await listed('?trigger=schedule'), [])
  // Ids carry the machine's own time, which is after the first of these instants and before the second.
  assert.deepEqual(
    await listed(`?from=${encodeURIComponent('2020-01-01T00:00:00+09:00')}&until=2200-01-01T00:00:00Z`),
    [2, 1, 0],
  )
  assert.deepEqual(await listed('?until=2020-01-01T00:00:00Z'), [])
  assert.deepEqual(await listed('?from=2200-01-01T00:00:00Z'), [])
})

test('statistics count, time and rate what ended', async (t) => {
  const { ask, id, world } = await aCase(t)
  for (const ending of ['success', 'success', 'failed'] as const) {
    await ask('POST', `/jobs/${id}/run`)
    await runWaiting(world, ending)
  }

  // Ids carry the machine's own time, whatever the clock of the test says.
  const [from, until] = [-1, 1].map((hours) => new Date(Date.now() + hours * HOUR).toISOString())

  const { body } = await ask('GET', `/statistics?from=${from}&until=${until}`)
  const long = await ask('GET', '/statistics?from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z')
  const open = await ask('GET', '/statistics')
  const before = await ask('GET', '/statistics?until=2020-01-01T00:00:00Z')
  const backwards = await ask('GET', '/statistics?from=2026-11-21T00:00:00Z&until=2026-11-20T00:00:00Z')
  const unknown = await ask('GET', '/statistics?job_id=019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b')

  assert.deepEqual([body.counts.success, body.counts.failed, body.counts.missed], [2, 1, 0])
  assert.equal(Math.round(body.success_rate * 1000), 667)
  assert.equal(body.duration_ms.p50, 42)
  assert.deepEqual([open.body.from, open.body.until], ['2026-11-19T09:30:00.000Z', '2026-11-20T09:30:00.000Z'])
  assert.deepEqual([before.body.success_rate, before.body.duration_ms], [null, null])
  assert.deepEqual([backwards.status, backwards.body.errors[0].field], [400, 'until'])
  assert.deepEqual([long.status, long.body.errors[0].field], [400, 'from'])
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found'])
})
