/** When a node holds its lease, and when it has lost it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import type { Ledger } from '../store/store.ts'
import { createMembership, LEASE_MS } from './membership.ts'

/** A store that lets one node in, and renews until told otherwise. */
const membership = () => {
  const clock = manualClock(0)
  const told: string[] = []
  const store = { free: true, renews: true, away: false }
  const ledger = {
    join: async () => {
      if (store.away) throw new Error('away')
      return store.free ? 7 : null
    },
    renew: async () => {
      if (store.away) throw new Error('away')
      return store.renews
    },
    leave: async () => void told.push('left'),
  } satisfies Partial<Ledger> as unknown as Ledger
  const one = createMembership({
    ledger,
    clock,
    leaseNow: clock.monotonic,
    node: { id: 'n', host: 'h', pid: 1, startedAt: 0 },
    onJoined: () => told.push('joined'),
    onLost: () => told.push('lost'),
    onFault: () => told.push('fault'),
  })
  return { clock, told, store, one }
}

describe('membership', () => {
  it('a node joins when no other schedules, and not before', async () => {
    const { one, store, told } = membership()
    store.free = false
    await one.tick()
    assert.equal(one.nodeKey(), null)
    store.free = true
    await one.tick()
    assert.deepEqual([one.nodeKey(), told], [7, ['joined']])
  })

  it('no call is begun when too little of the lease is left for it', async () => {
    const { one, clock } = membership()
    await one.tick()
    assert.equal(one.mayStartCalls(), true)
    clock.advance(LEASE_MS - 5000)
    assert.equal(one.mayStartCalls(), false)
    await one.tick()
    assert.equal(one.mayStartCalls(), true)
  })

  it('a renewal that the store refuses loses the lease at once', async () => {
    const { one, store, told } = membership()
    await one.tick()
    store.renews = false
    await one.tick()
    assert.deepEqual([one.nodeKey(), told], [null, ['joined', 'lost']])
  })

  it('a database that is away longer than the lease costs the lease, and it is taken again on its return', async () => {
    const { one, store, clock, told } = membership()
    await one.tick()
    store.away = true
    clock.advance(LEASE_MS - 1)
    await one.tick()
    assert.equal(one.nodeKey(), 7)
    clock.advance(1)
    await one.tick()
    assert.equal(one.nodeKey(), null)
    store.away = false
    await one.tick()
    assert.deepEqual(told, ['joined', 'fault', 'fault', 'lost', 'joined'])
  })

  it('a renewal that failed is tried again soon: two short outages at the wrong moments do not cost the lease', async () => {
    const { one, store, clock, told } = membership()
    const passing = async (ms: number) => {
      for (let step = 0; step < ms; step += 250) {
        clock.advance(250)
        await new Promise(setImmediate)
      }
    }
    one.start()
    await new Promise(setImmediate)

    for (let times = 0; times < 4; times++) {
      await passing(4000)
      store.away = true
      await passing(2000)
      store.away = false
      await passing(750)
    }

    assert.equal(one.nodeKey(), 7)
    assert.ok(told.filter((word) => word === 'fault').length >= 8, told.join())
    assert.ok(!told.includes('lost'))
    await one.stop()
  })

  it('a stopped node gives its lease back', async () => {
    const { one, told } = membership()
    await one.tick()
    await one.stop()
    assert.deepEqual([one.nodeKey(), told], [null, ['joined', 'left']])
  })
})
