/** A job whose function keeps bringing its thread or its node down does not go on doing so. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/domain/attempt.ts'
import type { Target } from '../../src/domain/target.ts'
import { every, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

const target: Target = { kind: 'function', function: 'poison', args: [], kwargs: {} }

const CRASHED: Partial<Outcome> = {
  kind: 'failure',
  statusCode: null,
  error: 'The function crashed: it ended its thread by process.exit(1).',
  failure: 'crashed',
}
const THREW: Partial<Outcome> = { ...CRASHED, error: 'The function threw Error: no', failure: 'exception' }

const EAGER = { attempts: 10, firstDelayMs: 0, factor: 1, longestDelayMs: 0 }

describe('quarantine', () => {
  it('F35: a function that crashes is tried three times and no more, though its policy allows ten', async (test) => {
    const { job, node, clock, history, store } = await openWorld(test)
    const poison = await job('poison', { target, timetable: every(HOUR), policies: { retry: EAGER } })
    const { engine, sent, answer, paused } = node()
    clock.setWall(START)

    for (let attempt = 1; attempt <= 3; attempt++) {
      await engine.tick()
      answer('poison', CRASHED)
      await engine.tick()
    }
    clock.setWall(START + 2 * HOUR)
    await engine.tick()

    assert.deepEqual(sent, ['poison#1@0', 'poison#2@0', 'poison#3@0'])
    assert.deepEqual(await history(poison), ['0 failed quarantined'])
    const { state, pauseReason } = (await store.jobs.byId(poison.workspaceKey, poison.id)) ?? assert.fail()
    assert.deepEqual([state, pauseReason, paused], ['paused', 'quarantined', [poison.key]])
  })

  it('F35: a function that brings its node down is repeated after two restarts, and not after the third', async (test) => {
    let world = await openWorld(test)
    const poison = await world.job('poison', { target, timetable: every(HOUR) })
    const beside = await world.job('beside', { timetable: every(HOUR) })
    const calls = []
    for (let restart = 0; restart < 4; restart++) {
      const { engine, sent } = world.node()
      world.clock.setWall(START + restart * SECOND)
      await engine.tick()
      calls.push(sent.toSorted())
      world = await world.reopen()
    }

    assert.deepEqual(calls, [
      ['beside#1@0', 'poison#1@0'],
      ['beside#2@1', 'poison#2@1'],
      ['beside#3@2', 'poison#3@2'],
      ['beside#4@3'],
    ])
    assert.deepEqual(await world.history(poison), ['0 uncertain quarantined'])
    assert.deepEqual(await world.history(beside), ['0 running'])
  })

  it('comes of crashes and ended nodes together, over restarts; a failure that left the thread standing counts for nothing', async (test) => {
    const before = await openWorld(test)
    const poison = await before.job('poison', { target })
    const first = before.node()
    const at = async (
      { engine, answer }: typeof first,
      clock: typeof before.clock,
      n: number,
      how: Partial<Outcome>,
    ) => {
      clock.setWall(START + n * MINUTE)
      await engine.tick()
      answer('poison', how)
      await engine.tick()
    }
    await at(first, before.clock, 0, CRASHED)
    await at(first, before.clock, 1, THREW)
    before.clock.setWall(START + 2 * MINUTE)
    await first.engine.tick()

    const after = await before.reopen()
    const second = after.node()
    after.clock.setWall(START + 2 * MINUTE + SECOND)
    await second.engine.tick()
    second.answer('poison', CRASHED)
    await second.engine.tick()

    assert.deepEqual(await after.history(poison), ['0 failed', '60 failed', '120 failed quarantined'])
    assert.equal((await after.store.jobs.byId(poison.workspaceKey, poison.id))?.pauseReason, 'quarantined')
  })

  it('does not come where successes lie between', async (test) => {
    const { job, node, clock, store } = await openWorld(test)
    const poison = await job('poison', { target })
    const { engine, answer } = node()

    for (const [minute, outcome] of [CRASHED, CRASHED, {}, CRASHED, CRASHED].entries()) {
      clock.setWall(START + minute * MINUTE)
      await engine.tick()
      answer('poison', outcome)
      await engine.tick()
    }

    assert.equal((await store.jobs.byId(poison.workspaceKey, poison.id))?.state, 'active')
  })
})
