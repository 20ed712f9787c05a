/** The wall clock set forward and back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { every, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

describe('the wall clock', () => {
  it('forward by an hour: what was jumped over is made up for by the misfire policy', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const backup = await job('backup', { timetable: every(10 * MINUTE) })
    const { engine, answer } = node()
    clock.setWall(START)
    await engine.tick()
    answer('backup')
    await engine.tick()

    clock.setWall(START + HOUR)
    await engine.tick()
    answer('backup')
    await engine.tick()

    assert.deepEqual(await history(backup), ['0 success', '600 missed misfire x5', '3600 success'])
  })

  it('back by an hour: no cron occurrence runs twice, and interval jobs keep their real spacing', async (test) => {
    const { job, node, clock } = await openWorld(test)
    await job('cron', {
      timetable: { schedules: [{ kind: 'cron', expression: '*/30 * * * *', zone: 'UTC' }], zone: 'UTC' },
    })
    await job('interval', { timetable: every(10 * SECOND) })
    const { engine, sent, answer } = node()
    clock.setWall(START)
    await engine.tick()
    answer('cron')
    answer('interval')
    await engine.tick()

    clock.setWall(START - HOUR + 5 * SECOND)
    await engine.tick()
    clock.setWall(START - HOUR + 10 * SECOND)
    await engine.tick()
    answer('interval')
    await engine.tick()
    for (const at of [START - 30 * MINUTE, START]) {
      clock.setWall(at)
      await engine.tick()
      for (const name of ['interval']) answer(name)
      await engine.tick()
    }

    assert.deepEqual(
      sent.filter((one) => one.startsWith('cron')),
      ['cron#1@0'],
    )
    assert.deepEqual(sent.filter((one) => one.startsWith('interval')).slice(0, 2), ['interval#1@0', 'interval#1@-3590'])
  })
})
