/** Runs by hand and the instants of a job: what was asked for happens once, what is planned is what will fire. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, refused, runWaiting, START } from '../../tests/support/services-world.ts'

test('a run by hand waits at once for a worker, and the engine is told', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const job = await world.services.jobs.create(ada, anInput())
  world.told.length = 0

  const run = await world.services.jobs.run(ada, job.id)

  assert.deepEqual(
    [run.jobId, run.jobName, run.trigger, run.status, run.scheduledFor, run.requestedBy, run.scheduleVersion],
    [job.id, 'report', 'manual', 'pending', START, ada.userId, null],
  )
  assert.equal('workspaceKey' in run || 'jobKey' in run, false)
  assert.deepEqual(world.told, ['wake'])
  assert.equal(await runWaiting(world, 'success'), 1)
})

test('paused and ended jobs run when somebody asks, and stay as they are', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput({ enabled: false }))

  await jobs.run(ada, id)

  assert.equal(await runWaiting(world, 'success'), 1)
  assert.equal((await jobs.get(ada, id)).state, 'paused')
})

test('what a run does differently is checked like a saved target, and not kept', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const job = await jobs.create(ada, anInput())

  await assert.rejects(jobs.run(ada, job.id, { url: 'file:///etc/passwd' }), refused('invalid', 'target.url'))
  await assert.rejects(
    jobs.run(ada, job.id, { headers: [{ name: 'x', value: 'a\r\nb: c' }] }),
    refused('invalid', 'target.headers[0].value'),
  )
  await jobs.run(ada, job.id, { method: 'POST', body: { type: 'json', content: { n: 1 } }, url: undefined })

  assert.deepEqual(await jobs.get(ada, job.id), job)
})

test('a finished run is the job’s last run', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput())
  const run = await jobs.run(ada, id)

  await runWaiting(world, 'failed')

  const { lastRun } = await jobs.get(ada, id)
  assert.deepEqual([lastRun?.executionId, lastRun?.status, lastRun?.finishedAt], [run.id, 'failed', START + 47])
})

test('the coming instants of a job are shown after its past ones, oldest first', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput())
  await jobs.pause(ada, id)
  world.clock.advance(2 * HOUR)
  await jobs.resume(ada, id, { catchUp: 'all' })

  const shown = await jobs.occurrences(ada, id, { past: 10, coming: 2 })

  assert.deepEqual(
    shown.map(({ scheduledFor, status, executionId }) => [
      (scheduledFor - START) / MINUTE,
      status,
      executionId === null,
    ]),
    [
      [30, 'pending', false],
      [90, 'pending', false],
      [150, 'planned', true],
      [210, 'planned', true],
    ],
  )
  assert.deepEqual((await jobs.occurrences(ada, id, { past: 1, coming: 0 })).length, 1)
})

test('S92: at most 100 occurrences are shown either way', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput())

  assert.equal((await jobs.occurrences(ada, id, { past: 0, coming: 100 })).length, 100)
  for (const range of [
    { past: 101, coming: 0 },
    { past: -1, coming: 0 },
    { past: 0.5, coming: 0 },
  ]) {
    await assert.rejects(jobs.occurrences(ada, id, range), refused('invalid', 'past'))
  }
  await assert.rejects(jobs.occurrences(ada, id, { past: 0, coming: 1e9 }), refused('invalid', 'coming'))
})
