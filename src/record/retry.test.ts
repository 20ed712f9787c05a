/** What an outcome becomes, and when the next attempt is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Assignment, Outcome } from '../domain/attempt.ts'
import { DEFAULT_POLICIES, type PolicyChoices } from '../domain/policies.ts'
import { outcomeWrite } from './outcome-write.ts'
import { retryAt } from './retry.ts'

const retry = { attempts: 5, firstDelayMs: 1000, factor: 3, longestDelayMs: 20_000 }
const failed = { retryable: true, retryAfterMs: null }
const almostOne = () => 0.999999

const assignment = (attempt: number, policies: PolicyChoices): Assignment => ({
  executionId: 'e',
  workspaceKey: 1,
  jobId: 'j',
  jobKey: 1,
  jobName: 'a job',
  attempt,
  scheduledFor: 0,
  trigger: 'schedule',
  timeoutMs: 1000,
  target: { kind: 'http', url: 'http://example.com/', method: 'GET' },
  policies,
})
const outcome = (kind: Outcome['kind'], more: Partial<Outcome> = {}): Outcome => ({
  kind,
  startedAt: 0,
  finishedAt: 5,
  durationMs: 5,
  statusCode: null,
  output: null,
  error: null,
  failure: null,
  retryable: true,
  retryAfterMs: null,
  ...more,
})
const written = (attempt: number, policies: PolicyChoices, kind: Outcome['kind'], more?: Partial<Outcome>) =>
  outcomeWrite(assignment(attempt, policies), outcome(kind, more), 100, almostOne)

describe('retry', () => {
  it('the bound of the wait grows by the factor up to the longest, and the wait is drawn below it', () => {
    const bounds = [1, 2, 3, 4].map((attempt) =>
      retryAt({ retry, attempt, outcome: failed, now: 0, random: almostOne }),
    )
    assert.deepEqual(bounds, [999, 2999, 8999, 19_999])
    assert.equal(retryAt({ retry, attempt: 4, outcome: failed, now: 7, random: () => 0 }), 7)
  })

  it('no attempt follows the last one, nor a failure that another try cannot mend', () => {
    assert.equal(retryAt({ retry, attempt: 5, outcome: failed, now: 0, random: almostOne }), null)
    const hopeless = { retryable: false, retryAfterMs: null }
    assert.equal(retryAt({ retry, attempt: 1, outcome: hopeless, now: 0, random: almostOne }), null)
  })

  it('Retry-After is the least wait', () => {
    const asked = { retryable: true, retryAfterMs: 60_000 }
    assert.equal(retryAt({ retry, attempt: 1, outcome: asked, now: 0, random: almostOne }), 60_000)
  })

  it('by default a failed attempt is not repeated', () => {
    assert.equal(DEFAULT_POLICIES.retry.attempts, 1)
    assert.deepEqual([written(1, {}, 'failure').to, written(1, {}, 'failure').reason], ['failed', null])
  })
})

describe('the row an outcome becomes', () => {
  it('a plain success writes no row of its attempt', () => {
    const row = written(1, {}, 'success')
    assert.deepEqual([row.to, row.keepAttempt], ['success', false])
    assert.equal(written(2, {}, 'success').keepAttempt, true)
  })

  it('a failure with tries left waits as pending, with its time stored', () => {
    const row = written(1, { retry }, 'failure')
    assert.deepEqual([row.to, row.notBefore, row.keepAttempt], ['pending', 100 + 999, true])
  })

  it('the last failure says that the attempts are used up', () => {
    assert.equal(written(5, { retry }, 'failure').reason, 'attempts_used_up')
  })

  it('a call cut by our own stop is tried again, or under at_most_once kept as uncertain', () => {
    assert.equal(written(1, {}, 'cancelled').to, 'pending')
    assert.equal(written(1, { delivery: 'at_most_once' }, 'cancelled').to, 'uncertain')
  })

  it('pausing after failures is asked for only with the final failure', () => {
    assert.equal(written(1, { pauseAfterFailures: 3 }, 'failure').pauseAfterFailures, 3)
    assert.equal(written(1, { pauseAfterFailures: 3, retry }, 'failure').pauseAfterFailures, null)
  })
})
