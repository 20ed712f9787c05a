/** Statistics: of the own workspace, within a bounded range. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused, runWaiting } from '../../tests/support/services-world.ts'

test('the success rate counts what ended in success or failure, and nothing of other workspaces', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const eve = await world.admin()
  // Executions are counted by the time in their ids, which is the machine's.
  const range = { from: Date.now() - 60_000, until: Date.now() + 60_000 }
  const one = await world.services.jobs.create(ada, anInput())
  const two = await world.services.jobs.create(ada, anInput())
  for (const ending of ['success', 'success', 'failed'] as const) {
    await world.services.jobs.run(ada, one.id)
    await runWaiting(world, ending)
  }
  await world.services.jobs.run(ada, two.id)

  const all = await world.services.statistics.range(ada, range)
  const ofTwo = await world.services.statistics.range(ada, { ...range, jobId: two.id })
  const others = await world.services.statistics.range(eve, range)

  assert.deepEqual([all.counts.success, all.counts.failed, all.counts.pending, all.successRate], [2, 1, 1, 2 / 3])
  assert.deepEqual([ofTwo.counts.success, ofTwo.counts.pending, ofTwo.successRate], [0, 1, null])
  assert.deepEqual([others.counts.success, others.counts.pending, others.successRate], [0, 0, null])
})

test('a range that is empty, backwards or longer than a year is refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const range of [
    { from: 5, until: 5 },
    { from: 6, until: 5 },
    { from: Number.NaN, until: 5 },
    { from: 0, until: 367 * 86_400_000 },
  ]) {
    await assert.rejects(services.statistics.range(ada, range), refused('invalid'))
  }
})
