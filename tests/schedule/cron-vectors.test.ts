/** The calendar's published answers: every vector, count, impossible and invalid expression must hold. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  checkTimetable,
  compile,
  countBetween,
  instantsBetween,
  latestUpTo,
  neverFires,
  nextAfter,
  ScheduleError,
  type Timetable,
  tzdata,
} from '../../src/schedule/schedule.ts'

type Vector = { id: string; expr: string; tz: string; after: string; next: string[]; note: string }
type Count = { id: string; expr: string; tz: string; from_exclusive: string; to_inclusive: string; count: number }
type Change = { id: string; expr: string; tz: string; after: string; next: Record<string, string[]>; note: string }
type Vectors = {
  vectors: Vector[]
  counts: Count[]
  never: { id: string; expr: string; after: string }[]
  invalid: string[]
  tzdata_changes: Change[]
}

const published: Vectors = JSON.parse(readFileSync(new URL('../vectors/cron-vectors.json', import.meta.url), 'utf8'))

const cron = (expression: string, zone: string): Timetable => ({
  zone,
  schedules: [{ kind: 'cron', expression, zone }],
})

/** The next instants, written as the vectors write them; fewer when the list ends. */
const nextThree = (expression: string, zone: string, after: string): string[] => {
  const compiled = compile(cron(expression, zone), '')
  const found: string[] = []
  for (let t = nextAfter(compiled, Date.parse(after)); t !== null && found.length < 3; t = nextAfter(compiled, t)) {
    found.push(new Date(t).toISOString().replace('.000Z', 'Z'))
  }
  return found
}

describe('the published vectors', () => {
  for (const { id, expr, tz, after, next, note } of published.vectors) {
    it(`${id}: ${expr} in ${tz}: ${note}`, () => {
      assert.deepEqual(nextThree(expr, tz, after), next)
    })
  }

  it('are found again from their far end', () => {
    for (const { id, expr, tz, after, next } of published.vectors) {
      const compiled = compile(cron(expr, tz), '')
      const instants = next.map((text) => Date.parse(text))

      instants.forEach((instant, index) => {
        const from = instants[index - 1] ?? Date.parse(after)
        assert.equal(latestUpTo(compiled, from, instant), instant, `${id}: the instant itself`)
        assert.equal(latestUpTo(compiled, from, instant - 1), null, `${id}: nothing between`)
      })
      assert.equal(countBetween(compiled, Date.parse(after), instants.at(-1) as number), instants.length, id)
    }
  })
})

describe('the published counts', () => {
  for (const { id, expr, tz, from_exclusive, to_inclusive, count } of published.counts) {
    it(`${id}: ${expr} in ${tz} is due ${count} times`, () => {
      const compiled = compile(cron(expr, tz), '')
      const from = Date.parse(from_exclusive)
      const upTo = Date.parse(to_inclusive)

      assert.equal(countBetween(compiled, from, upTo), count)
      assert.equal(instantsBetween(compiled, from, upTo, 1_000_000).length, count)
    })
  }
})

describe('an expression that can never fire', () => {
  for (const { id, expr, after } of published.never) {
    it(`${id}: ${expr} is valid and never due, in any zone`, () => {
      for (const zone of ['UTC', 'America/New_York']) {
        checkTimetable(cron(expr, zone))
        assert.equal(neverFires(cron(expr, zone), Date.parse(after)), true)
      }
    })
  }
})

describe('an invalid expression', () => {
  for (const expression of published.invalid) {
    it(`${JSON.stringify(expression).slice(0, 60)} is refused with a reason`, () => {
      assert.throws(
        () => checkTimetable(cron(expression, 'UTC')),
        (error) =>
          error instanceof ScheduleError && error.path === 'schedules[0].expression' && error.problem.length > 5,
      )
    })
  }
})

/**
 * The file gives answers under 2025b and under 2026d. The runtime may carry a release between them: then the transitions
 * it really has decide, read here through Temporal and not through the product, zone by zone.
 */
describe(`under the time-zone data in use (${tzdata})`, () => {
  for (const { id, expr, tz, after, next, note } of published.tzdata_changes) {
    it(`${id}: ${expr} in ${tz}: ${note}`, () => {
      const column = releaseFor(tz)

      assert.deepEqual(nextThree(expr, tz, after), next[column])
    })
  }
})

const releaseFor = (zone: string): '2025b' | '2026d' => {
  const probes: Record<string, { at: string; offset: string }> = {
    'America/Vancouver': { at: '2026-12-01T00:00Z', offset: '-07:00' },
    'America/Edmonton': { at: '2026-12-01T00:00Z', offset: '-06:00' },
    'Africa/Casablanca': { at: '2026-12-01T00:00Z', offset: '+00:00' },
    'Europe/Chisinau': { at: '2027-03-28T00:30Z', offset: '+02:00' },
    'America/Asuncion': { at: '2026-06-01T00:00Z', offset: '-03:00' },
  }
  const probe = probes[zone]
  assert.ok(probe, `no probe for ${zone}`)
  if (tzdata >= '2026d') return '2026d'
  if (tzdata <= '2025b') return '2025b'
  return Temporal.Instant.from(probe.at).toZonedDateTimeISO(zone).offset === probe.offset ? '2026d' : '2025b'
}
