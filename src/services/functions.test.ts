/** Jobs that call functions, and who learns which functions there are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused } from '../../tests/support/services-world.ts'
import type { FunctionCatalogue, FunctionModule } from '../domain/functions.ts'
import type { FunctionTarget } from '../domain/target.ts'

const target = (more: Partial<FunctionTarget> = {}): FunctionTarget => ({
  kind: 'function',
  function: 'report',
  args: ['eu'],
  kwargs: { dry: true },
  ...more,
})

test('a job may call a registered function, and shows what it calls', async (t) => {
  const { services, admin, store } = await aWorld(t)
  const ada = await admin()

  const { id } = await services.jobs.create(ada, anInput({ target: target() }))

  assert.deepEqual((await services.jobs.get(ada, id)).target, target())
  assert.deepEqual((await store.jobs.byId(ada.workspaceKey, id))?.target, target())
})

test('an unknown function is refused with the names of those there are, on creating and on changing', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput({ target: target() }))
  const unknown = target({ function: 'reprot' })

  for (const refusing of [
    services.jobs.create(ada, anInput({ target: unknown })),
    services.jobs.update(ada, id, { target: unknown }, null),
  ])
    await assert.rejects(refusing, (error: Error) => {
      refused('invalid', 'target.function')(error)
      assert.equal(
        error.message,
        'target.function: "reprot": there is no such function; there are: report, report:send',
      )
      return true
    })
  assert.deepEqual((await services.jobs.get(ada, id)).target, target())
})

test('what is wrong with names and arguments is told with all other wrong fields', async (t) => {
  const { services, admin } = await aWorld(t)

  await assert.rejects(
    services.jobs.create(
      await admin(),
      anInput({ name: '', target: target({ function: '../etc', args: Array(101).fill(0) }) }),
    ),
    refused('invalid', 'name', 'target.function', 'target.args'),
  )
})

test('S32: a workspace that functions are not open to may not call them, and learns nothing of them', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  let asked = 0
  const modules = async (): Promise<FunctionModule[]> => {
    asked += 1
    return [{ name: 'report', file: 'report.ts', callables: ['run'], main: 'run', error: null }]
  }
  const functions: FunctionCatalogue = { isOpenTo: () => false, modules, problemOf: async () => null }
  const { services } = world.again({ functions })

  const wrong = services.jobs.create(ada, anInput({ target: target() }))

  await assert.rejects(wrong, /^DomainError: target\.function: "report": functions are not open to this workspace$/)
  assert.deepEqual([await services.functions.list(ada), asked], [[], 0])
})

test('a run by hand may replace arguments, and nothing that belongs to another kind of target', async (t) => {
  const { services, admin, store, clock } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput({ target: target() }))

  await services.jobs.run(ada, id, { kwargs: { dry: false } })

  const now = clock.now()
  const nodeKey = (await store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: 0 }, now, now + 1000)) ?? 0
  const { leased } = await store.ledger.lease({ nodeKey, now, leaseNow: now, limit: 1 })
  assert.deepEqual(leased[0]?.target, target({ kwargs: { dry: false } }))
  await assert.rejects(services.jobs.run(ada, id, { url: 'https://example.com' }), refused('invalid', 'target.url'))
  await assert.rejects(services.jobs.run(ada, id, { args: Array(101).fill(0) }), refused('invalid', 'target.args'))
  const { id: http } = await services.jobs.create(ada, anInput())
  await assert.rejects(services.jobs.run(ada, http, { args: [] }), refused('invalid', 'target.args'))
})

test('the list of functions tells which jobs of the workspace are in quarantine for which of them', async (t) => {
  const { services, admin, store, clock } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(
    ada,
    anInput({ name: 'poison', target: target({ function: 'report:send' }) }),
  )
  const job = (await store.jobs.byId(ada.workspaceKey, id)) ?? assert.fail()
  await store.jobs.pause(job, 'quarantined', { now: clock.now(), expectedDueAt: null })

  const [report] = await services.functions.list(ada)
  const [elsewhere] = await services.functions.list(await admin())

  assert.deepEqual(report?.quarantinedJobs, [{ id, name: 'poison' }])
  assert.deepEqual(elsewhere?.quarantinedJobs, [])
  const resumed = await services.jobs.resume(ada, id, {})
  assert.deepEqual([resumed.job.state, resumed.job.pauseReason], ['active', null])
})
