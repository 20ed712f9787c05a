/** Reports of targets over the API: the token is the authority, and nothing else opens the door. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { aJob, anApi, type Body } from '../support/api-world.ts'
import { runWaiting } from '../support/services-world.ts'

const TARGET = {
  kind: 'http',
  url: 'https://example.com/export',
  completion: { mode: 'report', deadline_seconds: 600 },
  auth: { kind: 'bearer', token: 'canary-7f3a9c' },
}

const begin = async (t: TestContext) => {
  const api = await anApi(t)
  const { ask, world } = api
  const { token } = await api.stranger()
  const job = (
    await ask('POST', '/jobs', { token, body: aJob({ target: TARGET, policies: { retry: { attempts: 2 } } }) })
  ).body
  const execution = (await ask('POST', `/jobs/${job.id}/run`, { token })).body
  await runWaiting(world, 'running')
  const { workspaceKey } = (await world.services.sessions.authenticate(token)) as { workspaceKey: number }
  const tokenOf = (attempt: number, executionId = execution.id) =>
    world.auth.reportTokens.tokenOf({ workspaceKey, executionId, attempt })
  const report = (body: Body, reportToken: string | null = tokenOf(body.attempt ?? 1), id = execution.id) =>
    ask('POST', `/executions/${id}/reports`, {
      body: { attempt: 1, ...body },
      headers: reportToken === null ? {} : { 'carillon-report-token': reportToken },
    })
  const read = async () => (await ask('GET', `/executions/${execution.id}`, { token })).body
  return { ...api, token, job, execution, tokenOf, report, read }
}

test('progress and lines are taken and shown, and do not end the attempt', async (t) => {
  const { report, read, execution } = await begin(t)

  const first = await report({ status: 'progress', progress_percent: 10, message: 'reading', log: ['a', 'b'] })
  await report({ status: 'progress', progress_percent: 40, log: ['c'] })

  assert.deepEqual([first.status, first.body], [200, { execution_id: execution.id, attempt: 1, status: 'progress' }])
  const shown = await read()
  assert.deepEqual([shown.status, shown.log, shown.log_dropped], ['running', ['a', 'b', 'c'], 0])
  assert.deepEqual(shown.progress, { percent: 40, message: 'reading', reported_at: '2026-11-20T09:30:00.000Z' })
})

test('a success ends the execution, and its repetition is answered alike without effect', async (t) => {
  const { report, read, world } = await begin(t)
  const body = { status: 'success', output: 'rows: 7', status_code: 201, message: 'all there' }

  const [one, two] = [await report(body), await report(body)]

  assert.deepEqual([one.status, two.status, two.body], [200, 200, one.body])
  const shown = await read()
  assert.deepEqual([shown.status, shown.output, shown.status_code, shown.error], ['success', 'rows: 7', 201, null])
  assert.equal(world.told.filter((told) => told.startsWith('recorded')).length, 1)
})

test('the same report on two connections at once counts once, and both are told so', async (t) => {
  const { report, world } = await begin(t)

  const replies = await Promise.all([1, 2, 3].map(() => report({ status: 'success' })))

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.deepEqual(
    world.told.filter((told) => told.startsWith('recorded')),
    ['recorded success'],
  )
})

test('a failure is tried again by the job’s policy; the attempt that failed is told with its reason', async (t) => {
  const { report, read, tokenOf, world } = await begin(t)

  const failed = await report({ status: 'failed', message: 'disk full', log: ['df: 100%'] })
  const waiting = await read()
  world.clock.advance(10_000)
  await runWaiting(world, 'running')
  const repeated = await report({ status: 'failed', message: 'disk full', log: ['df: 100%'] })
  const late = await report({ status: 'success' }, tokenOf(1))
  const second = await report({ attempt: 2, status: 'failed' })

  assert.deepEqual([failed.status, waiting.status, waiting.error], [200, 'pending', 'disk full'])
  assert.deepEqual([repeated.status, late.status, late.body.code, second.status], [200, 409, 'conflict', 200])
  const shown = await read()
  assert.deepEqual(
    [shown.status, shown.reason, shown.error],
    ['failed', 'attempts_used_up', 'The target reported a failure.'],
  )
  assert.deepEqual(
    shown.attempts.map(({ number, error }: Body) => [number, error]),
    [
      [1, 'disk full'],
      [2, 'The target reported a failure.'],
    ],
  )
})

test('after the end nothing is taken any more: another opinion, progress, a cancelled execution', async (t) => {
  const { report, read, ask, token, execution } = await begin(t)
  await ask('POST', `/executions/${execution.id}/cancel`, { token })

  const replies = [await report({ status: 'success' }), await report({ status: 'progress', progress_percent: 1 })]

  assert.deepEqual(
    replies.map(({ status, body }) => [status, body.code]),
    [
      [409, 'conflict'],
      [409, 'conflict'],
    ],
  )
  const shown = await read()
  assert.deepEqual([shown.status, shown.progress, shown.log], ['cancelled', null, []])
})

test('S23: without the very token of the attempt there is no such execution', async (t) => {
  const { report, tokenOf, token, ask, execution, read } = await begin(t)
  const unknown = '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b'

  const replies = [
    await report({ status: 'success' }, null),
    await report({ status: 'success' }, 'wrong'),
    await report({ status: 'success' }, tokenOf(2)),
    await report({ status: 'success' }, tokenOf(1, unknown)),
    await report({ status: 'success' }, tokenOf(1, unknown), unknown),
    await ask('POST', `/executions/${execution.id}/reports`, { token, body: { attempt: 1, status: 'success' } }),
  ]

  for (const { status, body } of replies) assert.deepEqual([status, body.code], [404, 'not_found'])
  assert.equal((await read()).status, 'running')
})

test('the token may come as a bearer token', async (t) => {
  const { ask, execution, tokenOf } = await begin(t)

  const reply = await ask('POST', `/executions/${execution.id}/reports`, {
    token: tokenOf(1),
    body: { attempt: 1, status: 'success' },
  })

  assert.equal(reply.status, 200, reply.text)
})

test('S69: secrets of the job and the token do not get into what is kept, whatever the target reports', async (t) => {
  const { report, read, tokenOf } = await begin(t)
  const leak = `canary-7f3a9c ${Buffer.from('canary-7f3a9c').toString('base64')} ${tokenOf(1)}`

  await report({ status: 'progress', message: leak, log: [leak] })
  await report({ status: 'failed', message: leak, output: `${leak}\0` })

  const shown = await read()
  const clean = '[redacted] [redacted] [redacted]'
  assert.deepEqual(
    [shown.error, shown.progress.message, shown.log, shown.attempts[0].output],
    [clean, clean, [clean], clean],
  )
})

test('a report is held to its form', async (t) => {
  const { report, read } = await begin(t)

  for (const [body, field] of [
    [{ status: 'done' }, 'status'],
    [{ status: 'progress', progress_percent: 101 }, 'progress_percent'],
    [{ status: 'progress', message: 'x'.repeat(1001) }, 'message'],
    [{ status: 'progress', log: Array(201).fill('x') }, 'log'],
    [{ status: 'progress', log: ['x'.repeat(4097)] }, 'log[0]'],
    [{ status: 'success', output: 'ö'.repeat(32_769) }, 'output'],
    [{ status: 'success', status_code: 99 }, 'status_code'],
    [{ status: 'success', result: 1 }, 'result'],
  ] as const) {
    const reply = await report(body)
    assert.deepEqual([reply.status, reply.body.errors?.[0]?.field], [422, field], reply.text)
  }
  assert.equal((await read()).status, 'running')
})
