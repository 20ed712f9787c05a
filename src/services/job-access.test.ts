/** Jobs: who may see, find, change and give them away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, refused } from '../../tests/support/services-world.ts'
import type { UserActor } from '../domain/actor.ts'
import { newId } from '../domain/ids.ts'

const QUERY = { sort: 'created_at', descending: false, cursor: null, limit: 100 } as const

test('the role matrix holds for jobs: viewers look, users keep their own, admins all', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const bob = await member(ada, 'user')
  const cid = await member(ada, 'user')
  const vera = await member(ada, 'viewer')
  const job = await jobs.create(bob, anInput())
  const deeds: Record<string, (actor: UserActor) => Promise<unknown>> = {
    update: (actor) => jobs.update(actor, job.id, { name: 'renamed' }, null),
    run: (actor) => jobs.run(actor, job.id),
    pause: (actor) => jobs.pause(actor, job.id),
    resume: (actor) => jobs.resume(actor, job.id, {}),
  }

  for (const actor of [ada, bob, cid, vera]) {
    assert.equal((await jobs.get(actor, job.id)).id, job.id)
    assert.equal((await jobs.list(actor, QUERY)).items.length, 1)
    assert.equal((await jobs.occurrences(actor, job.id, { past: 5, coming: 5 })).length, 5)
  }
  for (const [name, deed] of Object.entries(deeds)) {
    await assert.rejects(deed(vera), refused('forbidden'), name)
    await assert.rejects(deed(cid), refused('forbidden'), name)
    await deed(bob)
    await deed(ada)
  }
  await assert.rejects(jobs.create(vera, anInput()), refused('forbidden'))
  await assert.rejects(jobs.delete(cid, job.id, null), refused('forbidden'))
  await assert.rejects(jobs.delete(vera, job.id, null), refused('forbidden'))
  await jobs.delete(bob, job.id, null)
  await assert.rejects(jobs.get(ada, job.id), refused('not_found'))
})

test('S23: a job of another workspace answers exactly like an unknown one', async (t) => {
  const { services, admin } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const eve = await admin()
  const { id } = await jobs.create(ada, anInput())
  const unknown = newId()
  const deeds: ((id: string) => Promise<unknown>)[] = [
    (of) => jobs.get(eve, of),
    (of) => jobs.update(eve, of, { name: 'mine' }, null),
    (of) => jobs.delete(eve, of, null),
    (of) => jobs.run(eve, of),
    (of) => jobs.pause(eve, of),
    (of) => jobs.resume(eve, of, {}),
    (of) => jobs.occurrences(eve, of, { past: 1, coming: 1 }),
    (of) => services.executions.list(eve, { jobId: of, descending: true, cursor: null, limit: 1 }),
    (of) => services.statistics.range(eve, { from: 0, until: HOUR, jobId: of }),
  ]

  for (const deed of deeds) {
    const said = await Promise.all(
      [id, unknown].map((of) => deed(of).catch((error: Error) => error.message.replace(of, 'ID'))),
    )
    assert.equal(said[0], said[1])
    await assert.rejects(deed(id), refused('not_found'))
  }
  assert.equal((await jobs.list(eve, QUERY)).items.length, 0)
  assert.equal((await jobs.get(ada, id)).name, 'report')
})

test('only an admin gives a job to somebody, and only to a member of the workspace', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const eve = await admin()
  const bob = await member(ada, 'user')
  const own = await jobs.create(bob, anInput())

  await assert.rejects(jobs.create(bob, anInput({ ownerId: ada.userId })), refused('forbidden'))
  await assert.rejects(jobs.update(bob, own.id, { ownerId: ada.userId }, null), refused('forbidden'))
  await assert.rejects(jobs.create(ada, anInput({ ownerId: eve.userId })), refused('invalid', 'ownerId'))
  await assert.rejects(jobs.update(ada, own.id, { ownerId: newId() }, null), refused('invalid', 'ownerId'))
  assert.equal((await jobs.create(ada, anInput({ ownerId: bob.userId }))).ownerId, bob.userId)
  assert.equal((await jobs.update(ada, own.id, { ownerId: ada.userId }, null)).ownerId, ada.userId)
})

test('jobs are found by state, owner and part of the name, in the order asked for', async (t) => {
  const { services, admin, member, clock } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  for (const [actor, name, enabled] of [
    [ada, 'alpha 100%', true],
    [bob, 'beta', false],
    [ada, 'Gamma', true],
  ] as const) {
    await services.jobs.create(actor, anInput({ name, enabled }))
    clock.advance(1000)
  }
  const names = async (actor: UserActor, query: object) =>
    (await services.jobs.list(actor, { ...QUERY, ...query })).items.map(({ name }) => name)

  assert.deepEqual(await names(ada, { descending: true }), ['Gamma', 'beta', 'alpha 100%'])
  assert.deepEqual(await names(ada, { state: 'paused' }), ['beta'])
  assert.deepEqual(await names(ada, { owner: 'me' }), ['alpha 100%', 'Gamma'])
  assert.deepEqual(await names(ada, { owner: bob.userId }), ['beta'])
  assert.deepEqual(await names(bob, { owner: 'me' }), ['beta'])
  assert.deepEqual(await names(ada, { search: 'AMM' }), ['Gamma'])
  assert.deepEqual(await names(ada, { search: '100%' }), ['alpha 100%'])
  assert.deepEqual(await names(ada, { search: '%' }), ['alpha 100%'])
})

test('S30: a cursor of one list of jobs is refused by every other list, filter and workspace', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const eve = await admin()
  for (const name of ['a', 'b', 'c']) await services.jobs.create(ada, anInput({ name }))

  const first = await services.jobs.list(ada, { ...QUERY, sort: 'name', limit: 2 })
  const { nextCursor: cursor } = first
  const rest = await services.jobs.list(ada, { ...QUERY, sort: 'name', limit: 2, cursor })

  assert.deepEqual(
    [...first.items, ...rest.items].map(({ name }) => name),
    ['a', 'b', 'c'],
  )
  for (const query of [
    {},
    { sort: 'name', descending: true },
    { sort: 'name', state: 'active' },
    { sort: 'name', search: 'a' },
  ] as const) {
    await assert.rejects(services.jobs.list(ada, { ...QUERY, ...query, cursor }), refused('invalid', 'cursor'))
  }
  await assert.rejects(services.jobs.list(eve, { ...QUERY, sort: 'name', cursor }), refused('invalid', 'cursor'))
  await assert.rejects(
    services.executions.list(ada, { descending: false, cursor, limit: 2 }),
    refused('invalid', 'cursor'),
  )
})
