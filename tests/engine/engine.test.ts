/** The life of an occurrence, from due to recorded, on the real store with the clock moved by hand. */
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

describe('while an execution of the job still runs', () => {
  const overlapping = async (test: Parameters<typeof openWorld>[0], overlap: string) => {
    const made = await openWorld(test)
    const slow = await made.job('slow', { policies: { overlap: overlap as 'skip' } })
    const { engine, ...rest } = made.node()
    made.clock.setWall(START)
    for (const minute of [0, 1, 2]) {
      made.clock.setWall(START + minute * MINUTE)
      await engine.tick()
    }
    return { ...made, ...rest, engine, slow }
  }

  it('skip: the occurrence is skipped, with the reason', async (test) => {
    const { history, slow, sent } = await overlapping(test, 'skip')
    assert.deepEqual(await history(slow), ['0 running', '60 skipped overlap', '120 skipped overlap'])
    assert.equal(sent.length, 1)
  })

  it('queue_one: one waits for its turn, the next is skipped', async (test) => {
    const { history, slow, engine, answer, sent } = await overlapping(test, 'queue_one')
    assert.deepEqual(await history(slow), ['0 running', '60 pending', '120 skipped overlap'])

    answer('slow')
    await engine.tick()
    await engine.tick()

    assert.deepEqual(sent, ['slow#1@0', 'slow#1@120'])
    assert.deepEqual(await history(slow), ['0 success', '60 running', '120 skipped overlap'])
  })

  it('queue_all: all wait, in order', async (test) => {
    const { history, slow, engine, answer } = await overlapping(test, 'queue_all')
    assert.deepEqual(await history(slow), ['0 running', '60 pending', '120 pending'])
    for (const expected of [
      ['0 success', '60 running', '120 pending'],
      ['0 success', '60 success', '120 running'],
    ]) {
      answer('slow')
      await engine.tick()
      await engine.tick()
      assert.deepEqual(await history(slow), expected)
    }
  })

  it('cancel_other: the new one takes its place, and the call is cut', async (test) => {
    const { history, slow, open } = await overlapping(test, 'cancel_other')
    assert.deepEqual(await history(slow), ['0 cancelled replaced', '60 cancelled replaced', '120 running'])
    assert.equal(open(), 1)
  })

  it('allow: they run side by side', async (test) => {
    const { history, slow, open } = await overlapping(test, 'allow')
    assert.deepEqual(await history(slow), ['0 running', '60 running', '120 running'])
    assert.equal(open(), 3)
  })

  it('a lease that is over blocks nothing: after a crash the job runs again', async (test) => {
    const before = await overlapping(test, 'skip')
    const after = await before.reopen()
    const { engine, sent, answer } = after.node()
    after.clock.setWall(START + 3 * MINUTE)
    await engine.tick()
    answer('slow')
    await engine.tick()
    assert.equal(sent[0], 'slow#2@180')
  })
})

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
