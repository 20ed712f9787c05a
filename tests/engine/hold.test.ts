/** The operator holds all claiming: nothing begins, nothing is lost, and what came due is told afterwards. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import { createHold } from '../../src/services/services.ts'
import { every, MINUTE, openWorld, SECOND, START, until } from './world.ts'

describe('held by the operator', () => {
  it('no due job is claimed and no waiting run is sent; afterwards the misfire policy has its say', async (test) => {
    const { job, node, clock, store, history } = await openWorld(test)
    const backup = await job('backup')
    let held = true
    const { engine, sent, answer } = node({ parts: { mayClaim: () => !held } })
    const manual = await job('by hand', { timetable: { schedules: [{ kind: 'manual' }], zone: 'UTC' } })
    await store.executions.createManual({
      id: newId(),
      workspaceKey: manual.workspaceKey,
      jobKey: manual.key,
      now: clock.now(),
      exclusive: false,
      requestedBy: null,
      target: null,
    })

    clock.setWall(START + 3 * MINUTE + SECOND)
    await engine.tick()
    assert.deepEqual([sent, await history(manual), await history(backup)], [[], ['-30 pending'], []])

    held = false
    engine.wake()
    await engine.tick()
    answer('backup')
    answer('by hand')
    await engine.tick()

    assert.deepEqual(await history(manual), ['-30 success'])
    assert.deepEqual(await history(backup), ['0 missed misfire x3', '180 success'])
  })

  it('what ran when it began is recorded', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const backup = await job('backup')
    let held = false
    const { engine, answer } = node({ parts: { mayClaim: () => !held } })
    clock.setWall(START)
    await engine.tick()

    held = true
    answer('backup')
    await engine.tick()

    assert.deepEqual(await history(backup), ['0 success'])
  })

  it('looks once in a while, however much is due, and sees by itself when it is over', async (test) => {
    const { job, node, clock } = await openWorld(test)
    await job('backup', { timetable: every(SECOND) })
    let asked = 0
    let held = true
    const mayClaim = () => {
      asked += 1
      return !held
    }
    const { engine, sent, answer } = node({ parts: { mayClaim } })
    clock.setWall(START + 10 * SECOND)
    engine.start()
    await until(() => asked > 0)
    asked = 0

    for (let second = 0; second < 10; second++) {
      const before = asked
      clock.advance(SECOND)
      await until(() => asked > before)
    }
    assert.ok(asked <= 60, `asked ${asked} times in 10 s`)

    held = false
    clock.advance(SECOND)
    await until(() => sent.length > 0)
    answer('backup')
    await engine.stop(0)
  })

  it('survives a restart, and is seen by a process that did not set it', async (test) => {
    const world = await openWorld(test)
    const [one, other] = [createHold(world.store.people), createHold(world.store.people)]

    await one.set({ since: START, by: null, note: 'moving house' })
    await other.refresh()
    const { store } = await world.reopen()
    const later = createHold(store.people)
    await later.refresh()

    assert.deepEqual([other.held()?.note, later.held()?.since], ['moving house', START])
    await later.set(null)
    await later.refresh()
    assert.equal(later.held(), null)
  })
})
