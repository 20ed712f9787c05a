/** Pause, edit and graceful stop: after the answer nothing fires that was claimed before. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { every, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

describe('stop means stop', () => {
  it('a pause waits for what was claimed ahead: it fires before the answer, and nothing after it', async (test) => {
    const { job, node, clock, store, history } = await openWorld(test)
    const backup = await job('backup')
    const { engine, sent, answer } = node()
    clock.setWall(START - 40)
    await engine.tick()
    assert.deepEqual(await history(backup), ['0 running'])

    await store.jobs.pause(backup, 'by_user', { now: clock.now(), expectedDueAt: START + MINUTE })
    const paused = engine.changed(backup.key).then(() => sent.push('paused'))
    await new Promise(setImmediate)
    clock.advance(41)
    await paused
    answer('backup')
    clock.advance(2 * MINUTE)
    await engine.tick()

    assert.deepEqual(sent, ['backup#1@0', 'paused'])
    assert.deepEqual(await history(backup), ['0 success'])
  })

  it('a pause waits for a look that is just claiming', async (test) => {
    const { job, node, clock, store } = await openWorld(test)
    const backup = await job('backup')
    const { engine, sent } = node()
    await engine.tick()
    clock.setWall(START - 40)

    const look = engine.tick()
    const paused = store.jobs
      .pause(backup, 'by_user', { now: clock.now(), expectedDueAt: START + MINUTE })
      .then(() => engine.changed(backup.key))
      .then(() => sent.push('paused'))
    await look
    for (let turns = 0; turns < 100 && !sent.includes('paused'); turns++) {
      await new Promise(setImmediate)
      clock.advance(1)
    }
    await paused

    assert.equal(sent.at(-1), 'paused', 'nothing was sent after the answer')
    clock.advance(2 * MINUTE)
    await engine.tick()
    assert.equal(sent.at(-1), 'paused')
  })

  it('a pause asked of a process that does not schedule waits for what another one may have claimed ahead', async (test) => {
    const { job, node, clock } = await openWorld(test)
    const backup = await job('backup')
    const { engine } = node()
    let answered = false

    const paused = engine.changed(backup.key).then(() => {
      answered = true
    })
    clock.advance(50)
    await new Promise(setImmediate)
    assert.equal(answered, false)
    clock.advance(1)
    await paused

    assert.equal(answered, true)
  })

  it('an edit is a cut: what was claimed ahead fires before the answer, and then only new instants', async (test) => {
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
    const answered = engine.changed(backup.key)
    await new Promise(setImmediate)
    clock.advance(100)
    await answered
    answer('backup')
    await engine.tick()
    clock.setWall(START + MINUTE)
    await engine.tick()
    answer('backup')
    await engine.tick()

    assert.equal(changed?.scheduleVersion, backup.scheduleVersion + 1)
    assert.deepEqual(sent, ['backup#1@0', 'backup#1@60'])
    assert.deepEqual(await history(backup), ['0 success', '60 success'])
  })

  it('a stop at any moment of joining leaves nothing running behind', async (test) => {
    const { job, node, clock, history, store } = await openWorld(test)
    const backup = await job('backup')
    for (let turns = 0; turns < 40; turns++) {
      clock.setWall(START + turns * MINUTE)
      const { engine } = node()

      engine.start()
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      let isStopped = false
      const stopped = engine.stop(0).then(() => {
        isStopped = true
      })
      for (; !isStopped; clock.advance(1)) await new Promise(setImmediate)
      await stopped

      assert.deepEqual(
        (await history(backup)).filter((row) => row.includes('running')),
        [],
        `after ${turns} turns`,
      )
      assert.deepEqual(
        (await store.ledger.nodes()).filter(({ leaseUntil }) => leaseUntil > 0),
        [],
        'a lease is left',
      )
    }
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
