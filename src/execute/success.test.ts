/** What counts as a success. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SuccessRule } from '../domain/target.ts'
import { judgeOf } from './success.ts'

const judge = (rule: SuccessRule | undefined, status: number, body = '', durationMs = 0) =>
  judgeOf(rule)({ status, body: Buffer.from(body), durationMs })

test('without a rule 200 to 299 is success and nothing else', () => {
  for (const status of [200, 204, 299]) assert.equal(judge(undefined, status), null)
  for (const status of [300, 304, 400, 404, 500, 599, 999]) assert.equal(judge(undefined, status)?.failure, 'status')
})

test('a rule may name ranges of statuses', () => {
  const rule: SuccessRule = {
    status: [
      [200, 200],
      [400, 404],
    ],
  }

  assert.equal(judge(rule, 404), null)
  assert.equal(judge(rule, 201)?.error, 'The target answered 201 Created; success is 200, 400–404.')
})

test('every failing status may be tried again except 410, which says the target is gone for good', () => {
  for (const status of [400, 401, 404, 408, 425, 429, 500, 502, 503, 504]) {
    assert.equal(judge(undefined, status)?.retryable, true, String(status))
  }
  assert.equal(judge(undefined, 410)?.retryable, false)
})

test('the body must contain one text and lack another', () => {
  const rule: SuccessRule = { bodyContains: 'grün', bodyLacks: 'ERROR' }

  assert.equal(judge(rule, 200, 'alles grün'), null)
  assert.equal(judge(rule, 200, 'alles rot')?.failure, 'body')
  assert.equal(judge(rule, 200, 'grün, but ERROR')?.failure, 'body')
  assert.equal(judge(rule, 200, '')?.failure, 'body')
})

test('an answer that takes longer than allowed fails, though it came', () => {
  assert.equal(judge({ longestMs: 100 }, 200, '', 100), null)
  assert.equal(judge({ longestMs: 100 }, 200, '', 101)?.failure, 'too_slow')
})

test('the status is judged before the body, and the body before the time', () => {
  const rule: SuccessRule = { bodyContains: 'x', longestMs: 1 }

  assert.equal(judge(rule, 500, '', 5)?.failure, 'status')
  assert.equal(judge(rule, 200, '', 5)?.failure, 'body')
})

test('the reason is in our words, never in those of the target', () => {
  assert.equal(judge(undefined, 799)?.error, 'The target answered 799; success is 200–299.')
})
