/** Who listens, as the stations ask for it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import type { Interest } from '../domain/event.ts'
import { createInterests } from './interest.ts'

const interest = (given: Partial<Interest>): Interest => ({
  id: 'stream',
  workspaceKey: 1,
  jobKey: null,
  types: null,
  expiresAt: null,
  ...given,
})

const told = async (...interests: Interest[]) => {
  const listening = createInterests({
    read: async () => interests,
    clock: manualClock(0),
    onFault: (error) => assert.fail(String(error)),
  })
  await listening.refresh()
  return listening.wanted
}

describe('an interest', () => {
  it('in a workspace is one in all its jobs and kinds, and in no other workspace', async () => {
    const wanted = await told(interest({}))

    assert.deepEqual([wanted(1, 5, 'execution.succeeded'), wanted(2, 5, 'execution.succeeded')], [true, false])
  })

  it('in one job, or in some kinds, is in no other', async () => {
    const wanted = await told(interest({ jobKey: 5, types: ['execution.skipped'] }))

    assert.deepEqual(
      [wanted(1, 5, 'execution.skipped'), wanted(1, 6, 'execution.skipped'), wanted(1, 5, 'execution.succeeded')],
      [true, false, false],
    )
  })

  it('is heard of within a second, kept while the store is away, and asked for no more after the stop', async () => {
    const clock = manualClock(0)
    const faults: unknown[] = []
    let read = async (): Promise<Interest[]> => []
    const listening = createInterests({ read: () => read(), clock, onFault: (error) => faults.push(error) })
    const pass = async () => {
      clock.advance(1000)
      await new Promise(setImmediate)
      return listening.wanted(1, 1, 'job.ended')
    }

    listening.start()
    await new Promise(setImmediate)
    assert.equal(await pass(), false)
    read = async () => [interest({})]
    assert.equal(await pass(), true)
    read = () => Promise.reject(new Error('away'))
    assert.equal(await pass(), true)
    assert.equal(faults.length, 1)
    listening.stop()
    assert.equal(clock.pendingTimers(), 0)
  })
})
