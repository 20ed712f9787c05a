/** What an API key looks like, and how it is told from what only looks like one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiKeyHash, createApiKey, isSameHash, publicIdOf } from './api-keys.ts'

test('a key carries its public id, and no two are alike', () => {
  const keys = Array.from({ length: 100 }, createApiKey)

  assert.equal(new Set(keys.map(({ text }) => text)).size, 100)
  for (const { text, publicId, hash } of keys) {
    assert.equal(publicIdOf(text), publicId)
    assert.equal(apiKeyHash(text), hash)
    assert.ok(text.startsWith(`crl_${publicId}_`) && text.length === 62)
  }
})

test('a key with any character changed, added or left out is known as none without asking anybody', () => {
  const { text } = createApiKey()

  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'a' ? 'b' : 'a'
    assert.equal(publicIdOf(text.slice(0, at) + other + text.slice(at + 1)), null, `changed at ${at}`)
    assert.equal(publicIdOf(text.slice(0, at) + text.slice(at + 1)), null, `without ${at}`)
  }
  for (const wrong of ['', 'crl_', `${text}a`, ` ${text}`, text.toUpperCase()]) assert.equal(publicIdOf(wrong), null)
})

test('S110: hashes are compared as digests of one length, and texts of another length are simply different', () => {
  const { hash } = createApiKey()

  assert.equal(isSameHash(hash, hash), true)
  assert.equal(isSameHash(hash, createApiKey().hash), false)
  assert.equal(isSameHash(hash, hash.slice(2)), false)
  assert.equal(isSameHash(hash, ''), false)
})
