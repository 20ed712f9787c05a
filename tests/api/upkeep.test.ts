/** The server about itself, the operator's brake, and how long a workspace keeps its executions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BACKUP_VALUE, UPKEEP_VALUE } from '../../src/services/services.ts'
import { anApi } from '../support/api-world.ts'
import { START } from '../support/services-world.ts'

test('the operator is told of the machine; nobody else is, not even the admin of another workspace (S100)', async (t) => {
  const { ask, stranger, member, world } = await anApi(t)
  const operator = await stranger()
  const others = [await member(operator, 'user'), await member(operator, 'viewer'), await stranger()]
  await world.store.people.setServerValue(BACKUP_VALUE, JSON.stringify({ at: START, bytes: 4096 }))
  const report = { startedAt: START, finishedAt: START + 2000, forgotten: { executions: 7 }, hours: 2, trouble: null }
  await world.store.people.setServerValue(UPKEEP_VALUE, JSON.stringify(report))

  const { body } = await ask('GET', '/system', { token: operator.token })

  const { operations } = body
  assert.deepEqual(operations.last_backup, { at: new Date(START).toISOString(), bytes: 4096 })
  assert.deepEqual(operations.upkeep, {
    started_at: new Date(START).toISOString(),
    finished_at: new Date(START + 2000).toISOString(),
    hours_summed_up: 2,
    forgotten: { executions: 7 },
    trouble: null,
  })
  assert.ok(operations.schema >= 7)
  assert.equal(operations.lease_seconds, 15)
  assert.ok(operations.database.bytes > 0)
  assert.deepEqual(operations.clock, { now: new Date(START).toISOString(), jumps: 0, last_jump: null })
  assert.equal(typeof body.tzdata_age_days, 'number')
  for (const { token } of others) assert.equal((await ask('GET', '/system', { token })).body.operations, null)
})

test('all claiming is held and let go on again, and everybody who looks is told why', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [operator, other] = [await stranger(), await stranger()]
  const paused = async () => (await ask('GET', '/system', { token: other.token })).body.paused

  const held = await ask('POST', '/system/pause-scheduling', { token: operator.token, body: { note: 'moving house' } })

  assert.deepEqual([held.status, held.body], [200, await paused()])
  assert.deepEqual(await paused(), { since: new Date(START).toISOString(), by: operator.id, note: 'moving house' })
  assert.equal((await ask('GET', '//readyz')).status, 200)
  assert.equal((await ask('POST', '/system/resume-scheduling', { token: operator.token })).status, 204)
  assert.equal(await paused(), null)
  const long = await ask('POST', '/system/pause-scheduling', { token: operator.token, body: { note: 'x'.repeat(201) } })
  assert.deepEqual([long.status, long.body.errors[0].field], [422, 'note'])
})

test('a workspace keeps less than the operator, from the version that was read', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const first = await ask('GET', '/retention', { token })
  assert.deepEqual([first.headers.etag, first.body.rules], ['"1"', first.body.bounds])

  const headers = { 'if-match': '"1"' }
  const changed = await ask('PATCH', '/retention', { token, headers, body: { success_days: 30, runs_per_job: 500 } })

  assert.deepEqual(changed.body.rules, { success_days: 30, other_days: 365, runs_per_job: 500 })
  assert.deepEqual(changed.body.choice, { success_days: 30, other_days: null, runs_per_job: 500 })
  assert.equal((await ask('PATCH', '/retention', { token, headers, body: { success_days: 31 } })).status, 412)
  const tooMuch = await ask('PATCH', '/retention', { token, body: { success_days: 91 } })
  assert.deepEqual([tooMuch.status, tooMuch.body.errors[0].field], [422, 'success_days'])
  const unknown = await ask('PATCH', '/retention', { token, body: { workspace_key: 2 } })
  assert.equal(unknown.status, 422)
})
