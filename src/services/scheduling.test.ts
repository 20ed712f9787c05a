/** Who may hold all claiming, and what others are told of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, refused, START } from '../../tests/support/services-world.ts'
import { createHold } from './hold.ts'

test('an admin of the first workspace holds all claiming, everybody is told, and it survives a restart', async (t) => {
  const world = await aWorld(t)
  const [ada, eve] = [await world.admin('ada'), await world.admin('eve')]

  await world.services.scheduling.pause(ada, 'moving house')

  const held = { since: START, by: ada.userId, note: 'moving house' }
  assert.deepEqual((await world.services.system.describe(eve)).held, held)
  const later = createHold(world.store.people)
  await later.refresh()
  assert.deepEqual(later.held(), held)
  await world.services.scheduling.resume(ada)
  assert.equal((await world.services.system.describe(ada)).held, null)
  assert.ok(world.told.includes('wake'))
})

test('a second pause keeps the time of the first', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin('ada')
  await world.services.scheduling.pause(ada, null)
  world.clock.advance(5000)

  const held = await world.services.scheduling.pause(ada, 'why')

  assert.deepEqual([held.since, held.note], [START, 'why'])
})

test('nobody else may: no member of the first workspace, no admin of another', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin('ada')
  for (const actor of [await world.member(ada, 'user'), await world.member(ada, 'viewer'), await world.admin('eve')]) {
    await assert.rejects(world.services.scheduling.pause(actor, null), refused('forbidden'))
    await assert.rejects(world.services.scheduling.resume(actor), refused('forbidden'))
  }
})
