/** What a workspace may choose of how long its executions are kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, RETENTION, refused } from '../../tests/support/services-world.ts'

test('without a choice the operator’s rules are in force', async (t) => {
  const { services, admin } = await aWorld(t)

  const found = await services.retention.get(await admin())

  assert.deepEqual(found, {
    rules: RETENTION,
    bounds: RETENTION,
    choice: { successDays: null, otherDays: null, runsPerJob: null },
    completeSince: null,
    version: 1,
  })
})

test('an admin chooses less, field by field, and gives a choice back with null; other workspaces keep theirs', async (t) => {
  const { services, admin } = await aWorld(t)
  const [ada, eve] = [await admin(), await admin()]

  await services.retention.change(ada, { successDays: 30 }, 1)
  const both = await services.retention.change(ada, { runsPerJob: 50 }, null)
  const one = await services.retention.change(ada, { successDays: null }, 3)

  assert.deepEqual(both.rules, { successDays: 30, otherDays: 365, runsPerJob: 50 })
  assert.deepEqual([one.rules, one.version], [{ ...RETENTION, runsPerJob: 50 }, 4])
  assert.deepEqual((await services.retention.get(eve)).rules, RETENTION)
})

test('more than the operator keeps, nothing at all, and a stale version are refused', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const ada = await admin()
  const change = (edit: Parameters<typeof services.retention.change>[1], version: number | null = null) =>
    services.retention.change(ada, edit, version)

  await assert.rejects(change({ successDays: 91 }), refused('invalid', 'successDays'))
  await assert.rejects(change({ otherDays: 0 }), refused('invalid', 'otherDays'))
  await assert.rejects(change({ runsPerJob: 1.5 }), refused('invalid', 'runsPerJob'))
  await change({ successDays: 30 }, 1)
  await assert.rejects(change({ successDays: 31 }, 1), refused('stale'))
  await assert.rejects(
    services.retention.change(await member(ada, 'user'), { successDays: 1 }, null),
    refused('forbidden'),
  )
})

test('what was chosen stays within bounds that the operator lowers later', async (t) => {
  const { services, admin, again } = await aWorld(t)
  const ada = await admin()
  await services.retention.change(ada, { successDays: 80 }, null)

  const lower = again({ retentionBounds: { ...RETENTION, successDays: 10 } }).services

  assert.equal((await lower.retention.get(ada)).rules.successDays, 10)
})
