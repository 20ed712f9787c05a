/** Limits in a running engine: who starts, who waits, and how soon the next one is called. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { PolicyChoices } from '../../src/domain/policies.ts'
import type { Store } from '../../src/store/store.ts'
import { at, every, FAILED, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

const db = (more: PolicyChoices = {}) => ({ policies: { overlap: 'allow', limits: ['db'], ...more } as const })

const limited = async (test: TestContext, concurrency: number) => {
  const world = await openWorld(test)
  const probe = await world.job('probe', { timetable: { schedules: [{ kind: 'manual' }], zone: 'UTC' } })
  const allowed = { kind: 'shared', name: 'db', concurrency, rate: null } as const
  await world.store.limits.set(probe.workspaceKey, { ...allowed, ifVersion: null, now: START })
  return world
}

describe('a limit', () => {
  it('holds over several jobs, in the order in which they came due', async (test) => {
    const { job, node, clock } = await limited(test, 2)
    for (const name of ['a', 'b', 'c', 'd']) await job(name, { ...db(), timetable: every(HOUR) })
    const { engine, sent, answer } = node()
    clock.setWall(START)

    await engine.tick()
    assert.deepEqual(sent, ['a#1@0', 'b#1@0'])
    clock.advance(SECOND)
    answer('b')
    await engine.tick()
    await engine.tick()
    assert.deepEqual(sent.slice(2), ['c#1@1'])
    answer('a', FAILED)
    answer('c')
    await engine.tick()
    await engine.tick()
    assert.deepEqual(sent.slice(3), ['d#1@1'])
  })

  it('lets a run start within milliseconds of its time when there is room, and never before', async (test) => {
    const { job, node, clock, store } = await limited(test, 1)
    await job('on the minute', { ...db(), timetable: every(MINUTE) })
    const { engine, starts, answer } = node()
    engine.start()
    for (let steps = 0; steps < 5; steps++) await settled(store)
    while (clock.now() < START - 200) {
      clock.advance(200)
      await settled(store)
    }

    while (clock.now() < START + 100) {
      clock.advance(5)
      await settled(store)
    }

    assert.equal(starts.length, 1)
    assert.ok((starts[0]?.late ?? -1) >= 0 && (starts[0]?.late ?? 99) <= 20, `late by ${starts[0]?.late} ms`)
    answer('on the minute')
    const stopped = engine.stop(0)
    for (let steps = 0; steps < 5; steps++) {
      clock.advance(100)
      await settled(store)
    }
    await stopped
  })

  it('is as wide after kill -9 as before: what ran gives its place back', async (test) => {
    const before = await limited(test, 1)
    for (const name of ['a', 'b'])
      await before.job(name, { ...db({ delivery: 'at_most_once' }), timetable: every(HOUR) })
    before.clock.setWall(START)
    await before.node().engine.tick()

    const after = await before.reopen()
    const { engine, sent } = after.node()
    after.clock.setWall(START + SECOND)
    await engine.tick()

    assert.deepEqual(sent, ['b#1@1'])
  })

  it('of the job itself counts the tries of all its runs', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const narrow = await job('narrow', { policies: { overlap: 'allow', concurrency: 1 } })
    const { engine, open, answer } = node()
    for (const minute of [0, 1, 2]) {
      clock.setWall(START + minute * MINUTE)
      await engine.tick()
      assert.equal(open(), 1)
    }
    answer('narrow')
    await engine.tick()
    await engine.tick()

    assert.equal(open(), 1)
    assert.deepEqual(await history(narrow), ['0 success', '60 running', '120 pending'])
  })

  it('under overlap skip, skips the next one while one still waits', async (test) => {
    const { job, node, clock, history } = await limited(test, 1)
    await job('first', { ...db(), timetable: every(HOUR) })
    const second = await job('second', { ...db({ overlap: 'skip' }), timetable: at(1, MINUTE) })
    const { engine } = node()
    for (const minute of [0, 1]) {
      clock.setWall(START + minute * MINUTE + 1)
      await engine.tick()
    }

    assert.deepEqual(await history(second), ['0.001 pending', '60.001 skipped overlap'])
  })

  it('under overlap cancel_other, the newest takes the place of who waits', async (test) => {
    const { job, node, clock, history } = await limited(test, 1)
    await job('first', { ...db(), timetable: every(HOUR) })
    const second = await job('second', { ...db({ overlap: 'cancel_other' }), timetable: at(1, MINUTE) })
    const { engine, answer } = node()
    for (const minute of [0, 1]) {
      clock.setWall(START + minute * MINUTE + 1)
      await engine.tick()
    }
    assert.deepEqual(await history(second), ['0.001 cancelled replaced', '60.001 pending'])
    answer('first')
    await engine.tick()
    await engine.tick()

    assert.deepEqual(await history(second), ['0.001 cancelled replaced', '60.001 running'])
  })

  it('per time spreads what came at once', async (test) => {
    const { job, node, clock } = await openWorld(test)
    await job('often', {
      policies: { overlap: 'allow', rate: { count: 2, perMs: MINUTE, burst: 1 } },
      timetable: every(10 * SECOND),
    })
    const { engine, sent, answerOlder } = node()
    clock.setWall(START)
    for (let second = 0; second <= 120; second++) {
      await engine.tick()
      answerOlder(0)
      clock.advance(SECOND)
    }

    assert.deepEqual(sent, ['often#1@0', 'often#1@30', 'often#1@60', 'often#1@90', 'often#1@120'])
  })
})

/** The store has answered all that it was asked, and what was asked upon that. */
const settled = async (store: Pick<Store, 'check'>): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) {
    await store.check()
    await new Promise(setImmediate)
  }
}
