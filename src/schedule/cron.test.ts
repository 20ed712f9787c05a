/** Cron expressions: what they mean, how they are refused, and what hostile ones cost. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkTimetable, compile, neverFires, nextAfter, ScheduleError, type Timetable } from './schedule.ts'

const cron = (expression: string, zone = 'Asia/Tokyo'): Timetable => ({
  zone,
  schedules: [{ kind: 'cron', expression, zone }],
})

/** The next instants as Tokyo's wall clock shows them. */
const inTokyo = (expression: string, count: number): string[] => {
  const compiled = compile(cron(expression), '')
  const found: string[] = []
  let t = nextAfter(compiled, Date.parse('2026-11-18T19:00:30+09:00'))
  for (; t !== null && found.length < count; t = nextAfter(compiled, t)) {
    found.push(new Date(t + 9 * 3_600_000).toISOString().slice(0, 16).replace('2026-', ''))
  }
  return found
}

const TABLE: readonly [string, readonly string[]][] = [
  ['*/5 * * * *', ['11-18T19:05', '11-18T19:10', '11-18T19:15']],
  ['*/30 * * * *', ['11-18T19:30', '11-18T20:00', '11-18T20:30']],
  ['0 * * * *', ['11-18T20:00', '11-18T21:00', '11-18T22:00']],
  ['0 */2 * * *', ['11-18T20:00', '11-18T22:00', '11-19T00:00']],
  ['0 0 * * *', ['11-19T00:00', '11-20T00:00', '11-21T00:00']],
  ['0 2 * * *', ['11-19T02:00', '11-20T02:00', '11-21T02:00']],
  ['0 9 * * 1-5', ['11-19T09:00', '11-20T09:00', '11-23T09:00']],
  ['0 0 * * 0', ['11-22T00:00', '11-29T00:00', '12-06T00:00']],
  ['0 0 * * 7', ['11-22T00:00', '11-29T00:00', '12-06T00:00']],
  ['0 0 1 * *', ['12-01T00:00', '2027-01-01T00:00', '2027-02-01T00:00']],
  ['0 0 1 1 *', ['2027-01-01T00:00', '2028-01-01T00:00', '2029-01-01T00:00']],
  ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
  ['0 0 31 * *', ['12-31T00:00', '2027-01-31T00:00', '2027-03-31T00:00']],
  ['0 0 31 2 *', []],
  ['0 0 * * mon-fri', ['11-19T00:00', '11-20T00:00', '11-23T00:00']],
  ['5 4 * * sun', ['11-22T04:05', '11-29T04:05', '12-06T04:05']],
  ['23 0-20/2 * * *', ['11-18T20:23', '11-19T00:23', '11-19T02:23']],
  ['30 4 1,15 * 5', ['11-20T04:30', '11-27T04:30', '12-01T04:30']],
  ['0 0 13 * 5', ['11-20T00:00', '11-27T00:00', '12-04T00:00']],
  ['0 0 1 1,4,7,10 *', ['2027-01-01T00:00', '2027-04-01T00:00', '2027-07-01T00:00']],
]

describe('cron in Asia/Tokyo, asked on Wednesday 2026-11-18 at 19:00:30', () => {
  for (const [expression, expected] of TABLE) {
    it(`${expression} is due ${expected.join(', ') || 'never'}`, () => {
      assert.deepEqual(inTokyo(expression, 3), expected)
    })
  }
})

