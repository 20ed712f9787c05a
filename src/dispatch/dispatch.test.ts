/** Never early, never without a lease, never lost at a stop. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import type { Assignment, Outcome } from '../domain/attempt.ts'
import { createDispatchStation, createInProcessTransport } from './dispatch.ts'

const outcome = (kind: Outcome['kind']): Outcome => ({
  kind,
  startedAt: 0,
  finishedAt: 0,
  durationMs: 0,
  statusCode: 200,
  output: null,
  error: null,
  failure: null,
  retryable: true,
  retryAfterMs: null,
})

const assignment = (executionId: string, scheduledFor: number, jobKey = 1): Assignment => ({
  executionId,
  workspaceKey: 1,
  jobId: 'j',
  jobKey,
  jobName: 'a job',
  attempt: 1,
  scheduledFor,
  trigger: 'schedule',
  timeoutMs: 1000,
  target: { kind: 'http', url: 'http://example.com/', method: 'GET' },
  policies: {},
})

const station = ({ capacity = 10, mayStart = true } = {}) => {
  const clock = manualClock(1000)
  const sent: string[] = []
  const calls = new Map<string, (outcome: Outcome) => void>()
  const outcomes: string[] = []
  const handedBack: string[] = []
  const transport = createInProcessTransport(
    (one, done) => {
      sent.push(`${one.executionId}@${clock.now()}`)
      calls.set(one.executionId, done)
      return () => done(outcome('cancelled'))
    },
    async () => {},
  )
  const dispatch = createDispatchStation({
    clock,
    transport,
    capacity,
    mayStartCalls: () => mayStart,
    onOutcome: (one, { kind }) => outcomes.push(`${one.executionId} ${kind}`),
    onHandBack: (one) => handedBack.push(one.executionId),
  })
  return { clock, sent, outcomes, handedBack, dispatch, answer: (id: string) => calls.get(id)?.(outcome('success')) }
}

describe('dispatch', () => {
  it('what was claimed ahead is sent at its millisecond, not before', () => {
    const { dispatch, clock, sent } = station()

    dispatch.assign([assignment('a', 1030), assignment('b', 1010), assignment('c', 990)])
    assert.deepEqual(sent, ['c@1000'])
    clock.advance(9)
    assert.equal(sent.length, 1)
    clock.advance(41)

    assert.deepEqual(sent, ['c@1000', 'b@1010', 'a@1030'])
  })

  it('a clock that went back while holding delays the call instead of sending early', () => {
    const { dispatch, clock, sent } = station()
    dispatch.assign([assignment('a', 1030)])

    clock.setWall(900)
    clock.advance(30)
    assert.deepEqual(sent, [])
    clock.advance(100)

    assert.deepEqual(sent, ['a@1030'])
  })

  it('room counts what is held and what is under way', () => {
    const { dispatch, answer } = station({ capacity: 3 })
    dispatch.assign([assignment('a', 0), assignment('b', 2000)])
    assert.equal(dispatch.room(), 1)
    answer('a')
    assert.equal(dispatch.room(), 2)
  })

  it('without enough of the lease nothing is sent, it is handed back', () => {
    const { dispatch, sent, handedBack } = station({ mayStart: false })
    dispatch.assign([assignment('a', 0)])
    assert.deepEqual([sent, handedBack], [[], ['a']])
  })

  it('tells until when something is held of a job', () => {
    const { dispatch, clock } = station()
    dispatch.assign([assignment('a', 1030, 1), assignment('b', 1040, 1), assignment('c', 1050, 2)])

    assert.deepEqual([dispatch.heldUntil(1), dispatch.heldUntil(2), dispatch.heldUntil(3)], [1040, 1050, null])
    clock.advance(40)
    assert.deepEqual([dispatch.heldUntil(1), dispatch.heldUntil(2)], [null, 1050])
  })

  it('after the lease is lost, outcomes of calls under way belong to nobody', () => {
    const { dispatch, outcomes, answer } = station()
    dispatch.assign([assignment('a', 0)])
    dispatch.abandon()
    answer('a')
    assert.deepEqual(outcomes, [])
  })

  it('a stop hands back what is held, waits for calls under way, and cuts those that outlast the grace', async () => {
    const { dispatch, clock, outcomes, handedBack, answer } = station()
    dispatch.assign([assignment('quick', 0), assignment('slow', 0), assignment('held', 5000)])

    const drained = dispatch.drain(2000)
    answer('quick')
    clock.advance(2000)
    await drained

    assert.deepEqual(handedBack, ['held'])
    assert.deepEqual(outcomes, ['quick success', 'slow cancelled'])
    assert.equal(dispatch.room(), 0)
  })
})
