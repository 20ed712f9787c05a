/** Connections are kept per workspace and origin, and no longer than they are of use. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { createPools } from './pools.ts'

const ORIGIN = 'http://127.0.0.1:1'

const setUp = () => {
  const clock = manualClock(0)
  let abandoned = 0
  const pools = createPools(clock, () => ({ connect: () => assert.fail('nobody dials'), abandon: () => abandoned++ }))
  return { clock, pools, abandoned: () => abandoned }
}

test('S57: a lane belongs to one workspace, one origin and one reach', () => {
  const { pools } = setUp()

  const lanes = [
    pools.lane(1, ORIGIN, 'outside', null),
    pools.lane(2, ORIGIN, 'outside', null),
    pools.lane(1, 'https://127.0.0.1:1', 'outside', null),
    pools.lane(1, 'http://127.0.0.1:2', 'outside', null),
    pools.lane(1, ORIGIN, 'own', null),
  ]

  assert.equal(new Set(lanes).size, 5)
  assert.equal(pools.lane(1, ORIGIN, 'outside', null), lanes[0])
})

test('a lane that nobody used for a minute is closed, one in use is not', () => {
  const { clock, pools } = setUp()
  const idle = pools.lane(1, ORIGIN, 'outside', null)
  const busy = pools.lane(2, ORIGIN, 'outside', null)
  pools.release(idle)

  clock.advance(59_999)
  assert.equal(idle.connections.isDestroyed(), false)
  clock.advance(60_001)

  assert.equal(idle.connections.isDestroyed(), true)
  assert.equal(busy.connections.isDestroyed(), false)
  assert.notEqual(pools.lane(1, ORIGIN, 'outside', null), idle)
})

test('beyond 512 lanes the longest idle one makes room', () => {
  const { clock, pools } = setUp()
  const lanes = Array.from({ length: 512 }, (_, workspaceKey) => pools.lane(workspaceKey, ORIGIN, 'outside', null))
  for (const lane of lanes.slice(10)) {
    clock.advance(1)
    pools.release(lane)
  }

  pools.lane(1000, ORIGIN, 'outside', null)

  assert.deepEqual(
    lanes.flatMap(({ connections }, at) => (connections.isDestroyed() ? [at] : [])),
    [10],
  )
})

test('when all lanes are in use another one opens, since calls in flight are bounded elsewhere', () => {
  const { pools } = setUp()
  const lanes = Array.from({ length: 513 }, (_, workspaceKey) => pools.lane(workspaceKey, ORIGIN, 'outside', null))

  assert.equal(lanes.filter(({ connections }) => connections.isDestroyed()).length, 0)
})

test('the last call to leave a lane gives up connections that are still being made', () => {
  const { pools, abandoned } = setUp()
  const lane = pools.lane(1, ORIGIN, 'outside', null)
  pools.lane(1, ORIGIN, 'outside', null)

  pools.release(lane)
  assert.equal(abandoned(), 0)
  pools.release(lane)

  assert.equal(abandoned(), 1)
})

test('after closing nothing is left open and no timer finds anything to do', async () => {
  const { clock, pools } = setUp()
  const lane = pools.lane(1, ORIGIN, 'outside', null)

  await pools.close()
  clock.advance(60_000)

  assert.equal(lane.connections.isDestroyed(), true)
  assert.equal(clock.pendingTimers(), 0)
})
