/** Bodies are held against their shapes strictly, and all that is wrong is told at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { JobCreate, JobQuery, JobUpdate } from './contract/jobs.ts'
import { fieldErrors } from './validate.ts'

const wrong = (schema: z.ZodType, given: unknown): string[] => {
  const result = schema.safeParse(given)
  return result.success ? [] : fieldErrors(result.error, given).map(({ field, message }) => `${field}: ${message}`)
}

const aJob = (change: Record<string, unknown> = {}) => ({
  name: 'j',
  schedules: [{ kind: 'cron', expression: '* * * * *' }],
  target: { kind: 'http', url: 'https://example.com' },
  ...change,
})

test('a job with nothing but what is needed is right', () => {
  assert.deepEqual(wrong(JobCreate, aJob()), [])
})

test('every wrong field is told at once, each under its own name, with what would be right', () => {
  const errors = wrong(JobCreate, {
    name: 5,
    nmae: 'x',
    schedules: [{ kind: 'cron', expression: '* * * * *', zone: 'UTC' }, { kind: 'weekly' }, { kind: 'interval' }],
    target: { kind: 'http', method: 'get', auth: { kind: 'bearer', token: { $gt: '' } } },
    policies: { retry: { attempts: 0 }, timeout: 5 },
    metadata: 1,
  })

  assert.deepEqual(
    errors.map((error) => error.split(':')[0]),
    [
      'name',
      'schedules[0].zone',
      'schedules[1].kind',
      'schedules[2].every_seconds',
      'policies.retry.attempts',
      'policies.timeout',
      'metadata',
      'target.url',
      'target.method',
      'target.auth.token',
      'nmae',
    ],
  )
  assert.match(errors.at(-1) ?? '', /unknown field; known here: name, description, schedules/)
  assert.match(errors[2] ?? '', /one of cron, fields, interval, calendar, once, manual is needed/)
})

test('S25: fields that only the server sets are unknown in every body of a job', () => {
  const fields = [
    ...['id', 'owner_id', 'workspace_id', 'tenant_id', 'role', 'state', 'version', 'runs', 'created_at', 'updated_at'],
    ...['next_run_at', 'next_due_at', 'attempt', 'is_admin', 'password_hash', 'schedule_version', 'pause_reason'],
  ]

  for (const field of fields) {
    assert.deepEqual(
      wrong(JobCreate, aJob({ [field]: 1 })).map((error) => error.split(':')[0]),
      [field],
    )
    assert.deepEqual(
      wrong(JobUpdate, { [field]: 1 }).map((error) => error.split(':')[0]),
      [field],
    )
  }
})

test('S29: values of another type are refused, never bent into the right one', () => {
  const bodies: Record<string, unknown>[] = [
    { name: ['a'] },
    { name: { $gt: '' } },
    { name: 1 },
    { max_runs: '5' },
    { max_runs: 2 ** 53 + 2 },
    { max_runs: 1.5 },
    { jitter_seconds: '1' },
    { enabled: 'true' },
    { enabled: 1 },
    { schedules: { 0: {} } },
    { schedules: [[]] },
    { target: 'https://example.com' },
    { metadata: [['a', 'b']] },
    { start: 1_700_000_000_000 },
    { start: '2026-02-30' },
    { end: '2026-01-01T00:00:00' },
    { end: '2026-01-01T00:00:00+99:99' },
  ]

  for (const body of bodies) {
    const [field = ''] = Object.keys(body)
    const errors = wrong(JobCreate, aJob(body))
    assert.ok(errors.length > 0 && errors.every((error) => error.startsWith(field)), JSON.stringify([body, errors]))
  }
})

test('S90: a page is at most 100 long, a cursor at most 2048', () => {
  for (const limit of ['1e9', '-1', '0', '101', '1.5', 'x', '']) {
    assert.deepEqual(
      wrong(JobQuery, { limit }).map((error) => error.split(':')[0]),
      ['limit'],
      limit,
    )
  }
  assert.equal(wrong(JobQuery, { cursor: 'x'.repeat(2049) }).length, 1)
  assert.deepEqual(wrong(JobQuery, { limit: '100', cursor: 'x'.repeat(2048) }), [])
  assert.deepEqual(
    wrong(JobQuery, { sort: 'password_hash', offset: '5' }).map((error) => error.split(':')[0]),
    ['sort', 'offset'],
  )
})

test('a field with a name of its own kind is told so that it can be found', () => {
  assert.deepEqual(wrong(JobCreate, aJob({ 'odd name': 1 })), [
    wrong(JobCreate, aJob({ 'odd name': 1 }))[0]?.replace(/^.*?: /, '["odd name"]: '),
  ])
  assert.match(wrong(JobCreate, aJob({ metadata: { [`a ${'b'.repeat(200)}`]: 1 } }))[0] ?? '', /^metadata\["a b+"\]: /)
  assert.match(wrong(JobCreate, [])[0] ?? '', /^body: /)
})
