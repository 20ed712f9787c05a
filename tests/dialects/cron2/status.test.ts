/** The one status of a run: what the target answered, 408 and 500 where no answer came. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '../../../src/api/dialects/cron2/status.ts'

test('an answer keeps its code; a time-out is 408, whatever had come by then; all else is 500', () => {
  const failed = (statusCode: number | null, error: string) => statusOf({ status: 'failed', statusCode, error })

  assert.equal(statusOf({ status: 'success', statusCode: 204, error: null }), 204)
  assert.equal(statusOf({ status: 'success', statusCode: null, error: null }), 200)
  assert.equal(failed(503, 'The target answered 503 Service Unavailable; success is 200–399.'), 503)
  assert.equal(failed(null, 'Timed out after 30000 ms while waiting for the answer.'), 408)
  assert.equal(failed(200, 'Timed out after 30000 ms while reading the body.'), 408)
  assert.equal(failed(null, 'The connection was refused.'), 500)
  assert.equal(statusOf({ status: 'cancelled', statusCode: null, error: null }), 500)
})
