/** From due to recorded, and when a schedule is over: the real store, the clock moved by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { every, FAILED, HOUR, MINUTE, openWorld, SECOND, START } from './world.ts'

describe('an occurrence', () => {
  it('is sent at its instant, once, and its outcome is a row', async (test) => {
    const { job, node, clock, history } = await openWorld(test)
    const backup = await job('backup')
    const { engine, sent, answer } = node()

    await engine.tick()
    assert.deepEqual(sent, [])
    clock.setWall(START - 40)
    await engine.tick()
    assert.deepEqual(sent, [], 'claimed ahead, but not sent early')
    clock.advance(40)
    answer('backup')
    await engine.tick()

    assert.deepEqual(sent, ['backup#1@0'])
    assert.deepEqual(await history(backup), ['0 success'])
  })

  it('that failed is tried again when its policy says so, also after the server was restarted in between', async (test) => {
    const before = await openWorld(test)
    const retry = { attempts: 3, firstDelayMs: 10 * SECOND, factor: 2, longestDelayMs: HOUR }
    const backup = await before.job('backup', { timetable: every(HOUR), policies: { retry } })
    const first = before.node()
    before.clock.setWall(START)
    await first.engine.tick()
    first.answer('backup', FAILED)
    await first.engine.tick()
    await first.engine.stop(0)

    const after = await before.reopen()
    const second = after.node()
    await second.engine.tick()
    assert.deepEqual(second.sent, [])
    // Half of 10 s by the random of the test.
    after.clock.setWall(START + 5 * SECOND)
    await second.engine.tick()
    second.answer('backup')
    await second.engine.tick()

    assert.deepEqual([...first.sent, ...second.sent], ['backup#1@0', 'backup#2@5'])
    assert.deepEqual(await after.history(backup), ['0 success'])
    const [execution] = await after.executions(backup)
    const attempts = await after.store.executions.attempts(execution?.workspaceKey ?? 0, execution?.id ?? '')
    assert.deepEqual(
      attempts.map((one) => [one.number, one.status]),
      [
        [1, 'failed'],
        [2, 'success'],
      ],
    )
  })

  it('waits for Retry-After even when the policy would be quicker', async (test) => {
    const { job, node, clock } = await openWorld(test)
    const retry = { attempts: 2, firstDelayMs: 10, factor: 1, longestDelayMs: 10 }
    await job('backup', { timetable: every(HOUR), policies: { retry } })
    const { engine, sent, answer } = node()
    clock.setWall(START)
    await engine.tick()
    answer('backup', { ...FAILED, retryAfterMs: 30 * SECOND })
    await engine.tick()

    clock.setWall(START + 29 * SECOND)
    await engine.tick()
    assert.equal(sent.length, 1)
    clock.setWall(START + 30 * SECOND)
    await engine.tick()

    assert.deepEqual(sent, ['backup#1@0', 'backup#2@30'])
  })
})

describe('a schedule that is over', () => {
  it('after its maximum of runs the job ends', async (test) => {
    const { job, node, clock, history, store } = await openWorld(test)
    const twice = await job('twice', { timetable: every(MINUTE, { maxRuns: 2 }) })
    const { engine, answer } = node()
    for (const minute of [0, 1, 2]) {
      clock.setWall(START + minute * MINUTE)
      await engine.tick()
      if (minute < 2) answer('twice')
      await engine.tick()
    }
    assert.deepEqual(await history(twice), ['0 success', '60 success'])
    assert.equal((await store.jobs.byId(twice.workspaceKey, twice.id))?.state, 'ended')
  })

  it('after n failures in a row the job is paused, when it asks for that', async (test) => {
    const { job, node, clock, history, store } = await openWorld(test)
    const flaky = await job('flaky', { policies: { pauseAfterFailures: 2 } })
    const { engine, answer } = node()
    for (const [minute, outcome] of [FAILED, {}, FAILED, FAILED].entries()) {
      clock.setWall(START + minute * MINUTE)
      await engine.tick()
      answer('flaky', outcome)
      await engine.tick()
    }
    const present = await store.jobs.byId(flaky.workspaceKey, flaky.id)
    assert.deepEqual([present?.state, present?.pauseReason], ['paused', 'failures'])
    assert.deepEqual(await history(flaky), ['0 failed', '60 success', '120 failed', '180 failed'])
  })
})

describe('manual runs', () => {
  it('enter as pending and run at once; while another of the job runs they wait', async (test) => {
    const { job, node, clock, store, history } = await openWorld(test)
    const backup = await job('backup', { timetable: every(HOUR) })
    const { engine, sent, answer } = node()
    const run = async () => {
      await store.executions.createManual({
        id: crypto.randomUUID(),
        workspaceKey: backup.workspaceKey,
        jobKey: backup.key,
        now: clock.now(),
        exclusive: true,
        requestedBy: null,
        target: null,
      })
      engine.wake()
    }
    await run()
    await engine.tick()
    clock.setWall(START - 20 * SECOND)
    await run()
    await engine.tick()
    assert.equal(sent.length, 1)

    answer('backup')
    await engine.tick()
    await engine.tick()
    answer('backup')
    await engine.tick()

    assert.equal(sent.length, 2)
    assert.deepEqual(await history(backup), ['-30 success', '-20 success'])
  })
})
