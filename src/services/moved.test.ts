/** P9: jobs that moved with the rules of time zones stand in the audit log, each in that of its workspace. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, START } from '../../tests/support/services-world.ts'
import { createTellMoved } from './moved.ts'

test('P9: every job that waits for another instant is named in the log of its own workspace, however many they are', async (t) => {
  const { admin, services, store, clock, auth } = await aWorld(t)
  const [one, other] = [await admin('one'), await admin('other')]
  const { id } = await services.jobs.create(one, anInput({ name: 'moved' }))
  const many = Array.from({ length: 250 }, (_, index) => ({ jobId: `job ${index}`, from: START, to: null }))

  await createTellMoved({ store, clock, auth })([
    { workspaceKey: one.workspaceKey, jobId: id, from: START, to: START + 3_600_000 },
    ...many.map((job) => ({ workspaceKey: other.workspaceKey, ...job })),
  ])

  const filter = { deed: 'job.moved', cursor: null, limit: 1000 }
  const [mine, theirs] = [
    (await store.audit.list(one.workspaceKey, filter)).items,
    (await store.audit.list(other.workspaceKey, filter)).items,
  ]
  assert.deepEqual(
    mine.map(({ subject, actor, fields }) => [subject.id, actor.kind, fields]),
    [[id, 'system', ['next_run_at']]],
  )
  assert.equal(new Set(theirs.map(({ subject }) => subject.id)).size, 250)
})
