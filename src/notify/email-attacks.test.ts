/** S74: whatever stands in a subject, a text or an address, one mail goes to one recipient with one of each header. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { aBox, aDelivery, channelTo, closeAll, NEVER } from '../../tests/support/mail-channel.ts'

afterEach(closeAll)

describe('S74: texts that try to be more than text', () => {
  const HOSTILE = [
    'x\r\nBcc: victim@example.com',
    'x\nSubject: other',
    'x\r\n\r\n<script>',
    'x\u2028Bcc: v@example.com',
    '=?utf-8?q?x=0d=0aBcc:_victim@example.com?=',
    'x%0aBcc: v@example.com',
    `${'long '.repeat(500)}\r\nBcc: v@example.com`,
    'x\u0000y\u0085z',
  ]
  for (const subject of HOSTILE)
    it(`${JSON.stringify(subject.slice(0, 50))} stays inside of the one subject`, async () => {
      const box = await aBox()

      assert.deepEqual(await channelTo(box.port).send(aDelivery({ message: { subject } }), NEVER), { ok: true })

      const [mail] = box.mails
      const keys = mail?.parsed.headers.map(({ key }) => key) ?? []
      assert.deepEqual(mail?.to, ['ops@example.com'])
      assert.deepEqual(keys.filter((key) => ['bcc', 'cc', 'to', 'subject', 'from'].includes(key)).sort(), [
        'from',
        'subject',
        'to',
      ])
      assert.doesNotMatch(mail?.parsed.subject ?? '', /[\p{Cc}\u2028]/u)
    })

  it('an address that is more than one address is refused before anything is sent', async () => {
    const box = await aBox()
    const channel = channelTo(box.port)

    for (const address of [
      'a@example.com,b@example.com',
      'a@example.com\r\nRCPT TO:<b@example.com>',
      'A <a@example.com>',
    ])
      assert.deepEqual(await channel.send(aDelivery({ address }), NEVER), {
        ok: false,
        retry: false,
        retryAfterMs: null,
        error: 'The address is not one that e-mail can be sent to.',
      })

    assert.equal(box.connections(), 0)
  })

  it('a line of the text that is a single dot does not end the mail', async () => {
    const box = await aBox()

    await channelTo(box.port).send(
      aDelivery({ message: { text: 'one\r\n.\r\nRCPT TO:<b@example.com>\r\ntwo', html: null } }),
      NEVER,
    )

    assert.equal(box.mails.length, 1)
    assert.match(box.mails[0]?.parsed.text ?? '', /one\n\.\nRCPT TO:<b@example.com>\ntwo/)
  })
})
