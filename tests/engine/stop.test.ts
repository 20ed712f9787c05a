/** Pause, edit and graceful stop: what was claimed ahead must not fire. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { every, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

describe('stop means stop', () => {
  it('a pause undoes what was claimed ahead: nothing fires after its answer', async (test) => {
    const { job, node, clock, store, history } = await openWorld(test)
    const backup = await job('backup')
    const { engine, sent } = node()
    clock.setWall(START - 40)
    await engine.tick()
    assert.deepEqual(await history(backup), ['0 running'])

    await store.jobs.pause(backup, 'by_user', { now: clock.now(), expectedDueAt: START + MINUTE })
    await engine.changed(backup.key)
    clock.advance(100)
    await engine.tick()

    assert.deepEqual(sent, [])
    assert.deepEqual(await history(backup), [])
  })

  it('an edit is a cut: the old instant does not fire, the new one does', async (test) => {
    const { job, node, clock, store, history } = await openWorld(test)
    const backup = await job('backup')
    const { engine, sent, answer } = node()
    clock.setWall(START - 40)
    await engine.tick()

    const timetable = every(MINUTE, { start: new Date(START + 1).toISOString() })
    const changed = await store.jobs.update(
      backup,
      { timetable, dueAt: START + MINUTE },
      { now: clock.now(), expectedDueAt: START + MINUTE },
    )
    await engine.changed(backup.key)
    clock.advance(100)
    await engine.tick()
    clock.setWall(START + MINUTE)
    await engine.tick()
    answer('backup')
    await engine.tick()

    assert.equal(changed?.scheduleVersion, backup.scheduleVersion + 1)
    assert.deepEqual(sent, ['backup#1@60'])
    assert.deepEqual(await history(backup), ['60 success'])
  })

  it('a graceful stop hands back what is held, records what ends in time, and loses nothing', async (test) => {
    const before = await openWorld(test)
    const [quick, slow, later] = [
      await before.job('quick', { timetable: every(HOUR) }),
      await before.job('slow', { timetable: every(HOUR) }),
      await before.job('later', { timetable: every(HOUR, { spreadMs: 0, start: new Date(START).toISOString() }) }),
    ]
    const first = before.node()
    before.clock.setWall(START)
    await first.engine.tick()

    const stopped = first.engine.stop(10 * SECOND)
    first.answer('quick')
    first.answer('later')
    for (; first.open() > 0; before.clock.advance(100)) await new Promise(setImmediate)
    await stopped
    assert.ok(before.clock.now() - START >= 10 * SECOND, 'the slow one was given its grace')

    const after = await before.reopen()
    assert.deepEqual(await after.history(quick), ['0 success'])
    assert.deepEqual(await after.history(later), ['0 success'])
    assert.deepEqual(await after.history(slow), ['0 pending'])
    const second = after.node()
    await second.engine.tick()
    second.answer('slow')
    await second.engine.tick()
    assert.deepEqual(await after.history(slow), ['0 success'])
    assert.equal(first.fenced() + second.fenced(), 0)
  })
})
