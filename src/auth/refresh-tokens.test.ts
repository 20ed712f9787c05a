/** Refresh tokens: opaque, and only this server can make one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../domain/ids.ts'
import { createRefreshTokens, refreshHash } from './refresh-tokens.ts'

const SECRET = 's'.repeat(40)

test('a refresh token names its session and carries 256 random bits', () => {
  const tokens = createRefreshTokens(SECRET)
  const sessionId = newId()

  const token = tokens.create(sessionId)

  assert.equal(tokens.sessionOf(token), sessionId)
  assert.equal(Buffer.from(token.split('.')[2] ?? '', 'base64url').length, 32)
  assert.notEqual(tokens.create(sessionId), token)
  assert.match(refreshHash(token), /^[0-9a-f]{64}$/)
})

test('a token made up for a session that somebody has seen names no session', () => {
  const tokens = createRefreshTokens(SECRET)
  const sessionId = newId()
  const ours = tokens.create(sessionId)

  for (const token of [
    createRefreshTokens('o'.repeat(40)).create(sessionId),
    ours.replace(sessionId, newId()),
    `${ours}A`,
    ours.slice(0, -1),
    `crt.${sessionId}.${'A'.repeat(43)}.${'A'.repeat(22)}`,
    '',
    'crt...',
    'x'.repeat(1_000_000),
  ]) {
    assert.equal(tokens.sessionOf(token), null, token.slice(0, 100))
  }
})

test('a token made before a change of keys stays good while the former key is known', () => {
  const sessionId = newId()
  const token = createRefreshTokens(SECRET).create(sessionId)

  assert.equal(createRefreshTokens('n'.repeat(40), [SECRET]).sessionOf(token), sessionId)
  assert.equal(createRefreshTokens('n'.repeat(40)).sessionOf(token), null)
})
