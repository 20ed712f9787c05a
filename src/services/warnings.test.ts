/** What the operator is warned of, and when not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseAgeDays } from '../domain/zone-release.ts'
import { type Health, warningsOf } from './warnings.ts'

const NOW = Date.UTC(2026, 10, 20)
const HOUR = 3_600_000
const MEBIBYTE = 2 ** 20

const WELL: Health = {
  now: NOW,
  claiming: { on: true, reason: null },
  tzdata: '2026c',
  tzdataAgeDays: 100,
  sizes: { database: 1, free: 0, log: 64 * MEBIBYTE },
  lastJump: null,
  upkeep: { finishedAt: NOW - HOUR, trouble: null },
  startedAt: NOW - 48 * HOUR,
}

test('a server that is well warns of nothing', () => {
  assert.deepEqual(warningsOf(WELL), [])
  assert.deepEqual(warningsOf({ ...WELL, upkeep: null, startedAt: NOW - HOUR }), [])
})

const CASES: readonly (readonly [name: string, ill: Partial<Health>, said: RegExp])[] = [
  ['nothing is claimed', { claiming: { on: false, reason: 'the disk is full' } }, /the disk is full/],
  ['P9: the rules of time zones are older than 180 days', { tzdataAgeDays: 181 }, /2026c.*181 days/],
  ['F07: the log is longer than 256 MiB', { sizes: { database: 1, free: 0, log: 257 * MEBIBYTE } }, /257 MiB/],
  ['the clock jumped today', { lastJump: { at: NOW - HOUR, ms: -3_600_000 } }, /jumped by -3600\.0 s/],
  ['the last upkeep failed', { upkeep: { finishedAt: NOW, trouble: 'no' } }, /upkeep failed: no/],
  ['no upkeep for long', { upkeep: { finishedAt: NOW - 4 * HOUR, trouble: null } }, /No round of upkeep/],
]

for (const [name, ill, said] of CASES)
  test(`it warns when ${name}`, () => {
    const warnings = warningsOf({ ...WELL, ...ill })

    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', said)
  })

test('the age of a release is known to the day where its day is known, else estimated by its letter', () => {
  assert.equal(releaseAgeDays('2025b', Date.UTC(2025, 2, 23)), 1)
  assert.equal(releaseAgeDays('2026c', Date.UTC(2026, 10, 20)), 111)
  assert.equal(releaseAgeDays('2026c', Date.UTC(2026, 6, 1)), 0)
  assert.equal(releaseAgeDays('2031z', Date.UTC(2031, 11, 31)), 30)
  assert.equal(releaseAgeDays('unknown', NOW), null)
})
