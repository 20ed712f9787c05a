/** Every refusal has one form, tells what would be right, and repeats no secret. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError, ERROR_CODES, type FieldError, invalid } from '../domain/errors.ts'
import { Problem } from './contract/problems.ts'
import { asDomainError, PROBLEMS, presentErrors, problemOf } from './problems.ts'

const about = { requestId: 'r1', exposeDetails: false }

test('every code has a status and a title, and no other has', () => {
  assert.deepEqual(Object.keys(PROBLEMS).sort(), Object.keys(ERROR_CODES).sort())
  for (const { status } of Object.values(PROBLEMS)) assert.ok(status >= 400 && status < 600)
})

test('a refusal is a problem of RFC 9457 with every field', () => {
  const error = new DomainError('rate_limited', 'Too many attempts.', { retryAfter: 17.2 })

  const problem = problemOf(error, about)

  assert.deepEqual(problem, {
    type: '/docs/errors#rate_limited',
    title: 'Too many attempts',
    status: 429,
    code: 'rate_limited',
    detail: 'Too many attempts.',
    request_id: 'r1',
    retry_after: 17.2,
  })
  assert.doesNotThrow(() => Problem.parse(problem))
})

test('wrong fields are told by the names and units of the wire, the first one also in the sentence', () => {
  const errors: FieldError[] = [
    { field: 'timetable.schedules[0].everyMs', value: 500, message: 'at least 1 s' },
    { field: 'policies.retry.firstDelayMs', value: 1500, message: 'm' },
    { field: 'schedules[1].zone', value: 'X/Y', message: 'm' },
    { field: 'schedules[2].anchor', value: 0, message: 'm' },
    { field: 'target.redirects', value: 1, message: 'm' },
    { field: 'metadata.fooBar', value: 'x', message: 'm' },
    { field: 'target.headers[0].fooBar', message: 'm' },
    { field: 'schedules[0].time_zone', message: 'm' },
    { field: 'fullName', message: 'm' },
  ]

  const problem = problemOf(new DomainError('invalid', 'x', { errors }), about)

  assert.equal(problem.detail, 'schedules[0].every_seconds: 0.5: at least 1 s (and 8 more, see errors)')
  assert.deepEqual(
    problem.errors?.map(({ field, value }) => [field, value]),
    [
      ['schedules[0].every_seconds', 0.5],
      ['policies.retry.first_delay_seconds', 1.5],
      ['schedules[1].time_zone', 'X/Y'],
      ['schedules[2].anchor', '1970-01-01T00:00:00.000Z'],
      ['target.follow_redirects', 1],
      ['metadata.fooBar', 'x'],
      ['target.headers[0].fooBar', undefined],
      ['schedules[0].time_zone', undefined],
      ['full_name', undefined],
    ],
  )
})

test('S93: secrets are not repeated, whether a field is named after them or they stand inside a text', () => {
  const canary = 'canary-5d1f'
  const errors: FieldError[] = [
    { field: 'password', value: canary, message: `${canary.length} characters are too few` },
    { field: 'target.auth.value', value: canary, message: 'm' },
    { field: 'target.auth.token', value: canary, message: 'm' },
    { field: 'target.headers["authorization"]', value: canary, message: 'm' },
    { field: 'target.headers[3].value', value: canary, message: 'm' },
    { field: 'target.url', value: `https://u:${canary}@h/?api_key=${canary}`, message: 'm' },
    { field: 'target', value: { auth: { token: canary } }, message: 'm' },
    { field: 'list', value: [canary], message: 'm' },
  ]

  const problem = problemOf(new DomainError('invalid', `Bearer ${canary}`, { errors }), about)
  const alone = problemOf(new DomainError('conflict', `Bearer ${canary}`), about)

  assert.ok(!JSON.stringify([problem, alone]).includes(canary), JSON.stringify(problem))
})

test('a long value, name or sentence is cut', () => {
  const long = 'x'.repeat(100_000)

  const problem = problemOf(invalid(long, long, long), about)

  assert.ok(JSON.stringify(problem).length < 4000)
})

test('a fault of ours says nothing about itself, unless the operator wants it to', () => {
  const fault = asDomainError(new Error('disk I/O error at /var/lib/x'))

  assert.equal(problemOf(fault, about).status, 500)
  assert.doesNotMatch(problemOf(fault, about).detail, /disk/)
  assert.match(problemOf(fault, { ...about, exposeDetails: true }).detail, /disk I\/O error/)
})

test('what the web framework refuses is told by the same codes', () => {
  const codes = [400, 404, 405, 413, 414, 415, 503, 418, 500].map(
    (statusCode) => asDomainError(Object.assign(new Error('x'), { statusCode })).code,
  )

  assert.deepEqual(codes, [
    'malformed',
    'not_found',
    'method_not_allowed',
    'too_large',
    'not_found',
    'unsupported_media',
    'unavailable',
    'malformed',
    'internal',
  ])
  assert.equal(asDomainError(undefined).code, 'internal')
})

test('errors of a validation are shown like those of a refusal', () => {
  assert.deepEqual(presentErrors([{ field: 'zone', value: 'Mars', message: 'unknown' }]), [
    { field: 'time_zone', value: 'Mars', message: 'unknown' },
  ])
})
