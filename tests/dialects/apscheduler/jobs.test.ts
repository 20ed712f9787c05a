/** `/scheduler/jobs` as clients of the document use it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob } from '../../support/api-world.ts'
import { HOUR, MINUTE, runWaiting } from '../../support/services-world.ts'
import { aScheduler, FUNC, refused } from './world.ts'

const SAMPLE = { id: 'sample_task', func: FUNC, trigger: 'interval', seconds: 5 }

test('the examples of the document are answered as it prints them', async (t) => {
  const { scheduler, jobs } = await aScheduler(t)
  const post = (body: unknown) => scheduler('POST', '/jobs', { body })

  assert.deepEqual(await jobs(), [])
  await post(SAMPLE)
  const [listed] = await jobs()
  assert.deepEqual(listed, {
    id: 'sample_task',
    name: 'task',
    trigger: 'interval[0:00:05]',
    next_run_time: '2026-11-20 09:30:05',
    state: 'pending',
  })
  const { id, name, trigger, next_run_time, args, kwargs } = (await scheduler('GET', '/jobs/sample_task')).body
  assert.deepEqual(
    [id, name, trigger, next_run_time, args, kwargs],
    ['sample_task', 'task', { type: 'interval', seconds: 5 }, '2026-11-20 09:30:05', ['<Database instance>'], {}],
  )

  for (const body of [
    { id: 'new_task', func: FUNC, trigger: 'interval', seconds: 10 },
    { id: 'cleanup_task', func: FUNC, trigger: 'interval', minutes: 60 },
    { id: 'daily_report', func: FUNC, trigger: 'cron', hour: 9, minute: 0 },
  ]) {
    const added = await post(body)
    assert.deepEqual([added.status, added.body.id, added.body.status], [200, body.id, 'added'])
  }
  const updated = await scheduler('PUT', '/jobs/sample_task', { body: { trigger: 'interval', seconds: 30 } })
  assert.deepEqual([updated.status, updated.body.id, updated.body.status], [200, 'sample_task', 'updated'])
  const paused = await scheduler('POST', '/jobs/sample_task/pause')
  assert.deepEqual([paused.body.status, paused.body.state, paused.body.next_run_time], ['paused', 'paused', null])
  const resumed = await scheduler('POST', '/jobs/sample_task/resume')
  assert.deepEqual([resumed.body.status, resumed.body.next_run_time], ['resumed', '2026-11-20 09:30:30'])
  const removed = await scheduler('DELETE', '/jobs/sample_task')
  assert.deepEqual([removed.status, removed.body], [200, { id: 'sample_task', status: 'removed' }])
  assert.deepEqual(
    (await jobs()).map((job) => [job.id, job.trigger]),
    [
      ['new_task', 'interval[0:00:10]'],
      ['cleanup_task', 'interval[1:00:00]'],
      ['daily_report', "cron[hour='9', minute='0']"],
    ],
  )
})

test('each code of the document has its status', async (t) => {
  const { scheduler, add } = await aScheduler(t)
  await add(SAMPLE)
  const post = (body: unknown) => scheduler('POST', '/jobs', { body })

  refused(await post(SAMPLE), 409, 'JOB_EXISTS', /sample_task/)
  for (const func of [undefined, '', 5, 'os:system', 'no such', 'report:nothing'])
    refused(await post({ ...SAMPLE, id: 'other', func }), 400, 'INVALID_FUNCTION')
  for (const trigger of ['hourly', 5, {}, []])
    refused(await post({ ...SAMPLE, id: 'other', trigger }), 400, 'INVALID_TRIGGER')
  refused(await post({ ...SAMPLE, id: 'other', seconds: -5 }), 400, 'INVALID_TRIGGER', /^seconds: -5/)
  refused(
    await post({ id: 'other', func: FUNC, trigger: 'cron', day_of_week: 7 }),
    400,
    'INVALID_TRIGGER',
    /^day_of_week: "7"/,
  )
  refused(
    await post({ id: 'o', func: FUNC, trigger: 'cron', hour: 1, start_date: '2027-01-02', end_date: '2027-01-01' }),
    400,
    'INVALID_TRIGGER',
    /^end_date: /,
  )
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    refused(
      await scheduler(method, '/jobs/nobody', method.startsWith('P') ? { body: {} } : {}),
      404,
      'JOB_NOT_FOUND',
      /"nobody"/,
    )
  for (const action of ['pause', 'resume', 'run'])
    refused(await scheduler('POST', `/jobs/nobody/${action}`), 404, 'JOB_NOT_FOUND')
  assert.equal((await scheduler('DELETE', '/jobs/sample_task')).status, 200)
  refused(await scheduler('DELETE', '/jobs/sample_task'), 404, 'JOB_NOT_FOUND')
})

test('other bad input is refused by its field, and nothing is made of it', async (t) => {
  const { scheduler, jobs, add } = await aScheduler(t)
  const wrong = async (changes: Record<string, unknown>, message: RegExp) =>
    refused(await scheduler('POST', '/jobs', { body: { ...SAMPLE, ...changes } }), 400, 'INVALID_REQUEST', message)

  for (const id of [undefined, null, '', 5]) await wrong({ id }, /^id: /)
  await wrong({ id: 'x'.repeat(201) }, /^id: /)
  await wrong({ name: 5 }, /^name: 5: /)
  await wrong({ args: 'x' }, /^args: "x": give a list/)
  await wrong({ kwargs: [] }, /^kwargs: /)
  await wrong({ max_instances: 0 }, /^max_instances: 0: /)
  await wrong({ misfire_grace_time: -1 }, /^misfire_grace_time: -1: /)
  await wrong({ coalesce: 'yes' }, /^coalesce: "yes": /)
  await wrong({ replace_existing: 'yes' }, /^replace_existing: "yes": /)
  await wrong({ executor: 'default' }, /^executor: there is no such field/)
  for (const raw of ['{"id": ', '[]', '5', 'null', ''])
    refused(await scheduler('POST', '/jobs', { raw }), 400, 'INVALID_REQUEST')
  const large = await scheduler('POST', '/jobs', { raw: `{"id": "${'x'.repeat(1_100_000)}"}` })
  refused(large, 413, 'TOO_LARGE')
  assert.deepEqual(await jobs(), [])

  await add(SAMPLE)
  const update = (body: unknown) => scheduler('PUT', '/jobs/sample_task', { body })
  refused(await update({ seconds: 5 }), 400, 'INVALID_TRIGGER', /^seconds: 5: name the trigger/)
  refused(await update({ id: 'other' }), 400, 'INVALID_REQUEST', /^id: "other": /)
  refused(await update({ replace_existing: true }), 400, 'INVALID_REQUEST')
  refused(await update({ func: 'os:system' }), 400, 'INVALID_FUNCTION')
  refused(await update({ trigger: 'interval', seconds: 0 }), 400, 'INVALID_TRIGGER')
  assert.equal((await scheduler('GET', '/jobs/sample_task')).body.trigger.seconds, 5)
})

test('a body is JSON whatever its content type says', async (t) => {
  const { scheduler } = await aScheduler(t)

  const reply = await scheduler('POST', '/jobs', {
    raw: JSON.stringify(SAMPLE),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

  assert.equal(reply.status, 200, reply.text)
})

test('what the library knows of a job is kept, shown and changed, by PUT and by PATCH', async (t) => {
  const { scheduler, add, ask, admin } = await aScheduler(t)
  await add({
    ...SAMPLE,
    id: 'über/alles 1',
    func: 'report:send',
    name: 'the report',
    args: [1, 'two'],
    kwargs: { three: 3 },
    max_instances: 3,
    misfire_grace_time: 60,
    coalesce: false,
  })
  const path = `/jobs/${encodeURIComponent('über/alles 1')}`

  const { id, next_run_time: _, trigger: __, state: ___, ...shown } = (await scheduler('GET', path)).body
  assert.equal(id, 'über/alles 1')
  assert.deepEqual(shown, {
    name: 'the report',
    func: 'report:send',
    args: [1, 'two'],
    kwargs: { three: 3 },
    max_instances: 3,
    misfire_grace_time: 60,
    coalesce: false,
  })
  const [ours] = (await ask('GET', '/jobs', { token: admin.token })).body.items
  assert.deepEqual(
    [ours.name, ours.external_id, ours.owner_id, ours.policies.overlap, ours.policies.concurrency],
    ['the report', 'über/alles 1', admin.id, 'allow', 3],
  )
  assert.deepEqual(
    [ours.policies.misfire.mode, ours.policies.misfire.window_seconds, ours.target],
    ['all', 60, { kind: 'function', function: 'report:send', args: [1, 'two'], kwargs: { three: 3 } }],
  )

  await scheduler('PATCH', path, { body: { args: [], max_instances: 1, coalesce: true, misfire_grace_time: null } })
  const after = (await scheduler('PUT', path, { body: { name: 'renamed', func: 'report' } })).body
  assert.deepEqual(
    [after.name, after.func, after.args, after.kwargs, after.max_instances, after.coalesce, after.trigger.seconds],
    ['renamed', 'report', [], { three: 3 }, 1, true, 5],
  )
})

test('a job that is there is replaced where that is asked for', async (t) => {
  const { add, jobs } = await aScheduler(t)
  await add(SAMPLE)

  await add({ ...SAMPLE, trigger: 'cron', seconds: undefined, hour: 9, replace_existing: true })

  assert.deepEqual(
    (await jobs()).map((job) => job.trigger),
    ["cron[hour='9']"],
  )
})

test('a date that has passed is taken and dropped; a cron trigger without any instant stays, never to run', async (t) => {
  const { add, jobs, scheduler, world } = await aScheduler(t)

  await add({ id: 'past', func: FUNC, trigger: 'date', run_date: '2024-01-15 14:30:00' })
  await add({ id: 'never', func: FUNC, trigger: 'cron', year: 2001 })
  await add({ id: 'soon', func: FUNC, trigger: 'date', run_date: '2026-11-20 09:31:00' })

  refused(await scheduler('GET', '/jobs/past'), 404, 'JOB_NOT_FOUND')
  assert.deepEqual(
    (await jobs()).map((job) => [job.id, job.next_run_time]),
    [
      ['never', null],
      ['soon', '2026-11-20 09:31:00'],
    ],
  )
  await add({ id: 'past', func: FUNC, trigger: 'date', run_date: '2026-11-20 09:32:00' })
  assert.equal((await jobs()).length, 3, 'its id was free')

  await scheduler('POST', '/jobs/soon/pause')
  world.clock.advance(HOUR)
  await scheduler('POST', '/jobs/soon/resume')
  refused(await scheduler('GET', '/jobs/soon'), 404, 'JOB_NOT_FOUND')
})

test('pausing a paused job and resuming a running one change nothing; a resumed one goes on from now', async (t) => {
  const { add, scheduler, world } = await aScheduler(t)
  await add({ ...SAMPLE, seconds: 3600 })
  const state = async (action: string) => {
    const { status, body } = await scheduler('POST', `/jobs/sample_task/${action}`)
    return [status, body.status, body.state, body.next_run_time]
  }

  assert.deepEqual(await state('resume'), [200, 'resumed', 'pending', '2026-11-20 10:30:00'])
  assert.deepEqual(await state('pause'), [200, 'paused', 'paused', null])
  assert.deepEqual(await state('pause'), [200, 'paused', 'paused', null])
  world.clock.advance(2 * HOUR)
  assert.deepEqual(await state('resume'), [200, 'resumed', 'pending', '2026-11-20 12:30:00'])
})

test('a run by hand is answered when it has ended, and leaves the schedule as it is', async (t) => {
  const { add, scheduler, world } = await aScheduler(t)
  await add({ ...SAMPLE, seconds: 3600 })
  await scheduler('POST', '/jobs/sample_task/pause')
  const run = async (ending: 'success' | 'failed') => {
    const asked = scheduler('POST', '/jobs/sample_task/run')
    let isAnswered = false
    void asked.then(() => {
      isAnswered = true
    })
    while (!isAnswered) {
      await runWaiting(world, ending)
      await new Promise((resolve) => setImmediate(resolve))
      world.clock.advance(MINUTE / 60)
    }
    return asked
  }

  const good = await run('success')
  assert.deepEqual([good.status, good.body.state, good.body.execution_status], [200, 'paused', 'success'])
  refused(await run('failed'), 500, 'JOB_FAILED', /ended as failed: status 500/)
  await scheduler('POST', '/jobs/sample_task/resume')
  assert.equal((await scheduler('GET', '/jobs/sample_task')).body.state, 'running')
})

test('a run that takes its time is answered while it goes on', async (t) => {
  const { add, scheduler, world } = await aScheduler(t)
  await add({ ...SAMPLE, seconds: 3600 })
  let isAnswered = false
  const asked = scheduler('POST', '/jobs/sample_task/run').then((reply) => {
    isAnswered = true
    return reply
  })

  while (!isAnswered) {
    await runWaiting(world, 'running')
    await new Promise((resolve) => setImmediate(resolve))
    world.clock.advance(MINUTE / 60)
  }

  const { status, body } = await asked
  assert.deepEqual([status, body.execution_status], [200, 'running'])
})

test('of many who add the same id at once, one is served', async (t) => {
  const { scheduler, jobs } = await aScheduler(t)

  const replies = await Promise.all(Array.from({ length: 6 }, () => scheduler('POST', '/jobs', { body: SAMPLE })))

  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409])
  for (const reply of replies) if (reply.status === 409) refused(reply, 409, 'JOB_EXISTS')
  assert.equal((await jobs()).length, 1)
})

test('times are told on the clock of the trigger', async (t) => {
  const { add, jobs, scheduler } = await aScheduler(t)
  await add({ id: 'tokyo', func: FUNC, trigger: 'cron', hour: 9, timezone: 'Asia/Tokyo' })
  await add({ id: 'late', func: FUNC, trigger: { type: 'date', run_date: '2026-11-21 09:00', timezone: 'Asia/Tokyo' } })

  assert.deepEqual(
    (await jobs()).map((job) => [job.next_run_time, job.trigger]),
    [
      ['2026-11-21 09:00:00', "cron[hour='9']"],
      ['2026-11-21 09:00:00', 'date[2026-11-21 09:00:00 GMT+9]'],
    ],
  )
  assert.equal((await scheduler('GET', '/jobs/tokyo')).body.trigger.timezone, 'Asia/Tokyo')
})

test('jobs made elsewhere are seen in the shape of the dialect, and those of others are not', async (t) => {
  const { ask, admin, add, jobs, scheduler, stranger } = await aScheduler(t)
  const made = await ask('POST', '/jobs', { token: admin.token, body: aJob({ name: 'by hand' }) })
  const other = await stranger()
  const foreign = await ask('POST', '/jobs', { token: other.token, body: aJob({ external_id: 'theirs' }) })
  await add(SAMPLE)

  assert.deepEqual(
    (await jobs()).map(({ id, name, trigger }) => [id, name, trigger]),
    [
      [made.body.id, 'by hand', 'crontab[0 * * * *]'],
      ['sample_task', 'task', 'interval[0:00:05]'],
    ],
  )
  const shown = (await scheduler('GET', `/jobs/${made.body.id}`)).body
  assert.deepEqual([shown.func, shown.args, shown.trigger], [null, [], { type: 'crontab', expression: '0 * * * *' }])
  refused(await scheduler('PUT', `/jobs/${made.body.id}`, { body: { args: [1] } }), 400, 'INVALID_REQUEST', /^func: /)
  for (const id of [foreign.body.id, 'theirs']) refused(await scheduler('GET', `/jobs/${id}`), 404, 'JOB_NOT_FOUND')
})
