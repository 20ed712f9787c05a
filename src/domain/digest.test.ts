/** Digests are due at eight in the morning of their zone, whatever its clock does. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digestTimes } from './digest.ts'

const at = (text: string): number => Date.parse(text)
const times = (cadence: 'daily' | 'weekly', now: string, zone: string): string[] => {
  const { last, next } = digestTimes(cadence, at(now), zone)
  return [last, next].map((instant) => new Date(instant).toISOString().slice(0, 16))
}

describe('digests are due', () => {
  it('each day at eight, of which the very instant is part', () => {
    assert.deepEqual(times('daily', '2026-11-24T22:59:59Z', 'Asia/Tokyo'), ['2026-11-23T23:00', '2026-11-24T23:00'])
    assert.deepEqual(times('daily', '2026-11-24T23:00:00Z', 'Asia/Tokyo'), ['2026-11-24T23:00', '2026-11-25T23:00'])
  })

  it('each Monday at eight', () => {
    assert.deepEqual(times('weekly', '2026-11-23T07:59:00Z', 'UTC'), ['2026-11-16T08:00', '2026-11-23T08:00'])
    for (const day of ['2026-11-23T08:00:00Z', '2026-11-25T00:00:00Z', '2026-11-29T23:00:00Z'])
      assert.deepEqual(times('weekly', day, 'UTC'), ['2026-11-23T08:00', '2026-11-30T08:00'])
  })

  it('at eight of the wall clock on days of 23 and of 25 hours', () => {
    assert.deepEqual(times('daily', '2026-03-29T00:30:00Z', 'Europe/Berlin'), ['2026-03-28T07:00', '2026-03-29T06:00'])
    assert.deepEqual(times('daily', '2026-10-25T00:30:00Z', 'Europe/Berlin'), ['2026-10-24T06:00', '2026-10-25T07:00'])
  })
})
