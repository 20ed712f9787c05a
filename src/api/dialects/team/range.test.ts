/** Bounds of a range, as clients of the team dialect give them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeOf, rangeToTeam, wholeOf } from './range.ts'

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds

test('dates are days in UTC, the last one whole; offsets are honoured; what is absent bounds nothing', () => {
  assert.deepEqual(rangeOf({}), {})
  assert.deepEqual(rangeOf({ from: '', to: '' }), {})
  assert.deepEqual(rangeOf({ from: '2025-12-01', to: '2025-12-01' }), {
    from: at('2025-12-01T00:00:00Z'),
    to: at('2025-12-02T00:00:00Z'),
  })
  assert.equal(rangeOf({ from: '2025-12-01T09:00:00+09:00' }).from, at('2025-12-01T00:00:00Z'))
  assert.equal(rangeOf({ from: '2025-12-01T09:00:00 09:00' }).from, at('2025-12-01T00:00:00Z'))
  assert.equal(rangeOf({ to: '2025-12-01T09:30' }).to, at('2025-12-01T09:30:00Z'))
  assert.equal(rangeOf({ to: '2025-12-01T09:30:00.5Z' }).to, at('2025-12-01T09:30:00.5Z'))
})

test('the bounds in use are told without a zone', () => {
  assert.deepEqual(rangeToTeam(rangeOf({ from: '2025-12-01', to: '2025-12-31' })), {
    from: '2025-12-01T00:00:00',
    to: '2026-01-01T00:00:00',
  })
  assert.deepEqual(rangeToTeam({}), { from: null, to: null })
})

test('what is no date, and a range that ends before it begins, is refused', () => {
  for (const given of ['yesterday', '2025-13-01', '2025-02-30', '12', '2025-12-01T25:00:00'])
    assert.throws(() => rangeOf({ from: given }), { status: 400, title: 'Invalid date' })
  for (const query of [
    { from: '2025-12-02', to: '2025-12-01' },
    { from: '2025-12-01T00:00:00', to: '2025-12-01T00:00:00' },
  ])
    assert.throws(() => rangeOf(query), { status: 400, title: 'Invalid date range' })
})

test('a whole number is brought between its bounds, and anything else refused in the form of the prefix', () => {
  const page = { name: 'page', byDefault: 1, least: 1, most: 100 }
  const first = { generation: 1, prefix: '/api' } as const
  const second = { generation: 2, prefix: '/api/v2' } as const

  assert.deepEqual(
    [{}, { page: '7' }, { page: '0' }, { page: '-3' }, { page: '1000' }].map((query) => wholeOf(first, query, page)),
    [1, 7, 1, 1, 100],
  )
  assert.throws(() => wholeOf(first, { page: 'x' }, page), { status: 400, title: 'Invalid page' })
  assert.throws(() => wholeOf(second, { page: '1.5' }, page), { status: 422 })
})
