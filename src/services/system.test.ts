/** The server about itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, START } from '../../tests/support/services-world.ts'

test('the server names its versions, its durability, and how many jobs are scheduled: to a member those of the workspace, to a health check all', async (t) => {
  const { services, admin, clock } = await aWorld(t)
  const ada = await admin()
  const eve = await admin()
  await services.jobs.create(ada, anInput())
  await services.jobs.create(ada, anInput({ enabled: false }))
  await services.jobs.create(eve, anInput())
  await services.jobs.create(eve, anInput())
  clock.advance(5000)

  const shown = await services.system.describe(ada)

  assert.deepEqual(
    [shown.version, shown.startedAt, shown.engine, shown.durability, shown.schedulerRunning, shown.claiming],
    ['0.0.0', START, 'sqlite', 'power', true, { on: true, reason: null }],
  )
  assert.equal(shown.node, process.versions.node)
  assert.equal(shown.sqlite, process.versions.sqlite)
  assert.match(shown.tzdata, /^20\d\d[a-z]$/)
  assert.equal(shown.scheduledJobs, 1)
  assert.equal((await services.system.describe(eve)).scheduledJobs, 2)
  assert.equal((await services.system.describe(null)).scheduledJobs, 3)
})

test('the server is ready while its store answers and nobody told it to end', async (t) => {
  const world = await aWorld(t)
  const broken = world.again({
    store: { ...world.store, check: () => Promise.reject(new Error('the disk is full')) },
  }).services

  const ending = world.again({ signals: { ...world.signals, stopping: () => true } }).services

  assert.equal(await world.services.system.ready(), true)
  assert.equal(await ending.system.ready(), false)
  assert.equal(await broken.system.ready(), false)
})
