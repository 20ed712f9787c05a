/** Registered functions over the API: which there are, and jobs that call them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

const target = { kind: 'function', function: 'report', args: ['eu', { n: 1 }], kwargs: { dry: true, someKey: 'x' } }

test('the list names every module, what it exports, and the jobs that are in quarantine', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob({ target }) })).body
  const { workspaceKey } = await world.services.sessions.authenticate(token)
  const job = (await world.store.jobs.byId(workspaceKey, id)) ?? assert.fail()
  await world.store.jobs.pause(job, 'quarantined', { now: world.clock.now(), expectedDueAt: null })

  const { status, body } = await ask('GET', '/functions', { token })
  const shown = (await ask('GET', `/jobs/${id}`, { token })).body

  assert.equal(status, 200)
  assert.deepEqual(body.items, [
    {
      name: 'report',
      file: 'report.ts',
      main: 'run',
      callables: ['run', 'send'],
      error: null,
      quarantined_jobs: [{ id, name: 'report' }],
    },
  ])
  assert.deepEqual([shown.state, shown.pause_reason], ['paused', 'quarantined'])
})

test('a job that calls a function is shown as it was given, arguments and their names included', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const made = await ask('POST', '/jobs', { token, body: aJob({ target }) })
  const plain = await ask('POST', '/jobs', { token, body: aJob({ target: { kind: 'function', function: 'report' } }) })

  assert.deepEqual([made.status, made.body.target], [201, target])
  assert.deepEqual(plain.body.target, { kind: 'function', function: 'report', args: [], kwargs: {} })
})

test('an edit changes the arguments alone, or makes a target of another kind, but mixes no two', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob({ target }) })).body
  const edit = (change: unknown) => ask('PATCH', `/jobs/${id}`, { token, body: { target: change } })

  const args = await edit({ args: [1] })
  const mixed = await edit({ url: 'https://example.com' })
  const lacking = await edit({ kind: 'http' })
  const http = await edit({ kind: 'http', url: 'https://example.com' })
  const strange = await edit({ kwargs: {} })
  const back = await edit({ kind: 'function', function: 'report:send' })

  assert.deepEqual([args.status, args.body.target], [200, { ...target, args: [1] }])
  for (const [reply, field] of [
    [mixed, 'target.url'],
    [lacking, 'target.url'],
    [strange, 'target.kwargs'],
  ] as const)
    assert.deepEqual([reply.status, reply.body.errors[0].field], [422, field])
  assert.deepEqual([http.status, http.body.target.kind, http.body.target.method], [200, 'http', 'GET'])
  assert.deepEqual(back.body.target, { kind: 'function', function: 'report:send', args: [], kwargs: {} })
})

test('an unknown function is a 422 that names the field, the value and the functions there are', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { status, body } = await ask('POST', '/jobs', {
    token,
    body: aJob({ target: { ...target, function: 'nope' } }),
  })

  assert.deepEqual([status, body.code], [422, 'invalid'])
  assert.deepEqual(body.errors, [
    { field: 'target.function', value: 'nope', message: 'there is no such function; there are: report, report:send' },
  ])
})

test('S82: a function name that could be a path is a 422, whatever lies there', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  for (const name of [
    '../../etc/passwd',
    '/etc/passwd',
    'a/b',
    'a\\b',
    '..',
    'file:///a',
    '%2e%2e%2fa',
    'report\u0000',
  ]) {
    const { status, body } = await ask('POST', '/jobs', {
      token,
      body: aJob({ target: { ...target, function: name } }),
    })

    assert.deepEqual([status, body.errors?.[0]?.field], [422, 'target.function'], name)
  }
})

test('a run by hand takes other arguments, and refuses what a function has not', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const { id } = (await ask('POST', '/jobs', { token, body: aJob({ target }) })).body
  const run = (overrides: unknown) => ask('POST', `/jobs/${id}/run`, { token, body: { target: overrides } })

  assert.equal((await run({ args: [], kwargs: { dry: false } })).status, 202)
  const wrong = await run({ headers: { 'x-a': 'b' } })
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'target.headers'])
})
