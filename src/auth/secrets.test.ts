/** Sealed secrets open in their place, with their key, unaltered; nowhere else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecrets } from './secrets.ts'

const KEY = 'k'.repeat(40)
const PLACE = { workspaceKey: 1, owner: 'job-1', field: 'target.auth.token' }

test('a sealed secret says nothing of its content and opens in its place', () => {
  const secrets = createSecrets(KEY)

  const sealed = secrets.seal('ghp_canary', PLACE)

  assert.match(sealed, /^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/)
  assert.equal(sealed.includes('canary'), false)
  assert.equal(secrets.open(sealed, PLACE), 'ghp_canary')
  assert.notEqual(secrets.seal('ghp_canary', PLACE), sealed)
})

test('S95: a sealed secret moved to another workspace, job or field stays shut', () => {
  const secrets = createSecrets(KEY)
  const sealed = secrets.seal('token', PLACE)

  for (const place of [
    { ...PLACE, workspaceKey: 2 },
    { ...PLACE, owner: 'job-2' },
    { ...PLACE, field: 'target.auth.password' },
    { ...PLACE, owner: 'job-1","target.auth.token' },
  ]) {
    assert.throws(() => secrets.open(sealed, place))
  }
})

test('S95: a sealed secret with any character changed stays shut', () => {
  const secrets = createSecrets(KEY)
  const sealed = secrets.seal('token', PLACE)

  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    const altered = sealed.slice(0, at) + other + sealed.slice(at + 1)
    // The last character of base64url may carry unused bits: a change there is not a change of the bytes.
    if (
      Buffer.from(altered.split('.')[3] ?? '', 'base64url').equals(Buffer.from(sealed.split('.')[3] ?? '', 'base64url'))
    ) {
      if (altered.split('.').slice(0, 3).join() === sealed.split('.').slice(0, 3).join()) continue
    }
    assert.throws(() => secrets.open(altered, PLACE), `character ${at}`)
  }
})

test('nothing that was never sealed opens, plain text least of all', () => {
  const secrets = createSecrets(KEY)

  for (const text of ['', 'token', 'v1.', 'v1.00000000.AAAA.AAAA', 'v2.a.b.c', `${secrets.seal('x', PLACE)}.more`]) {
    assert.throws(() => secrets.open(text, PLACE), text)
  }
})

test('after a change of keys the old secrets open with the former key, and only with it', () => {
  const sealed = createSecrets(KEY).seal('token', PLACE)

  const rotated = createSecrets('n'.repeat(40), [KEY])
  const lost = createSecrets('n'.repeat(40))

  assert.equal(rotated.open(sealed, PLACE), 'token')
  assert.equal(rotated.isCurrent(sealed), false)
  assert.equal(rotated.isCurrent(rotated.seal('token', PLACE)), true)
  assert.throws(() => lost.open(sealed, PLACE), /is not known here/)
})

test('fingerprints tell equal secrets of one workspace, and differ between workspaces and servers', () => {
  const secrets = createSecrets(KEY)

  assert.match(secrets.fingerprint('token', 1), /^[0-9a-f]{8}$/)
  assert.equal(secrets.fingerprint('token', 1), secrets.fingerprint('token', 1))
  assert.notEqual(secrets.fingerprint('token', 1), secrets.fingerprint('other', 1))
  assert.notEqual(secrets.fingerprint('token', 1), secrets.fingerprint('token', 2))
  assert.notEqual(secrets.fingerprint('token', 1), createSecrets('n'.repeat(40)).fingerprint('token', 1))
})

test('S96: no nonce comes twice in 20,000 sealings', () => {
  const secrets = createSecrets(KEY)

  const nonces = new Set(Array.from({ length: 20_000 }, () => secrets.seal('x', PLACE).split('.')[2]))

  assert.equal(nonces.size, 20_000)
})
