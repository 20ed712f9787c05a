/** What the executor promises of any runner: one outcome per assignment, in time, whatever happens. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { anAssignment, aTarget } from '../../tests/support/targets.ts'
import type { Outcome } from '../domain/attempt.ts'
import { createExecutor } from './execute.ts'
import { type Finding, failed, type Heard, type Runner, succeeded } from './runner.ts'

const START = Date.UTC(2026, 0, 1)
const HEARD: Heard = { statusCode: 200, output: 'half', doing: 'reading the answer' }

/** A runner that does nothing until the test says what it found. */
const setUp = (more: Partial<Runner> = {}) => {
  const clock = manualClock(START)
  const faults: unknown[] = []
  const reports: ((finding: Finding) => void)[] = []
  let stopped = 0
  let closed = 0
  const runner: Runner = {
    kind: 'http',
    start: (_, report) => {
      reports.push(report)
      return {
        stop: () => {
          stopped++
          return HEARD
        },
      }
    },
    close: async () => {
      closed++
    },
    ...more,
  }
  const executor = createExecutor({ clock, runners: [runner], onFault: (error) => faults.push(error) })
  const outcomes: Outcome[] = []
  const assignment = anAssignment(aTarget('http://example.com/'), { timeoutMs: 1000 })
  const start = () => executor.start(assignment, (outcome) => outcomes.push(outcome))
  return { clock, faults, reports, executor, outcomes, assignment, start, stopped: () => stopped, closed: () => closed }
}

test('an outcome carries what the runner found and the times of the attempt', () => {
  const { clock, reports, outcomes, start } = setUp()
  start()
  clock.advance(123)

  reports[0]?.(succeeded(204, null))

  assert.deepEqual(outcomes, [
    {
      kind: 'success',
      startedAt: START,
      finishedAt: START + 123,
      durationMs: 123,
      statusCode: 204,
      output: null,
      error: null,
      failure: null,
      retryable: false,
      retryAfterMs: null,
    },
  ])
})

test('a step of the wall clock changes neither the duration nor the order of start and end', () => {
  const { clock, reports, outcomes, start } = setUp()
  start()
  clock.advance(100)
  clock.setWall(START - 3_600_000)

  reports[0]?.(succeeded(200, null))

  assert.equal(outcomes[0]?.durationMs, 100)
  assert.equal(outcomes[0]?.finishedAt, START + 100)
})

test('an attempt that outlives its timeout is stopped and fails, keeping what had come', () => {
  const { clock, outcomes, start, stopped } = setUp()
  start()

  clock.advance(999)
  assert.equal(outcomes.length, 0)
  clock.advance(51)

  assert.equal(stopped(), 1)
  const { kind, failure, error, statusCode, output, retryable } = outcomes[0] ?? assert.fail()
  assert.deepEqual([kind, failure, retryable], ['failure', 'timeout', true])
  assert.equal(error, 'Timed out after 1000 ms while reading the answer.')
  assert.deepEqual([statusCode, output], [200, 'half'])
})

test('a runner may know a better word than timeout for what its deadline ended', () => {
  const { clock, outcomes, start } = setUp({
    start: () => ({ stop: () => ({ ...HEARD, doing: 'looping', failure: 'crashed' }) }),
  })
  start()

  clock.advance(1050)

  assert.deepEqual([outcomes[0]?.failure, outcomes[0]?.error], ['crashed', 'Timed out after 1000 ms while looping.'])
})

test('whatever a runner reports after the deadline is dropped', () => {
  const { clock, reports, outcomes, start } = setUp()
  start()
  clock.advance(1050)

  reports[0]?.(succeeded(200, null))

  assert.equal(outcomes.length, 1)
  assert.equal(outcomes[0]?.failure, 'timeout')
})

test('a finished attempt has no deadline left and cancelling it does nothing', () => {
  const { clock, reports, outcomes, start, stopped } = setUp()
  const cancel = start()
  reports[0]?.(failed('status', 'no', { statusCode: 500 }))

  cancel()
  clock.advance(5000)

  assert.equal(outcomes.length, 1)
  assert.equal(stopped(), 0)
  assert.equal(clock.pendingTimers(), 0)
})

test('a cancelled attempt ends at once as cancelled', () => {
  const { outcomes, start, stopped } = setUp()

  start()()

  assert.equal(stopped(), 1)
  assert.equal(outcomes[0]?.kind, 'cancelled')
  assert.equal(outcomes[0]?.failure, null)
  assert.equal(outcomes[0]?.retryable, false)
  assert.equal(outcomes[0]?.error, 'Cancelled while reading the answer.')
})

test('a runner that reports while it starts is heard only after start has returned', async () => {
  const { outcomes, start } = setUp({
    start: (_, report) => {
      report(failed('egress_denied', 'no'))
      return { stop: () => HEARD }
    },
  })

  start()
  assert.equal(outcomes.length, 0)
  await Promise.resolve()

  assert.equal(outcomes[0]?.failure, 'egress_denied')
  assert.equal(outcomes[0]?.retryable, false)
})

test('a runner that throws becomes the failure internal, and its error goes to the log only', async () => {
  const bug = new Error('hunter2')
  const { outcomes, start, faults } = setUp({
    start: () => {
      throw bug
    },
  })

  start()
  await Promise.resolve()

  assert.equal(outcomes[0]?.failure, 'internal')
  assert.equal(outcomes[0]?.retryable, true)
  assert.equal(JSON.stringify(outcomes).includes('hunter2'), false)
  assert.deepEqual(faults, [bug])
})

test('a runner that throws when it is stopped still yields its outcome in time', () => {
  const bug = new Error('stop')
  const { clock, outcomes, start, faults } = setUp({
    start: () => ({
      stop: () => {
        throw bug
      },
    }),
  })
  start()

  clock.advance(1050)

  assert.equal(outcomes[0]?.failure, 'internal')
  assert.deepEqual(faults, [bug])
})

test('a listener that throws does not disturb the executor', () => {
  const { executor, assignment, reports, faults } = setUp()
  const bug = new Error('listener')
  executor.start(assignment, () => {
    throw bug
  })

  reports[0]?.(succeeded(200, null))

  assert.deepEqual(faults, [bug])
})

test('the promise form resolves with the outcome and follows an abort signal', async () => {
  const { executor, assignment, reports, stopped } = setUp()
  const controller = new AbortController()
  const first = executor.execute(assignment)
  const second = executor.execute(assignment, controller.signal)
  reports[0]?.(succeeded(200, 'x'))
  controller.abort()

  assert.equal((await first).output, 'x')
  assert.equal((await second).kind, 'cancelled')
  assert.equal(stopped(), 1)
})

test('an assignment whose signal is already aborted never reaches a runner', async () => {
  const { executor, assignment, reports } = setUp()

  const outcome = await executor.execute(assignment, AbortSignal.abort())

  assert.equal(outcome.kind, 'cancelled')
  assert.equal(reports.length, 0)
})

test('a target of a kind that no runner does fails without another try', async () => {
  const { executor, assignment } = setUp({ kind: 'other' as 'http' })

  const outcome = await executor.execute(assignment)

  assert.deepEqual([outcome.failure, outcome.retryable], ['malformed', false])
})

test('closing cancels what runs, closes the runners and starts nothing more', async () => {
  const { executor, assignment, outcomes, start, closed, reports } = setUp()
  start()

  await executor.close()
  const late = await executor.execute(assignment)

  assert.equal(outcomes[0]?.kind, 'cancelled')
  assert.equal(closed(), 1)
  assert.deepEqual([late.failure, late.retryable], ['internal', true])
  assert.equal(reports.length, 1)
})
