/** Executions: found, stopped and tried again by those who may. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused, runWaiting, START, type World } from '../../tests/support/services-world.ts'
import type { UserActor } from '../domain/actor.ts'
import { newId } from '../domain/ids.ts'

const QUERY = { descending: false, cursor: null, limit: 100 } as const

const aRun = async ({ services }: World, actor: UserActor, name = 'report') => {
  const job = await services.jobs.create(actor, anInput({ name, policies: { overlap: 'allow' } }))
  return { job, run: await services.jobs.run(actor, job.id) }
}

test('an execution tells how long and how late it was, and what came back', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { run } = await aRun(world, ada)
  await runWaiting(world, 'failed')

  const shown = await world.services.executions.get(ada, run.id)

  assert.deepEqual(
    [shown.status, shown.durationMs, shown.latenessMs, shown.statusCode, shown.error, shown.output],
    ['failed', 42, 5, 500, 'status 500', 'body'],
  )
  assert.deepEqual(
    shown.attempts.map(({ number, status, statusCode }) => [number, status, statusCode]),
    [[1, 'failed', 500]],
  )
  assert.equal('workspaceKey' in shown || 'jobKey' in shown, false)
})

test('a pending execution is cancelled before it starts, a running one is aborted', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { executions } = world.services
  const waiting = (await aRun(world, ada)).run
  world.told.length = 0

  const cancelled = await executions.cancel(ada, waiting.id)
  assert.deepEqual(
    [cancelled.status, cancelled.reason, cancelled.reasonText],
    ['cancelled', 'cancelled_by_user', 'somebody cancelled it'],
  )
  assert.deepEqual(world.told, ['wake'])
  assert.equal(await runWaiting(world, 'running'), 0)

  const { run } = await aRun(world, ada)
  await runWaiting(world, 'running')
  world.told.length = 0
  assert.equal((await executions.cancel(ada, run.id)).status, 'cancelled')
  assert.deepEqual(world.told, [`cancelled ${run.id}`, 'wake'])
})

test('what has ended is not cancelled any more, and says how it ended', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { run } = await aRun(world, ada)
  await runWaiting(world, 'success')

  await assert.rejects(world.services.executions.cancel(ada, run.id), (error) => {
    assert.ok(refused('conflict')(error))
    assert.match((error as Error).message, /is success/)
    return true
  })
})

test('failed and cancelled executions are tried again as the next attempt, successful ones are not', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { executions } = world.services
  const { run } = await aRun(world, ada)

  await assert.rejects(executions.retry(ada, run.id), refused('conflict'))
  await runWaiting(world, 'failed')
  assert.equal((await executions.retry(ada, run.id)).status, 'pending')
  assert.equal(await runWaiting(world, 'success'), 1)

  const after = await executions.get(ada, run.id)
  assert.deepEqual([after.status, after.attempt], ['success', 2])
  await assert.rejects(executions.retry(ada, run.id), refused('conflict'))
})

test('an execution of a deleted job is kept but not tried again', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { job, run } = await aRun(world, ada)
  await runWaiting(world, 'failed')
  await world.services.jobs.delete(ada, job.id, null)

  assert.equal((await world.services.executions.get(ada, run.id)).status, 'failed')
  await assert.rejects(world.services.executions.retry(ada, run.id), refused('conflict'))
})

test('the role matrix holds for executions: everybody looks, users change those of their own jobs', async (t) => {
  const world = await aWorld(t)
  const { executions } = world.services
  const ada = await world.admin()
  const bob = await world.member(ada, 'user')
  const cid = await world.member(ada, 'user')
  const vera = await world.member(ada, 'viewer')
  const { run } = await aRun(world, bob)
  const second = (await aRun(world, bob)).run

  for (const actor of [ada, bob, cid, vera]) {
    assert.equal((await executions.get(actor, run.id)).id, run.id)
    assert.equal((await executions.list(actor, QUERY)).items.length, 2)
  }
  for (const actor of [cid, vera]) {
    await assert.rejects(executions.cancel(actor, run.id), refused('forbidden'))
    await assert.rejects(executions.retry(actor, run.id), refused('forbidden'))
  }
  assert.equal((await executions.cancel(bob, run.id)).status, 'cancelled')
  assert.equal((await executions.retry(bob, run.id)).status, 'pending')
  assert.equal((await executions.cancel(ada, second.id)).status, 'cancelled')
})

test('S23: an execution of another workspace answers like an unknown one', async (t) => {
  const world = await aWorld(t)
  const { executions } = world.services
  const { run } = await aRun(world, await world.admin())
  const eve = await world.admin()

  for (const id of [run.id, newId(), "' or 1=1"]) {
    await assert.rejects(executions.get(eve, id), refused('not_found'))
    await assert.rejects(executions.cancel(eve, id), refused('not_found'))
    await assert.rejects(executions.retry(eve, id), refused('not_found'))
  }
  assert.deepEqual((await executions.list(eve, QUERY)).items, [])
})

test('executions are found by job, status, trigger and time, and in pages', async (t) => {
  const world = await aWorld(t)
  const { executions } = world.services
  const ada = await world.admin()
  const one = await aRun(world, ada, 'one')
  await runWaiting(world, 'success')
  const two = await aRun(world, ada, 'two')
  const ids = async (more: object) => (await executions.list(ada, { ...QUERY, ...more })).items.map(({ id }) => id)

  assert.deepEqual(await ids({ jobId: two.job.id }), [two.run.id])
  assert.deepEqual(await ids({ statuses: ['success'] }), [one.run.id])
  assert.deepEqual(await ids({ statuses: ['success', 'pending'] }), [one.run.id, two.run.id])
  assert.deepEqual(await ids({ trigger: 'schedule' }), [])
  assert.deepEqual(await ids({ descending: true, limit: 1 }), [two.run.id])
  const first = await executions.list(ada, { ...QUERY, limit: 1 })
  assert.deepEqual(await ids({ limit: 1, cursor: first.nextCursor }), [two.run.id])
  await assert.rejects(
    executions.list(ada, { ...QUERY, statuses: ['success'], cursor: first.nextCursor }),
    refused('invalid'),
  )
  await assert.rejects(executions.list(ada, { ...QUERY, from: START, until: START }), refused('invalid'))
  await assert.rejects(executions.list(ada, { ...QUERY, jobId: newId() }), refused('not_found'))
})
