/** Secrets of a job over the wire: given once, kept through edits, shown never. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

test('S36: a secret goes in and never comes out; an edit keeps it, but not for another origin', async (t) => {
  const { ask, stranger, lines } = await anApi(t)
  const { token } = await stranger()
  const canary = 'canary-hunter2'
  const target = { kind: 'http', url: 'https://example.com/a', auth: { kind: 'bearer', token: canary } }
  const made = await ask('POST', '/jobs', { token, body: aJob({ target }) })
  const { id } = made.body
  const change = (edit: Record<string, unknown>) => ask('PATCH', `/jobs/${id}`, { token, body: { target: edit } })

  const kept = await change({ url: 'https://example.com/b' })
  const sentBack = await change({ auth: kept.body.target.auth })
  const stolen = await change({ url: 'https://evil.example/b' })
  const given = await change({ url: 'https://evil.example/b', auth: { kind: 'bearer', token: 'another' } })
  const gone = await change({ auth: null })

  assert.match(made.body.target.auth.token.fingerprint, /^[0-9a-f]{8}$/)
  assert.deepEqual(kept.body.target.auth, made.body.target.auth)
  assert.deepEqual([sentBack.status, sentBack.body.target.auth], [200, made.body.target.auth])
  assert.deepEqual([stolen.status, stolen.body.code], [422, 'invalid'])
  assert.equal(given.status, 200, given.text)
  assert.notEqual(given.body.target.auth.token.fingerprint, made.body.target.auth.token.fingerprint)
  assert.equal(gone.body.target.auth, null)
  assert.ok(![made, kept, stolen, given].some(({ text }) => text.includes(canary)))
  assert.ok(!lines.join('').includes(canary))
})
