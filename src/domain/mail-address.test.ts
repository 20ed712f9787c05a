/** S74: what counts as an address, and what tries to be more than one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mailAddress } from './mail-address.ts'

describe('an address for e-mail', () => {
  const good = [
    'ops@example.com',
    'first.last+tag@mail.example.co.jp',
    "o'hara@example.org",
    'a@xn--bcher-kva.example',
    'a@9to5.example',
    `${'a'.repeat(64)}@example.com`,
  ]
  for (const address of good) it(`${address} is one`, () => assert.equal(mailAddress(address), address))

  it('blanks around it are left out', () => assert.equal(mailAddress('  ops@example.com '), 'ops@example.com'))

  const bad = [
    '',
    'ops',
    '@example.com',
    'ops@',
    'ops@localhost',
    'ops@example..com',
    'ops@-example.com',
    'ops@example-.com',
    'ops@example.com-',
    'ops@example.com.',
    '.ops@example.com',
    'o..ps@example.com',
    'a@b@example.com',
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    'a@example.com b@example.com',
    'Ops <ops@example.com>',
    '<ops@example.com>',
    '"a b"@example.com',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    '=?utf-8?q?a?=@example.com',
    'ops@example.com\r\nBcc: x@example.com',
    'ops@example.com\n',
    '\u2028ops@example.com',
    'ops@example.com\u0000',
    'öps@example.com',
    'ops@bücher.example',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(130)}com`,
  ]
  for (const text of bad)
    it(`${JSON.stringify(text.slice(0, 60))} is none`, () => assert.equal(mailAddress(text), null))

  it('a long text that is almost one is refused without long thought', () => {
    assert.equal(mailAddress(`${'a.'.repeat(200_000)}@`), null)
  })
})
