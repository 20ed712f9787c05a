/** What a crash, downtime or a lost lease leaves, and what becomes of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { every, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

describe('after a crash', () => {
  for (const [delivery, expected] of [
    ['at_least_once', { history: ['0 success'], sent: ['backup#2@1'] }],
    ['at_most_once', { history: ['0 uncertain node_lost'], sent: [] }],
  ] as const) {
    it(`an execution that was under way is ${delivery === 'at_least_once' ? 'tried again' : 'kept as uncertain'} (${delivery})`, async (test) => {
      const before = await openWorld(test)
      const backup = await before.job('backup', { timetable: every(HOUR), policies: { delivery } })
      const first = before.node()
      before.clock.setWall(START)
      await first.engine.tick()
      assert.equal(first.open(), 1)

      const after = await before.reopen()
      const second = after.node()
      after.clock.setWall(START + SECOND)
      await second.engine.tick()
      if (second.open() > 0) second.answer('backup')
      await second.engine.tick()

      assert.deepEqual(second.sent, expected.sent)
      assert.deepEqual(await after.history(backup), expected.history)
    })
  }

  it('a job that missed three runs while the server was down runs once, for the latest, and a row names the other two', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const backup = await job('backup', { timetable: every(HOUR) })
    const { engine, sent, answer } = node()

    clock.setWall(START + 2 * HOUR + 5 * MINUTE)
    await engine.tick()
    answer('backup')
    await engine.tick()

    assert.equal(sent.length, 1)
    assert.deepEqual(await history(backup), ['0 missed misfire x2', '7200 success'])
  })

  it('misfire all runs each missed occurrence, oldest first, one at a time', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const misfire = { mode: 'all', windowMs: 24 * HOUR, cap: 100 } as const
    const backup = await job('backup', { timetable: every(HOUR), policies: { misfire } })
    const { engine, answer, open } = node()

    clock.setWall(START + 2 * HOUR)
    for (let run = 0; run < 3; run++) {
      await engine.tick()
      assert.equal(open(), 1)
      answer('backup')
      await engine.tick()
    }

    assert.deepEqual(await history(backup), ['0 success', '3600 success', '7200 success'])
  })
})

describe('fencing', () => {
  it('a node whose lease was over cannot record: the late outcome is dropped and counted', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const backup = await job('backup', { timetable: every(HOUR) })
    const paused = node()
    clock.setWall(START)
    await paused.engine.tick()

    // The event loop stood still for longer than the lease.
    clock.advance(20 * SECOND)
    paused.answer('backup')
    await paused.engine.tick()
    await paused.engine.tick()
    await paused.engine.tick()

    assert.equal(paused.sent.length, 2, 'the execution was taken back and tried again')
    assert.deepEqual(await history(backup), ['0 running'])
  })
})
