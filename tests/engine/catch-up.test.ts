/** F30: after an outage what was missed is made up for through a budget of its own, never at the cost of what is on time. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { at, every, HOUR, type Node, often, openWorld, SECOND, START, type World } from './world.ts'

const CAPACITY = 64
const BEHIND = 1500
const LOOK_MS = 15

const afterAnOutage = async (test: TestContext) => {
  const world = await openWorld(test)
  const node = world.node({ parts: { capacity: CAPACITY, catchUpShare: 0.25 } })
  await world.job('behind', { copies: BEHIND - 1, timetable: at(HOUR, 24 * HOUR) })
  world.clock.setWall(START + 26 * HOUR)
  return { world, node }
}

const pass = async ({ clock }: World, node: Node, ms: number, callMs: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += LOOK_MS) {
    clock.advance(LOOK_MS)
    node.answerOlder(callMs)
    await node.engine.tick()
  }
}

const made = (node: Node): number => node.starts.filter(({ trigger }) => trigger === 'catch_up').length

describe('catch-up work', () => {
  it('never takes more places than its budget, and drains', async (test) => {
    const { world, node } = await afterAnOutage(test)
    for (let look = 0; look < 4; look++) {
      world.clock.advance(LOOK_MS)
      await node.engine.tick()
    }
    assert.deepEqual([node.open(), made(node)], [CAPACITY / 4, CAPACITY / 4])

    await pass(world, node, 2 * SECOND, LOOK_MS)

    assert.equal(made(node), BEHIND)
    assert.deepEqual(node.faults, [])
  })

  it('is never ahead of what is on time, which starts as if nothing were behind', async (test) => {
    const { world, node } = await afterAnOutage(test)
    await often(world, 'often')

    await pass(world, node, 5 * SECOND, 200)

    const late = node.starts.filter(({ jobName }) => jobName === 'often').map(({ late }) => late)
    assert.ok(late.length > 45 && Math.max(...late) <= LOOK_MS, `late by ${late.join(', ')} ms`)
    assert.ok(made(node) > 300)
  })

  it('is made up for the oldest first', async (test) => {
    const world = await openWorld(test)
    const node = world.node({ parts: { capacity: 4, catchUpShare: 0.25 } })
    for (const hour of [5, 2, 7, 3]) await world.job(`hour ${hour}`, { timetable: at(hour * HOUR, 24 * HOUR) })
    world.clock.setWall(START + 10 * HOUR)

    await pass(world, node, SECOND, LOOK_MS)

    assert.deepEqual(
      node.starts.map(({ jobName }) => jobName),
      ['hour 2', 'hour 3', 'hour 5', 'hour 7'],
    )
  })

  it('stands still while it is paused, also through a restart, and what is on time does not', async (test) => {
    const { world, node } = await afterAnOutage(test)
    const { workspaceKey } = await world.job('often', { timetable: every(SECOND) })
    await world.store.limits.pauseCatchUp(workspaceKey, world.clock.now())

    await pass(world, node, 2 * SECOND, LOOK_MS)
    const again = await world.reopen()
    const next = again.node({ parts: { capacity: CAPACITY } })
    await pass(again, next, 2 * SECOND, LOOK_MS)

    assert.deepEqual([made(node), made(next)], [0, 0])
    assert.ok(node.starts.length >= 2 && next.starts.length >= 2)
    assert.equal((await again.store.limits.catchUp(workspaceKey, again.clock.now())).pending, BEHIND)
    await again.store.limits.pauseCatchUp(workspaceKey, null)
    next.engine.wake()
    await pass(again, next, 3 * SECOND, LOOK_MS)
    assert.equal(made(next), BEHIND)
  })
})
