/** Which attempts count towards the quarantine of a job. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../domain/target.ts'
import { crashOf, mayHaveCrashedNode } from './crashes.ts'

const http: Target = { kind: 'http', url: 'https://example.com', method: 'GET' }
const report: Target = { kind: 'function', function: 'report', args: [], kwargs: {} }

test('only a crash of a function counts, and only a success of one begins anew', () => {
  assert.deepEqual(crashOf(report, { kind: 'failure', failure: 'crashed' }), { crash: 'counts' })
  assert.deepEqual(crashOf(report, { kind: 'success', failure: null }), { crash: 'clears' })
  for (const failure of ['exception', 'timeout', 'malformed', 'internal'] as const)
    assert.deepEqual(crashOf(report, { kind: 'failure', failure }), {})
  assert.deepEqual(crashOf(report, { kind: 'cancelled', failure: null }), {})
  assert.deepEqual(crashOf(http, { kind: 'success', failure: null }), {}, 'a plain success of others costs nothing')
})

test('a node that ended may have been brought down by a function, and by nothing that it called', () => {
  assert.deepEqual([mayHaveCrashedNode(report), mayHaveCrashedNode(http)], [true, false])
})
