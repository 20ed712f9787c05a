/** One process schedules on a file; another takes over when it is gone. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { newWorkspace } from '../../../tests/contract/world.ts'
import { aClaim, aJob, MINUTE, NOON } from '../../../tests/support/builders.ts'
import { tempFolder, tempStore } from '../../../tests/support/temp-store.ts'

const HOLDER = fileURLToPath(new URL('../../../tests/support/hold-lock.ts', import.meta.url))
const NODE = { id: 'here', host: 'here', pid: process.pid, startedAt: NOON }

/** Another process that schedules on the file; resolves with its answer to whether it may. */
const holder = async (test: TestContext, path: string): Promise<{ child: ChildProcess; said: string }> => {
  const child = spawn(process.execPath, [HOLDER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  test.after(() => child.kill('SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  return { child, said: String(said).trim() }
}

it('a second process on one file serves its data but may not schedule, until the first is killed', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const { child, said } = await holder(t, path)
  const store = await tempStore(t, { path })

  const refused = await store.ledger.join(NODE, NOON, NOON + MINUTE)
  const { workspaceKey } = await newWorkspace(store)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const taken = await store.ledger.join(NODE, NOON, NOON + MINUTE)

  assert.deepEqual([said, refused], ['joined', null])
  assert.notEqual(await store.people.workspaceByKey(workspaceKey), null)
  assert.notEqual(taken, null)
})

it('the executions of a killed process are lost to it at once, however long its lease was', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const store = await tempStore(t, { path })
  const { workspaceKey, admin } = await newWorkspace(store)
  const job = await store.jobs.create(aJob({ workspaceKey, ownerId: admin.id }))
  const { child } = await holder(t, path)
  const claims = [aClaim({ jobKey: job.key, workspaceKey, dueAt: NOON + MINUTE })]
  await store.ledger.commit({ nodeKey: 1, now: NOON, leaseNow: NOON, outcomes: [], claims })
  assert.deepEqual(await store.ledger.lost(NOON, 10), [])

  child.kill('SIGKILL')
  await once(child, 'exit')
  await store.ledger.join(NODE, NOON, NOON + MINUTE)

  assert.equal((await store.ledger.lost(NOON, 10)).length, 1)
})

it('a second process is refused while this one schedules, and let in when this one leaves', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const store = await tempStore(t, { path })
  const nodeKey = await store.ledger.join(NODE, NOON, NOON + MINUTE)

  const first = await holder(t, path)
  await store.ledger.leave(nodeKey ?? assert.fail('The node could not join.'))
  const second = await holder(t, path)

  assert.deepEqual([first.said, second.said], ['refused', 'joined'])
})

it('a process may join again after its lease was lost', async (t) => {
  const store = await tempStore(t)
  const first = await store.ledger.join(NODE, NOON, NOON + MINUTE)

  const second = await store.ledger.join(NODE, NOON + 2 * MINUTE, NOON + 3 * MINUTE)

  assert.notEqual(second, null)
  assert.notEqual(second, first)
})

it('closing the store frees the lock', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const first = await tempStore(t, { path })
  await first.ledger.join(NODE, NOON, NOON + MINUTE)
  await first.close()

  const second = await tempStore(t, { path })

  assert.notEqual(await second.ledger.join(NODE, NOON, NOON + MINUTE), null)
})
