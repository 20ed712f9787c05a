/** Jobs as lines for cron: what can be one is one, and reads back as the job it was. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { HttpTarget } from '../../api/contract/targets.ts'
import { crontabJobs, isJob } from './crontab-jobs.ts'
import { type ExportedJob, toCrontab } from './to-crontab.ts'

const POLICIES: ExportedJob['policies'] = {
  retry: { attempts: 1, first_delay_seconds: 10, factor: 2, longest_delay_seconds: 3600 },
  misfire: { mode: 'latest', window_seconds: 86_400, cap: 100 },
  overlap: 'skip',
  timeout_seconds: 30,
  delivery: 'at_least_once',
  pause_after_failures: null,
  concurrency: null,
  rate: null,
  limits: [],
}
const SUCCESS = { status: ['200-299'], body_contains: null, body_lacks: null, longest_seconds: null }

const aTarget = (changes: Partial<HttpTarget> = {}): HttpTarget => ({
  kind: 'http',
  url: 'https://example.com/a',
  method: 'GET',
  query: {},
  headers: {},
  body: null,
  auth: null,
  success: SUCCESS,
  follow_redirects: true,
  tls: null,
  signing: null,
  completion: { mode: 'response', deadline_seconds: null },
  ...changes,
})
const cron = (expression: string, time_zone = 'UTC') => ({
  kind: 'cron' as const,
  expression,
  time_zone,
  dst_gap: 'auto' as const,
  dst_overlap: 'auto' as const,
})
const aJob = (changes: Partial<ExportedJob> = {}): ExportedJob => ({
  name: 'report',
  description: null,
  schedules: [cron('0 1 * * *')],
  start: null,
  end: null,
  max_runs: null,
  jitter_seconds: 0,
  spread_seconds: 0,
  target: aTarget(),
  policies: POLICIES,
  enabled: true,
  ...changes,
})
const linesOf = (...jobs: ExportedJob[]): string[] => toCrontab(jobs).text.split('\n').slice(2)

test('a job becomes a line under its name and its zone', () => {
  assert.deepEqual(
    linesOf(
      aJob(),
      aJob({ name: 'two', schedules: [cron('@daily'), cron('*/5 * * * MON')] }),
      aJob({ schedules: [cron('0 1 * * *', 'Asia/Tokyo')] }),
    ),
    [
      'CRON_TZ=UTC',
      '',
      '# report',
      '0 1 * * * curl -fsS -L -m 30 https://example.com/a',
      '',
      '# two',
      '@daily curl -fsS -L -m 30 https://example.com/a',
      '*/5 * * * MON curl -fsS -L -m 30 https://example.com/a',
      '',
      'CRON_TZ=Asia/Tokyo',
      '',
      '# report',
      '0 1 * * * curl -fsS -L -m 30 https://example.com/a',
      '',
    ],
  )
})

test('secrets stay behind: their place is marked, whatever the kind', () => {
  const print = { fingerprint: '1a2b3c4d' }
  const words = [
    aTarget({ auth: { kind: 'basic', username: 'joe', password: print } }),
    aTarget({ auth: { kind: 'bearer', token: print } }),
    aTarget({ auth: { kind: 'header', name: 'X-Key', value: print } }),
  ].map((target) => linesOf(aJob({ target }))[3])

  assert.match(words[0] ?? '', / -u joe:SECRET /)
  assert.match(words[1] ?? '', / -H 'Authorization: Bearer SECRET' /)
  assert.match(words[2] ?? '', / -H 'X-Key: SECRET' /)
  assert.ok(!words.join().includes('1a2b3c4d'))
})

test('what cron or curl cannot do is a comment that says why, and a paused job is a comment too', () => {
  for (const [changes, why] of [
    [{ schedules: [cron('0 0 L * *')] }, /cron does not know 0 0 L/],
    [{ schedules: [cron('0 0 1 * * *')] }, /cron does not know/],
    [{ schedules: [{ kind: 'manual' as const }] }, /no schedules but cron expressions/],
    [{ schedules: [cron('@daily'), cron('@daily', 'Asia/Tokyo')] }, /several time zones/],
    [{ end: '2027-01-01' }, /no start, end/],
    [{ max_runs: 3 }, /number of runs/],
    [{ jitter_seconds: 5 }, /no jitter/],
    [{ target: aTarget({ body: { type: 'text', content: 'a\nb' } }) }, /line breaks/],
  ] as [Partial<ExportedJob>, RegExp][]) {
    const { text, left } = toCrontab([aJob(changes)])
    assert.match(text, why)
    assert.equal(left, 1)
    assert.deepEqual(crontabJobs(text, RULES), [])
  }
  assert.match(linesOf(aJob({ enabled: false }))[3] ?? '', /^# paused: 0 1/)
})

test('a name cannot leave its comment', () => {
  const { text } = toCrontab([aJob({ name: 'x\n* * * * * curl https://evil.example' })])

  assert.equal(crontabJobs(text, RULES).length, 1)
  assert.ok(!/^\* \* \* \* \* curl/m.test(text))
})

const RULES = { hasUsers: false, prefix: '', zone: 'UTC', enabled: true, runnerUrl: null }

test('of any texts the line reads back as the call it was made from', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '%', "'", '"', '\\', '$', ' ', '&', ';', '`', '|', '#', 'é', '='),
    maxLength: 8,
  })
  const value = text.map((each) => each.trim())

  fc.assert(
    fc.property(text, fc.array(value, { maxLength: 2 }), fc.constantFrom('POST', 'PUT'), (content, values, method) => {
      const headers = Object.fromEntries(values.map((each, at) => [`x-h${at}`, each]))
      const body = { type: 'json' as const, content: { content } }
      const [found] = crontabJobs(toCrontab([aJob({ target: aTarget({ headers, body, method }) })]).text, RULES)

      assert.ok(found !== undefined && isJob(found), JSON.stringify(found))
      const { target, schedules, name, policies } = found.job
      assert.ok(target.kind === 'http')
      assert.deepEqual(
        [target.body, target.headers, target.method, schedules[0], name, policies?.timeout_seconds],
        [
          body,
          Object.entries(headers).map(([header, each]) => ({ name: header, value: each })),
          method,
          { kind: 'cron', expression: '0 1 * * *', time_zone: 'UTC' },
          'report',
          30,
        ],
      )
    }),
    { numRuns: 2000 },
  )
})
