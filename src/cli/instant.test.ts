/** Instants as people write them. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readInstant } from './instant.ts'

const read = (text: string): string => readInstant('--at', text, 'Europe/Berlin')

it('an instant may leave its seconds out, with an offset and without', () => {
  assert.equal(read('2026-03-29T01:30Z'), '2026-03-29T01:30:00Z')
  assert.equal(read('2026-03-29T01:30:00Z'), '2026-03-29T01:30:00Z')
  assert.equal(read('2026-03-29T01:30+09:00'), '2026-03-28T16:30:00Z')
  assert.equal(read('2026-06-01T12:00'), '2026-06-01T10:00:00Z')
  assert.equal(read('2026-06-01 12:00:05'), '2026-06-01T10:00:05Z')
})

it('a day alone is midnight of the zone', () => {
  assert.equal(read('2026-06-01'), '2026-05-31T22:00:00Z')
})

it('what is no instant is refused', () => {
  for (const text of ['soon', '', '2026-13-01T00:00Z', '2026-06-01T25:00']) assert.throws(() => read(text))
})
