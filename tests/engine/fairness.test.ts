/** P3, P11, S38: one workspace floods the server; what is due in the others starts as if it were not there. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import { every, MINUTE, type Node, often, openWorld, SECOND, START, type World } from './world.ts'

const CAPACITY = 64
/** One look, as `pace.ts` spaces them. */
const LOOK_MS = 15
const MOST_LATE_MS = 100
const FLOOD = 3000

const pass = async ({ clock }: World, node: Node, ms: number, answer: (node: Node) => void): Promise<void> => {
  for (let passed = 0; passed < ms; passed += LOOK_MS) {
    clock.advance(LOOK_MS)
    answer(node)
    await node.engine.tick()
  }
}

/** Of what was due after the server was there. */
const lateness = (node: Node, name: string): number[] =>
  node.starts.filter(({ jobName, scheduledFor }) => jobName === name && scheduledFor >= START).map(({ late }) => late)

const checkOther = (node: Node): void => {
  const late = lateness(node, 'other')
  assert.ok(late.length >= 14, `it started ${late.length} times`)
  assert.ok(Math.max(...late) <= MOST_LATE_MS, `late by ${late.join(', ')} ms`)
  assert.ok(Math.min(...late) >= 0)
  assert.deepEqual(node.faults, [])
}

describe('S38: while one workspace floods the server, another one is served on time', () => {
  const shared = async (test: TestContext) => {
    const world = await openWorld(test)
    const neighbour = await world.neighbour()
    const node = world.node({ parts: { capacity: CAPACITY } })
    await often(world, 'other', neighbour)
    return { world, node }
  }

  it('when thousands of its jobs are due at one instant', async (test) => {
    const { world, node } = await shared(test)
    await world.job('flood', { copies: FLOOD, timetable: every(60 * MINUTE) })
    world.clock.setWall(START)

    await pass(world, node, 2 * SECOND, () => node.answerOlder(40))

    checkOther(node)
    assert.ok(lateness(node, 'flood').length > 1000, 'the flood itself goes on')
  })

  it('when it asks for thousands of runs by hand', async (test) => {
    const { world, node } = await shared(test)
    const flood = await world.job('flood', { timetable: every(60 * MINUTE), policies: { overlap: 'allow' } })
    world.clock.setWall(START + 1)
    const run = { workspaceKey: flood.workspaceKey, jobKey: flood.key, now: START, exclusive: false }
    const more = { requestedBy: null, target: null }
    await Promise.all(
      Array.from({ length: FLOOD }, () => world.store.executions.createManual({ ...run, ...more, id: newId() })),
    )

    await pass(world, node, 2 * SECOND, () => node.answerOlder(40))

    checkOther(node)
  })

  it('when its calls never end and take every place they can get', async (test) => {
    const { world, node } = await shared(test)
    await world.job('flood', { copies: FLOOD, timetable: every(60 * MINUTE) })
    world.clock.setWall(START)

    await pass(world, node, 2 * SECOND, () => node.answerOlder(40, ['flood']))

    checkOther(node)
    assert.equal(lateness(node, 'flood').length, CAPACITY - CAPACITY / 8)
  })

  it('and a workspace that is alone may take every place', async (test) => {
    const world = await openWorld(test)
    const node = world.node({ parts: { capacity: CAPACITY } })
    await world.job('flood', { copies: FLOOD, timetable: every(60 * MINUTE) })
    world.clock.setWall(START)

    await pass(world, node, 3 * LOOK_MS, () => {})

    assert.equal(node.open(), CAPACITY)
  })
})
