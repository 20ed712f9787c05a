/** Near every kind of clock change, the product and a brute-force walk over minutes must agree. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compile, countBetween, latestUpTo, nextAfter } from '../../src/schedule/schedule.ts'
import { dueAmong, minutesOf } from './oracle.ts'
import { type Random, randomFrom, randomSample, type Sample } from './random-schedule.ts'

const WINDOWS = 260
const SAMPLES_PER_WINDOW = 40
const INSTANTS_PER_SAMPLE = 12
const HOUR = 3_600_000
const MINUTE = 60_000

/** Rare changes that a random choice among thousands would seldom meet. */
const RARE = [
  { zone: 'Pacific/Apia', at: '2011-12-30T10:00Z' },
  { zone: 'Pacific/Kwajalein', at: '1993-08-21T12:00Z' },
  { zone: 'Antarctica/Vostok', at: '1994-01-31T17:00Z' },
  { zone: 'Antarctica/Casey', at: '2010-03-04T15:00Z' },
  { zone: 'Antarctica/Casey', at: '2020-10-03T16:01Z' },
  { zone: 'Antarctica/Troll', at: '2026-03-29T01:00Z' },
  { zone: 'Antarctica/Troll', at: '2026-10-25T01:00Z' },
  { zone: 'Australia/Lord_Howe', at: '2026-04-04T15:00Z' },
  { zone: 'Australia/Lord_Howe', at: '2026-10-03T15:30Z' },
  { zone: 'America/Nuuk', at: '2026-03-29T01:00Z' },
  { zone: 'Africa/Cairo', at: '2026-10-29T21:00Z' },
  { zone: 'Africa/Cairo', at: '2026-04-23T22:00Z' },
  { zone: 'Pacific/Chatham', at: '2026-04-04T14:00Z' },
  { zone: 'Asia/Pyongyang', at: '2018-05-04T15:00Z' },
  { zone: 'Africa/Casablanca', at: '2025-02-23T02:00Z' },
  { zone: 'UTC', at: '2026-02-28T23:00Z' },
] as const

type Change = { readonly zone: string; readonly at: number }

/** A random change of clock between 1973 (whole minutes everywhere from then on) and 2060. */
const randomChange = (random: Random, zones: readonly string[]): Change => {
  for (;;) {
    const zone = random.pick(zones)
    const from = Temporal.PlainDate.from({ year: random.int(1973, 2059), month: random.int(1, 12), day: 1 })
    const change = from.toZonedDateTime(zone).getTimeZoneTransition('next')
    if (change !== null && change.year < 2061) return { zone, at: change.epochMilliseconds }
  }
}

const check = (
  sample: Sample,
  due: readonly number[],
  asked: { random: Random; change: Change; from: number; to: number },
): void => {
  const { random, change, from, to } = asked
  const compiled = compile({ zone: 'UTC', schedules: [sample.schedule] }, '')
  for (let i = 0; i < INSTANTS_PER_SAMPLE; i++) {
    const after = Math.max(from, change.at + random.int(-30 * HOUR, 30 * HOUR))
    const upTo = Math.min(to - 1, after + random.int(0, 30 * HOUR))
    const between = due.filter((t) => t > after && t <= upTo)
    const next = due.find((t) => t > after)
    const told = `${JSON.stringify(sample.schedule)} after ${new Date(after).toISOString()}`

    const answer = nextAfter(compiled, after)
    assert.ok(answer === null || answer > after, `${told}: the next instant is later than the one asked`)
    if (next !== undefined) assert.equal(answer, next, `${told}: next`)
    else assert.ok(answer === null || answer >= to, `${told}: nothing before the window ends`)
    assert.equal(latestUpTo(compiled, after, upTo), between.at(-1) ?? null, `${told}: latest up to ${upTo}`)
    assert.equal(countBetween(compiled, after, upTo), between.length, `${told}: count up to ${upTo}`)
  }
}

describe('random schedules near clock changes', () => {
  it(`agree with a walk over minutes in ${WINDOWS * SAMPLES_PER_WINDOW * INSTANTS_PER_SAMPLE} cases`, (t) => {
    const seed = Number(process.env.CARILLON_TEST_SEED ?? Math.floor(Math.random() * 0x100000000))
    t.diagnostic(`seed ${seed}; repeat with CARILLON_TEST_SEED=${seed}`)
    const random = randomFrom(seed)
    const zones = Intl.supportedValuesOf('timeZone').filter(
      (zone) =>
        Temporal.Instant.from('1973-01-01T00:00Z').toZonedDateTimeISO(zone).getTimeZoneTransition('next') !== null,
    )
    let fired = 0

    for (let window = 0; window < WINDOWS; window++) {
      const rare = RARE[window]
      const change = rare === undefined ? randomChange(random, zones) : { zone: rare.zone, at: Date.parse(rare.at) }
      const from = Math.floor(change.at / MINUTE) * MINUTE - 54 * HOUR
      const to = from + 120 * HOUR
      const minutes = minutesOf(change.zone, from, to)
      const near = Temporal.Instant.fromEpochMilliseconds(change.at - 1)
        .toZonedDateTimeISO(change.zone)
        .toPlainDateTime()
      for (let n = 0; n < SAMPLES_PER_WINDOW; n++) {
        const sample = randomSample(random, change.zone, near)
        const due = dueAmong(minutes, sample.meaning)
        fired += due.length > 0 ? 1 : 0
        check(sample, due, { random, change, from: from + 24 * HOUR, to })
      }
    }

    assert.ok(
      fired > (WINDOWS * SAMPLES_PER_WINDOW) / 2,
      'most schedules meet the window, so the comparison is not idle',
    )
  })
})
