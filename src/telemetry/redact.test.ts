/** Nothing secret gets through by name or by look, and nothing large gets through at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeUnprintable, isSecretName, presentable, redactText } from './redact.ts'

test('names of secrets are known in every spelling, and names that only speak about one are left alone', () => {
  const secret = [
    'authorization',
    'Set-Cookie',
    'newPassword',
    'access_token',
    'refreshToken',
    'SECRET_KEY',
    'x-api-key',
  ]
  const harmless = ['token_type', 'session_id', 'password_fingerprint', 'name', 'expires_in', 'key', 'jobId', 'tokenId']

  assert.deepEqual(
    secret.filter((name) => !isSecretName(name)),
    [],
  )
  assert.deepEqual(harmless.filter(isSecretName), [])
})

test('S94: tokens, credentials in addresses and secret query values are taken out of texts', () => {
  const cases: [string, string][] = [
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'got [redacted] here'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
    ['basic dXNlcjpwYXNz!', 'basic [redacted]!'],
    ['GET https://user:pass@example.com/x', 'GET https://[redacted]@example.com/x'],
    ['https://h/x?a=1&access_token=zzz&b=2', 'https://h/x?a=1&access_token=[redacted]&b=2'],
    ['{"new_password": "hunter2","a":1}', '{"new_password": "[redacted]","a":1}'],
    [`key crl_ab12cd34_${'x'.repeat(49)} of a program`, 'key [redacted] of a program'],
    ['its prefix is crl_ab12cd34', 'its prefix is crl_ab12cd34'],
    ['a plain sentence about a token', 'a plain sentence about a token'],
  ]

  for (const [given, shown] of cases) assert.equal(redactText(given), shown)
})

test('S93: a secret is taken out at any depth, also as the value of a named pair', () => {
  const shown = presentable(
    { job: { target: { auth: { password: 'canary' }, headers: [{ name: 'X-Api-Key', value: 'canary' }] } } },
    4096,
  )

  assert.ok(!JSON.stringify(shown).includes('canary'), JSON.stringify(shown))
})

test('an error is shown with its code, its cause and its stack', () => {
  const error = new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'EIO' }) })

  const shown = presentable({ error }, 8192) as { error: { message: string; stack: string; cause: { code: string } } }

  assert.equal(shown.error.message, 'outer')
  assert.equal(shown.error.cause.code, 'EIO')
  assert.match(shown.error.stack, /redact\.test/)
})

test('circles, deep nesting, many keys and huge texts stay within the budget', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const hostile = {
    circle,
    many: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])),
    huge: '\u0000'.repeat(1_000_000),
    list: Array.from({ length: 10_000 }, () => 'x'.repeat(1000)),
  }

  const line = escapeUnprintable(JSON.stringify(presentable(hostile, 6144)))

  assert.ok(Buffer.byteLength(line) <= 8192, String(Buffer.byteLength(line)))
})

test('S88: a text made to hurt the expressions is handled within a quarter of a second', () => {
  const hostile = [
    'eyJ'.repeat(30_000),
    '?'.repeat(100_000),
    'bearer '.repeat(15_000),
    `://${'a'.repeat(100_000)}`,
    '&token'.repeat(20_000),
  ]

  const startedAt = process.hrtime.bigint()
  for (const text of hostile) redactText(text.slice(0, 8192))

  assert.ok(process.hrtime.bigint() - startedAt < 250_000_000n)
})
