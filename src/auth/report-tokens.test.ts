/** The token of one attempt opens that attempt alone, and tells nobody anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReportTokens } from './report-tokens.ts'

const KEY = 'a key of more than thirty-two characters'
const ATTEMPT = { workspaceKey: 7, executionId: '01990000-0000-7000-8000-000000000001', attempt: 2 }

test('a token names its workspace to us, for its own execution and attempt alone', () => {
  const tokens = createReportTokens(KEY)
  const token = tokens.tokenOf(ATTEMPT)

  assert.equal(tokens.workspaceOf(token, ATTEMPT), 7)
  assert.equal(tokens.workspaceOf(token, { ...ATTEMPT, attempt: 1 }), null)
  assert.equal(tokens.workspaceOf(token, { ...ATTEMPT, executionId: ATTEMPT.executionId.replace('1', '2') }), null)
  assert.notEqual(token, tokens.tokenOf({ ...ATTEMPT, workspaceKey: 8 }))
})

test('no altered token passes, whichever character was touched', () => {
  const tokens = createReportTokens(KEY)
  const token = tokens.tokenOf(ATTEMPT)

  for (let at = 0; at < token.length - 1; at++) {
    const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    assert.equal(tokens.workspaceOf(altered, ATTEMPT), null, altered)
  }
  for (const wrong of ['', 'crp_', token.slice(0, -1), `${token}A`, token.slice(4), `${token}\n`]) {
    assert.equal(tokens.workspaceOf(wrong, ATTEMPT), null, JSON.stringify(wrong))
  }
})

test('a change of the key does not cut off attempts that are under way; a key that is forgotten does', () => {
  const token = createReportTokens(KEY).tokenOf(ATTEMPT)
  const other = 'another key of more than thirty-two characters'

  assert.equal(createReportTokens(other, [KEY]).workspaceOf(token, ATTEMPT), 7)
  assert.equal(createReportTokens(other).workspaceOf(token, ATTEMPT), null)
})
