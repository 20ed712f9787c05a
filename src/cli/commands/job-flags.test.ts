/** Flags become exactly the part of a job that they name. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { merged } from './job-file.ts'
import { type JobFlags, type JobPart, jobFromFlags } from './job-flags.ts'

const CASES: [what: string, flags: Partial<JobFlags>, part: JobPart][] = [
  ['nothing', {}, {}],
  ['a cron schedule', { cron: ['0 9 * * *'] }, { schedules: [{ kind: 'cron', expression: '0 9 * * *' }] }],
  [
    'several schedules together',
    { cron: ['0 9 * * *'], every: ['90s'], at: ['2026-12-24T18:00:00Z'], manual: true },
    {
      schedules: [
        { kind: 'cron', expression: '0 9 * * *' },
        { kind: 'interval', every_seconds: 90 },
        { kind: 'once', at: '2026-12-24T18:00:00Z' },
        { kind: 'manual' },
      ],
    },
  ],
  [
    'what joins the schedules',
    { tz: 'UTC', start: '2026-01-01', end: '2026-12-31', maxRuns: 5, jitter: '30s', spread: '5m' },
    { time_zone: 'UTC', start: '2026-01-01', end: '2026-12-31', max_runs: 5, jitter_seconds: 30, spread_seconds: 300 },
  ],
  [
    'a call with headers, of which one comes twice, and a query with an empty value',
    { url: 'https://x.example', method: 'post', header: ['X-A: 1: 2', 'X-A:3'], query: ['q=a=b', 'r='] },
    {
      target: {
        kind: 'http',
        url: 'https://x.example',
        method: 'POST',
        headers: [
          { name: 'X-A', value: '1: 2' },
          { name: 'X-A', value: '3' },
        ],
        query: [
          { name: 'q', value: 'a=b' },
          { name: 'r', value: '' },
        ],
      },
    },
  ],
  [
    'a body of JSON',
    { jsonBody: '{"a":[1]}' },
    { target: { kind: 'http', body: { type: 'json', content: { a: [1] } } } },
  ],
  ['a body of text', { textBody: '' }, { target: { kind: 'http', body: { type: 'text', content: '' } } }],
  [
    'a form',
    { form: ['a=1'] },
    { target: { kind: 'http', body: { type: 'form', content: [{ name: 'a', value: '1' }] } } },
  ],
  ['a bearer token', { auth: 'bearer' }, { target: { kind: 'http', auth: { kind: 'bearer', token: 's3cret' } } }],
  [
    'a user and a password',
    { auth: 'basic:ada:l' },
    { target: { kind: 'http', auth: { kind: 'basic', username: 'ada:l', password: 's3cret' } } },
  ],
  [
    'a header with a key',
    { auth: 'header:X-Key' },
    { target: { kind: 'http', auth: { kind: 'header', name: 'X-Key', value: 's3cret' } } },
  ],
  [
    'what counts as success, and redirects that are the answer',
    { success: ['200-299', '404'], redirects: false },
    { target: { kind: 'http', success: { status: ['200-299', '404'] }, follow_redirects: false } },
  ],
  [
    'policies',
    {
      timeout: '10s',
      attempts: 3,
      retryDelay: '1m',
      overlap: 'allow',
      misfire: 'all',
      delivery: 'at_most_once',
      pauseAfter: 4,
    },
    {
      policies: {
        timeout_seconds: 10,
        retry: { attempts: 3, first_delay_seconds: 60 },
        overlap: 'allow',
        misfire: { mode: 'all' },
        delivery: 'at_most_once',
        pause_after_failures: 4,
      },
    },
  ],
  ['texts of your own', { meta: ['team=billing', 'note=a=b'] }, { metadata: { team: 'billing', note: 'a=b' } }],
]

const WRONG: [flags: Partial<JobFlags>, message: RegExp][] = [
  [{ header: ['no colon'] }, /^--header: "no colon": write a name, ":" and a value$/],
  [{ query: ['=x'] }, /^--query: "=x": write a name/],
  [{ meta: ['x'] }, /^--meta: "x"/],
  [{ jsonBody: '{a:1}' }, /^--json-body: "{a:1}": .*JSON/],
  [{ jsonBody: '1', textBody: '1' }, /give one of --json-body, --text-body, --xml-body and --form/],
  [{ auth: 'digest' }, /^--auth: "digest": write bearer, basic:USERNAME, header:NAME or oauth2:CLIENT_ID$/],
  [{ auth: 'basic' }, /^--auth: "basic"/],
  [{ every: ['5'] }, /^--every: "5": write a length of time/],
]

describe('a job from flags', () => {
  for (const [what, flags, part] of CASES)
    it(`says ${what}, and nothing else`, () => {
      assert.deepEqual(jobFromFlags({ redirects: true, ...flags }, 's3cret'), part)
    })

  for (const [flags, message] of WRONG)
    it(`refuses ${JSON.stringify(flags)} and tells what would be right`, () => {
      assert.throws(() => jobFromFlags({ redirects: true, ...flags }, undefined), { exit: 'usage', message })
    })

  it('changes a job from a file where flags are given, and leaves the rest of it', () => {
    const file: JobPart = {
      name: 'a',
      target: { kind: 'http', url: 'https://x.example', method: 'PUT' },
      policies: { retry: { attempts: 2, factor: 3 }, overlap: 'allow' },
    }

    const part = merged(file, jobFromFlags({ redirects: true, method: 'GET', attempts: 5 }, undefined))

    assert.deepEqual(part, {
      name: 'a',
      target: { kind: 'http', url: 'https://x.example', method: 'GET' },
      policies: { retry: { attempts: 5, factor: 3 }, overlap: 'allow' },
    })
  })
})
