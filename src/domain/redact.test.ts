/** S69: a target that echoes our secrets does not get them into the database. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from './redact.ts'

const SECRET = 'p"s/ w+ö=&§'

const ECHOES: readonly (readonly [form: string, echo: string])[] = [
  ['as it is', SECRET],
  ['JSON', JSON.stringify({ secret: SECRET })],
  ['JSON of PHP', JSON.stringify({ secret: SECRET }).replaceAll('/', '\\/')],
  ['URL-encoded in lower case', encodeURIComponent(SECRET).replace(/%../g, (hex) => hex.toLowerCase())],
  ['URL-encoded', encodeURIComponent(SECRET)],
  ['form-encoded', new URLSearchParams({ s: SECRET }).toString()],
  ['hex', Buffer.from(SECRET).toString('hex')],
  ['upper-case hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ['base64', Buffer.from(SECRET).toString('base64')],
  ['base64 without padding', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
  ['base64url', Buffer.from(SECRET).toString('base64url')],
  ['basic', `Basic ${Buffer.from(`user:${SECRET}`).toString('base64')}`],
]

for (const [form, echo] of ECHOES) {
  test(`S69: an echo in the form "${form}" is taken out`, () => {
    const secrets = [SECRET, Buffer.from(`user:${SECRET}`).toString('base64')]

    const text = redact(`before ${echo} after ${echo}`, secrets)

    assert.equal(text.match(/\[redacted\]/g)?.length, 2)
    assert.ok(text.startsWith('before ') && text.includes(' after '))
    assert.equal(text.includes(echo.replace(/^\{"secret":"|^s=|"\}$/g, '')), false)
  })
}

test('S69: nothing of a secret is left in the base64 of a longer text, wherever it begins in there', () => {
  for (const before of ['', 'a', 'ab', 'abc', 'Bearer ']) {
    for (const alphabet of ['base64', 'base64url'] as const) {
      const echo = Buffer.from(`${before}${SECRET} and more`).toString(alphabet)

      const left = Buffer.from(redact(echo, [SECRET]).replace('[redacted]', ''), alphabet).toString('latin1')

      assert.match(redact(echo, [SECRET]), /\[redacted\]/)
      assert.ok(!left.includes(SECRET.slice(1, 5)), left)
    }
  }
})

test('a secret that contains another goes as a whole', () => {
  assert.equal(redact('user:hunter2!', ['hunter2', 'user:hunter2!']), '[redacted]')
})

test('secrets too short to be secrets do not tear words apart', () => {
  assert.equal(redact('banana', ['a', '']), 'banana')
})
