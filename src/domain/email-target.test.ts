/** What e-mail a job may send: nothing that could become a header, or another recipient. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkEmailTarget, EMAIL_BOUNDS } from './email-target.ts'
import type { EmailTarget } from './target.ts'

const MAIL: EmailTarget = { kind: 'email', to: ['ada@example.com'], subject: 'Hello', text: 'Line\nline' }
const wrong = (changes: Partial<EmailTarget>) => checkEmailTarget({ ...MAIL, ...changes }).map(({ field }) => field)

test('addresses are one mailbox each, and each once', () => {
  assert.deepEqual(wrong({}), [])
  assert.deepEqual(wrong({ to: ['ada@example.com', 'bob@example.com'] }), [])
  assert.deepEqual(wrong({ to: [] }), ['target.to'])
  const many = Array.from({ length: EMAIL_BOUNDS.recipients + 1 }, (_, at) => `a${at}@example.com`)
  assert.deepEqual(wrong({ to: many }), ['target.to'])
  for (const address of [
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'Ada <ada@example.com>',
    ' ada@example.com',
    'ada',
    '',
  ])
    assert.deepEqual(wrong({ to: ['bob@example.com', address] }), ['target.to[1]'], address)
  assert.deepEqual(wrong({ to: ['ada@example.com', 'ada@example.com'] }), ['target.to[1]'])
})

test('a subject is one line', () => {
  for (const subject of ['a\r\nBcc: eve@example.com', 'a\nb', 'a\u2028b', 'a\0b', ' ', '', 'x'.repeat(201)])
    assert.deepEqual(wrong({ subject }), ['target.subject'], JSON.stringify(subject))
  assert.deepEqual(wrong({ subject: '=?utf-8?q?x?= ü 漢' }), [])
})

test('a text has something in it, and bounds', () => {
  for (const text of ['', 'a\0b', 'x'.repeat(EMAIL_BOUNDS.textLength + 1)])
    assert.deepEqual(wrong({ text }), ['target.text'])
})
