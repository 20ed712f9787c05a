/** Jitter and spread: late on purpose, never out of order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compile,
  countBetween,
  instantsBetween,
  latestUpTo,
  nextAfter,
  type Schedule,
  type Timetable,
} from './schedule.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

const at = (text: string): number => Date.parse(text)
const timetable = (schedules: readonly Schedule[], rest: Partial<Timetable> = {}): Timetable => ({
  zone: 'UTC',
  ...rest,
  schedules,
})
const cron = (expression: string): Schedule => ({ kind: 'cron', expression, zone: 'UTC' })
const nextOf = (table: Timetable, after: string, count: number, seed: string): string[] =>
  instantsBetween(compile(table, seed), at(after), Number.POSITIVE_INFINITY, count).map((t) =>
    new Date(t).toISOString().replace('.000Z', 'Z'),
  )

describe('jitter', () => {
  const minutely = timetable([cron('* * * * *')], { jitterMs: 10 * MINUTE })
  const from = at('2026-03-08T00:00Z')

  it('keeps number and order, and never reaches the next occurrence', () => {
    const delayed = instantsBetween(compile(minutely, 'job'), from, from + DAY, 10_000)
    const nominal = instantsBetween(compile({ ...minutely, jitterMs: 0 }, 'job'), from, from + DAY, 10_000)
    const offset = (delayed[0] ?? 0) < from + MINUTE ? 1 : 0

    for (let i = 0; i < nominal.length - 1; i++) {
      const late = (delayed[i + offset] ?? 0) - (nominal[i] ?? 0)
      assert.ok(late >= 0 && late < MINUTE, `occurrence ${i} is ${late} ms late`)
    }
  })

  it('is the same whenever it is asked, and another for another job', () => {
    assert.deepEqual(nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'), nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'))
    assert.notDeepEqual(nextOf(minutely, '2026-03-08T00:00Z', 20, 'a'), nextOf(minutely, '2026-03-08T00:00Z', 20, 'b'))
  })

  it('fills its whole range', () => {
    const hourly = compile(timetable([cron('0 * * * *')], { jitterMs: 999 }), 'job')
    const shares = instantsBetween(hourly, from, from + 100 * DAY, 2400).map((t) => t % HOUR)

    assert.ok(Math.min(...shares) < 10 && Math.max(...shares) > 989 && Math.max(...shares) <= 999)
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) / shares.length - 500) < 30)
  })

  it('counts and searches backwards what it shows forwards', () => {
    for (const rest of [
      { jitterMs: 50_000 },
      { jitterMs: 600_000 },
      { spreadMs: 3_600_000 },
      { jitterMs: 90_000, spreadMs: 90_000 },
    ]) {
      const compiled = compile(
        timetable([cron('*/5 8-17 * * *'), cron('0 3 * * *')], { ...rest, end: '2026-03-10' }),
        'job-7',
      )
      const all = instantsBetween(compiled, from, from + 10 * DAY, 10_000)
      for (let i = 0; i < 300; i++) {
        const after = from + i * 977_777
        const upTo = after + (i % 40) * 411_111
        const between = all.filter((t) => t > after && t <= upTo)

        assert.equal(countBetween(compiled, after, upTo), between.length)
        assert.equal(latestUpTo(compiled, after, upTo), between.at(-1) ?? null)
        assert.equal(nextAfter(compiled, after), all.find((t) => t > after) ?? null)
      }
    }
  })

  it('may carry the last occurrence past the end, because the end judges the instant before the delay', () => {
    const last = compile(timetable([cron('0 0 * * *')], { end: '2026-05-01T00:00:00Z', jitterMs: HOUR }), 'job')
    const [only] = instantsBetween(last, at('2026-04-30T12:00Z'), Number.POSITIVE_INFINITY, 5)

    assert.ok(only !== undefined && only > at('2026-05-01T00:00Z') && only <= at('2026-05-01T01:00Z'))
  })
})

describe('spread', () => {
  it('moves all occurrences of a job by the same share, so that 10,000 jobs of one minute do not start together', () => {
    const daily = timetable([cron('0 0 * * *')], { spreadMs: 60_000 })
    const starts = new Set<number>()
    for (let job = 0; job < 10_000; job++) {
      const [first = 0, second = 0] = instantsBetween(
        compile(daily, `job-${job}`),
        at('2026-05-01T00:00Z') - 1,
        at('2026-05-03T00:00Z') - 1,
        2,
      )
      assert.equal(second - first, DAY)
      starts.add(Math.floor((first - at('2026-05-01T00:00Z')) / 1000))
    }

    assert.ok(starts.size >= 60, `${starts.size} different seconds`)
  })
})
