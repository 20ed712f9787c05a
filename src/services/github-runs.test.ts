/** What is remembered of a dispatch: by its execution, on a real database, until it is forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld } from '../../tests/support/services-world.ts'

test('a dispatch is remembered by its execution, and of one that is not there nothing is kept', async (t) => {
  const { services, store, admin } = await aWorld(t)
  const ada = await admin()
  const { workspaceKey } = ada
  const job = await services.jobs.create(ada, anInput())
  const { id: executionId } = await services.jobs.run(ada, job.id)
  const runs = store.githubRuns
  const key = { workspaceKey, executionId }
  const other = { workspaceKey, executionId: job.id }

  assert.deepEqual(await runs.recall(key), { isCancelled: false, run: null })
  await runs.keep(key, { sentAt: 5, runId: null, judged: 0 })
  await runs.keep(key, { sentAt: 5, runId: 77, judged: 1 })
  assert.deepEqual((await runs.recall(key)).run, { sentAt: 5, runId: 77, judged: 1 })
  await runs.keep(other, { sentAt: 5, runId: 78, judged: 0 })
  assert.deepEqual(await runs.recall(other), { isCancelled: false, run: null })
  assert.deepEqual([await runs.taken(key, [77, 78]), await runs.taken(other, [77, 78])], [[], [77]])

  await services.executions.cancel(ada, executionId)
  assert.equal((await runs.recall(key)).isCancelled, true)
  await runs.keep(key, null)
  assert.equal((await runs.recall(key)).run, null)
})
