/** The doctor on e-mail, against real mail servers: what is well, and at which step the rest ends with which advice. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { TEST_CERTIFICATES, TEST_KEY } from '../../../tests/support/certificates.ts'
import { mailBox } from '../../../tests/support/mail-box.ts'
import { aBox, closeAll, serverAt } from '../../../tests/support/mail-channel.ts'
import { sendTestMail, tryMail } from '../../app.ts'
import type { MailServer } from '../../notify/mail-server.ts'
import { mailFindings } from './doctor-mail.ts'

afterEach(closeAll)

const LOGIN = { username: 'carillon', password: 'right' }
const TLS_FILES = { key: TEST_KEY, cert: TEST_CERTIFICATES.good }

const told = (server: MailServer | null, testMail: string | null = null, isOn = true) =>
  mailFindings(isOn, { server, tryMail, sendTestMail, testMail })

describe('the doctor on e-mail', () => {
  it('says that it is off', async () => {
    assert.deepEqual(await told(null, null, false), [
      { check: 'mail', verdict: 'ok', message: 'off (MAIL_ENABLED): nobody is told by e-mail' },
    ])
    assert.equal((await told(null, 'a@example.com', false))[0]?.verdict, 'bad')
  })

  it('tries nothing where settings are missing, which others tell of', async () => {
    assert.deepEqual(
      (await told(null)).map(({ verdict }) => verdict),
      ['warn'],
    )
  })

  it('signs in, and sends nothing unless it is asked to', async () => {
    const box = await aBox({ ...TLS_FILES, disabledCommands: [], authOptional: false })

    const [found, ...more] = await told(serverAt(box.port, { encryption: 'starttls', login: LOGIN }))

    assert.equal(found?.verdict, 'ok')
    assert.match(found?.message ?? '', /^127\.0\.0\.1:\d+ \(STARTTLS\) lets us sign in, in \d+ ms$/)
    assert.deepEqual([more.length, box.mails.length], [0, 0])
  })

  it('sends a test to the address that it is given', async () => {
    const box = await aBox()

    const found = await told(serverAt(box.port), 'ops@example.com')

    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      ['ok', 'ok'],
    )
    assert.deepEqual(box.mails[0]?.to, ['ops@example.com'])
    assert.equal(box.mails[0]?.parsed.subject, 'Test of Carillon')
  })

  it('says that a test could not be sent', async () => {
    const box = await aBox()

    const [, found] = await told(serverAt(box.port), 'not an address')

    assert.equal(found?.verdict, 'bad')
    assert.match(found?.message ?? '', /was not sent: The address is not one that e-mail can be sent to\. To do: /)
  })

  it('names the sign-in when the password is wrong, and not the password', async () => {
    const box = await aBox({ authOptional: false })

    const [found] = await told(serverAt(box.port, { login: { username: 'carillon', password: 'sesame-42' } }))

    assert.equal(found?.verdict, 'bad')
    assert.match(found?.message ?? '', /did not accept the sign-in\. It answered 535\. To do: look at MAIL_USERNAME/)
    assert.doesNotMatch(found?.message ?? '', /sesame/)
  })

  it('names the kind of encryption when the port speaks the other one, or none', async () => {
    const clear = await aBox()

    const [starttls] = await told(serverAt(clear.port, { encryption: 'starttls' }))
    const [tls] = await told(serverAt(clear.port, { encryption: 'tls' }))

    assert.match(starttls?.message ?? '', /could not be encrypted.*To do: .*offers STARTTLS/)
    assert.match(tls?.message ?? '', /does not speak TLS on this port\. To do: .*MAIL_USE_TLS instead of MAIL_USE_SSL/)
  })

  it('names the certificate that is for another host', async () => {
    const box = await aBox({ key: TEST_KEY, cert: TEST_CERTIFICATES.wrongHost, secure: true })

    const [found] = await told(serverAt(box.port, { encryption: 'tls' }))

    assert.match(found?.message ?? '', /certificate is for another host\. To do: look at its certificate/)
  })

  it('names the port when nobody listens there, and the name when nobody knows it', async () => {
    const box = await mailBox()
    await box.close()

    const [closed] = await told(serverAt(box.port))
    const [unknown] = await told({ ...serverAt(25), host: 'mail.invalid' })

    assert.match(closed?.message ?? '', /could not be reached.*To do: look at MAIL_SERVER and MAIL_PORT/)
    assert.match(unknown?.message ?? '', /could not be resolved\. To do: look at MAIL_SERVER, and at the DNS/)
  })
})