describe('a cron expression that is refused', () => {
  const REFUSED: readonly [string, string][] = [
    ['61 * * * *', 'minute 61 is above 59'],
    ['* * 0 * *', 'day of month 0 is below 1'],
    ['* * * FOO *', 'month "FOO" is not a number from 1 to 12 or a name from JAN to DEC'],
    ['* * * * MON#6', 'day of week # 6 is above 5'],
    ['* * L-31 * *', 'day of month L- 31 is above 30'],
    ['* * 1W,15W * *', 'day of month "1W" must stand alone'],
    ['* * * * L', 'day of week "L" needs a day: 5L or FRI#L is the last Friday'],
    ['22-2 * * * *', 'minute range "22-2" runs backwards; write two ranges, as in 22-59,0-2'],
    ['1, * * * *', 'minute "1," has an empty element beside a comma'],
    ['*/0 * * * *', 'minute step 0 never advances; write 1 or more'],
    ['? * * * *', 'minute "?" stands only in the two day fields; write *'],
    ['* * * *', 'has 4 fields; write 5 (minute hour day month weekday), 6 (second first) or 7 (year last)'],
    ['@reboot', '"@reboot" is not a macro; there are @yearly @annually @monthly @weekly @daily @midnight @hourly'],
    ['TZ=UTC * * * * *', 'the time zone is a field of its own, not a prefix'],
    ['* * * *\t*', 'character 8 is not printable ASCII; separate fields with spaces'],
  ]
  for (const [expression, problem] of REFUSED) {
    it(`${JSON.stringify(expression)} says: ${problem}`, () => {
      assert.throws(
        () => checkTimetable(cron(expression)),
        (error) => {
          assert.ok(error instanceof ScheduleError)
          assert.equal(error.path, 'schedules[0].expression')
          assert.equal(error.value, expression)
          assert.equal(error.problem, problem)
          assert.equal(error.message, `schedules[0].expression: ${JSON.stringify(expression)}: ${problem}`)
          return true
        },
      )
    })
  }

  it('shows long input cut, so that the message stays one line', () => {
    assert.throws(() => checkTimetable(cron('9'.repeat(5000))), { message: /^.{1,200}$/ })
  })
})

describe('hostile schedules', () => {
  /** The best of a few tries: a busy machine may be slow, but it is never faster than the code. */
  const fastest = (run: () => void): number =>
    Math.min(
      ...[1, 2, 3, 4, 5].map(() => {
        const start = performance.now()
        run()
        return performance.now() - start
      }),
    )

  const expressions = [
    `${'*/1,'.repeat(60)}*/1 * * * *`,
    `${'0-59/1,'.repeat(30)}0-59/1 * * * *`,
    `* * * * * * ${'*,'.repeat(120)}*`,
    `* * ${'L,'.repeat(60)}L * ${'5#5,'.repeat(30)}5L`,
    '9'.repeat(256),
    '*'.repeat(100_000),
    ' '.repeat(100_000),
    `${' '.repeat(120)}${'*/'.repeat(60)}`,
  ]
  for (const expression of expressions) {
    it(`${expression.slice(0, 20)} (${expression.length} characters) is read or refused within 1 ms`, () => {
      let tries = 0
      // A zone in another spelling each time, so that no cache answers.
      const zones = ['asia/tokyo', 'Asia/tokyo', 'ASIA/Tokyo', 'asia/Tokyo', 'AsiA/Tokyo']

      const took = fastest(() => {
        try {
          checkTimetable(cron(expression, zones[tries++] ?? 'Asia/Tokyo'))
        } catch (error) {
          assert.ok(error instanceof ScheduleError)
        }
      })

      assert.ok(took < 1, `${took} ms`)
    })
  }

  for (const expression of ['0 0 31 2 *', '0 0 30W 2 *', '* * * 30-31 2 *', '0 0 0 29 2 * 2199', '0 0 0 29 2 * 2027']) {
    it(`${expression} is known never to fire within 5 ms`, () => {
      const zones = ['America/New_York', 'america/new_york', 'America/new_york', 'america/New_York', 'AMERICA/New_York']
      let tries = 0

      const took = fastest(() => {
        assert.equal(neverFires(cron(expression, zones[tries++]), Date.parse('2026-01-01T00:00Z')), true)
      })

      assert.ok(took < 5, `${took} ms`)
    })
  }
})
