/** E-mail against a real SMTP server: encrypted or not, signed in or not, refused, silent, and attacked through its texts. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, afterEach, describe, it } from 'node:test'
import { TEST_CERTIFICATES, TEST_KEY } from '../../tests/support/certificates.ts'
import { mailBox, refusal } from '../../tests/support/mail-box.ts'
import {
  aBox,
  aDelivery,
  channelTo,
  closeAll,
  NEVER,
  open,
  PATIENT,
  serverAt,
} from '../../tests/support/mail-channel.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'
import type { Sent } from './channel.ts'
import { createEmailChannel } from './email.ts'
import { type MailServer, signIn } from './mail-server.ts'

const BRIEF_MS = 60
afterEach(closeAll)

const errorOf = (sent: Sent): string => (sent.ok ? '' : sent.error)
const TLS_FILES = { key: TEST_KEY, cert: TEST_CERTIFICATES.good }
const LOGIN = { username: 'carillon', password: 'right' }

describe('e-mail is sent', () => {
  it('in the clear, with the subject byte for byte, both bodies, one recipient and a date', async () => {
    const box = await aBox()

    const sent = await channelTo(box.port).send(aDelivery(), NEVER)

    assert.deepEqual(sent, { ok: true })
    const [mail] = box.mails
    assert.equal(mail?.from, 'carillon@example.com')
    assert.deepEqual(mail?.to, ['ops@example.com'])
    assert.equal(mail?.parsed.subject, '🔴 Job Failure Alert: nightly')
    assert.equal(mail?.parsed.text?.trim(), 'Job Name: nightly')
    assert.equal(mail?.parsed.html?.trim(), '<p>nightly</p>')
    assert.deepEqual(mail?.parsed.from, { name: 'Carillon', address: 'carillon@example.com' })
    assert.equal(mail?.parsed.date, '2026-11-24T12:00:00.000Z')
    assert.ok(mail?.parsed.headers.some(({ key, value }) => key === 'auto-submitted' && value === 'auto-generated'))
  })

  it('after STARTTLS, signed in', async () => {
    const box = await aBox({ ...TLS_FILES, disabledCommands: [], authOptional: false })

    const sent = await channelTo(box.port, { encryption: 'starttls', login: LOGIN }).send(aDelivery(), NEVER)

    assert.deepEqual(sent, { ok: true })
    assert.deepEqual(box.logins, ['carillon'])
  })

  it('over implicit TLS, signed in', async () => {
    const box = await aBox({ ...TLS_FILES, secure: true, authOptional: false })

    const sent = await channelTo(box.port, { encryption: 'tls', login: LOGIN }).send(aDelivery(), NEVER)

    assert.deepEqual(sent, { ok: true })
  })

  it('several in turn over one connection', async () => {
    const box = await aBox()
    const channel = channelTo(box.port)

    for (const id of ['a', 'b', 'c']) assert.deepEqual(await channel.send(aDelivery({ id }), NEVER), { ok: true })

    assert.equal(box.connections(), 1)
    assert.equal(box.mails.length, 3)
  })

  it('over a new connection when the server has ended the one that was kept', async () => {
    const box = await aBox()
    const channel = channelTo(box.port)
    await channel.send(aDelivery({ id: 'a' }), NEVER)

    await box.hangUp()

    assert.deepEqual(await channel.send(aDelivery({ id: 'b' }), NEVER), { ok: true })
    assert.equal(box.connections(), 2)
  })

  it('a repeat bears the same Message-ID, and another delivery another one', async () => {
    const box = await aBox()
    const channel = channelTo(box.port)

    for (const id of ['a', 'a', 'b']) await channel.send(aDelivery({ id }), NEVER)

    const [first, again, other] = box.mails.map(({ parsed }) => parsed.messageId)
    assert.match(first ?? '', /^<[0-9a-f]{40}@example\.com>$/)
    assert.equal(again, first)
    assert.notEqual(other, first)
  })
})

describe('e-mail that may not leave in the clear', () => {
  it('stays where STARTTLS is asked for and not offered', async () => {
    const box = await aBox()

    const sent = await channelTo(box.port, { encryption: 'starttls' }).send(aDelivery(), NEVER)

    assert.equal(box.mails.length, 0)
    assert.deepEqual(sent, {
      ok: false,
      retry: true,
      retryAfterMs: null,
      error: 'The connection to the mail server could not be encrypted. It answered 500: Error: command not recognized',
    })
  })

  const untrusted = { encryption: 'starttls', ca: undefined } as unknown as Partial<MailServer>
  it('stays where the certificate is not trusted, and says so', async () => {
    const box = await aBox({ ...TLS_FILES, disabledCommands: [] })

    const sent = await channelTo(box.port, untrusted).send(aDelivery(), NEVER)

    assert.equal(box.mails.length, 0)
    assert.match(
      errorOf(sent),
      /could not be encrypted\. Its certificate comes from an authority that is not trusted\.$/,
    )
  })

  it('stays where the certificate is for another host', async () => {
    const box = await aBox({ key: TEST_KEY, cert: TEST_CERTIFICATES.wrongHost, secure: true })

    const sent = await channelTo(box.port, { encryption: 'tls' }).send(aDelivery(), NEVER)

    assert.match(errorOf(sent), /Its certificate is for another host\.$/)
  })
})

describe('e-mail that is refused', () => {
  it('a wrong password is to be tried again, is named, and is never shown', async () => {
    const box = await aBox({ authOptional: false })

    const sent = await channelTo(box.port, { login: { username: 'carillon', password: 'sesame-42' } }).send(
      aDelivery(),
      NEVER,
    )

    assert.deepEqual(sent, {
      ok: false,
      retry: true,
      retryAfterMs: null,
      error: 'The mail server did not accept the sign-in. It answered 535.',
    })
  })

  it('a recipient that is refused for good is final, and the others are not touched by it', async () => {
    const box = await aBox({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? refusal(550, '5.1.1 no such user') : undefined),
    })
    const channel = channelTo(box.port)

    const gone = await channel.send(aDelivery({ address: 'gone@example.com' }), NEVER)
    const there = await channel.send(aDelivery(), NEVER)

    assert.deepEqual(gone, {
      ok: false,
      retry: false,
      retryAfterMs: null,
      error: 'The mail server did not accept the recipient. It answered 550: 5.1.1 no such user',
    })
    assert.deepEqual(there, { ok: true })
  })

  it('a recipient that is refused for now is to be tried again', async () => {
    const box = await aBox({ onRcptTo: (_address, _session, done) => done(refusal(451, '4.7.1 greylisted')) })

    const sent = await channelTo(box.port).send(aDelivery(), NEVER)

    assert.equal(sent.ok === false && sent.retry, true)
    assert.match(errorOf(sent), /It answered 451: 4\.7\.1 greylisted$/)
  })

  it('a message that is refused for now, or for good', async () => {
    for (const [status, retry] of [
      [452, true],
      [552, false],
    ] as const) {
      const box = await aBox({
        onData: (stream, _session, done) => {
          stream.resume()
          stream.on('end', () => done(refusal(status, 'no room')))
        },
      })

      const sent = await channelTo(box.port).send(aDelivery(), NEVER)

      assert.equal(sent.ok === false && sent.retry, retry, String(status))
    }
  })

  it('a sender that is refused is the operator’s to mend, so the mail waits', async () => {
    const box = await aBox({ onMailFrom: (_address, _session, done) => done(refusal(553, 'not yours')) })

    const sent = await channelTo(box.port).send(aDelivery(), NEVER)

    assert.equal(sent.ok === false && sent.retry, true)
    assert.match(errorOf(sent), /did not accept the sender/)
  })
})

describe('a mail server that is down or slow', () => {
  const servers: Server[] = []
  after(() => {
    for (const server of servers) server.close()
  })
  const raw = async (onSocket: (socket: Socket) => void): Promise<number> => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      onSocket(socket)
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    servers.push(server)
    open.push(() => {
      for (const socket of sockets) socket.destroy()
    })
    return (server.address() as AddressInfo).port
  }

  it('one that is not there is tried again', async () => {
    const box = await mailBox()
    await box.close()

    const sent = await channelTo(box.port).send(aDelivery(), NEVER)

    assert.equal(sent.ok === false && sent.retry, true)
    assert.match(errorOf(sent), /could not be reached/)
  })

  it('one that never greets is left after the time for a greeting', async () => {
    const port = await raw(() => undefined)

    const sent = await channelTo(port, {}, { ...PATIENT, greetingMs: BRIEF_MS }).send(aDelivery(), NEVER)

    assert.equal(sent.ok === false && sent.retry, true)
    assert.match(errorOf(sent), /did not greet in time/)
  })

  it('one that falls silent after its greeting is left', async () => {
    const port = await raw((socket) => socket.write('220 mail ready\r\n'))

    const sent = await channelTo(port, {}, { ...PATIENT, silenceMs: BRIEF_MS }).send(aDelivery(), NEVER)

    assert.equal(sent.ok === false && sent.retry, true)
    assert.match(errorOf(sent), /fell silent/)
  })

  it('one that always says a little more is left when the whole time is over', async () => {
    const heard = Promise.withResolvers<void>()
    const port = await raw((socket) => {
      socket.write('220 mail ready\r\n')
      socket.on('data', () => heard.resolve())
    })
    const clock = manualClock(0)
    const channel = createEmailChannel({ clock, server: serverAt(port), times: PATIENT })
    open.push(channel.close)

    const sending = channel.send(aDelivery(), NEVER)
    await heard.promise
    clock.advance(PATIENT.wholeMs)

    assert.match(errorOf(await sending), /did not take the message in time/)
    assert.equal(clock.pendingTimers(), 0)
  })

  it('a stop ends what is being sent at once', async () => {
    const heard = Promise.withResolvers<void>()
    const port = await raw(() => heard.resolve())
    const stop = new AbortController()

    const sending = channelTo(port).send(aDelivery(), stop.signal)
    await heard.promise
    stop.abort()

    assert.equal((await sending).ok, false)
  })
})

describe('a trial of the sign-in', () => {
  it('comes through without sending anything', async () => {
    const box = await aBox({ authOptional: false })

    await signIn(serverAt(box.port, { login: LOGIN }), manualClock(0), PATIENT)

    assert.deepEqual(box.logins, ['carillon'])
    assert.equal(box.mails.length, 0)
  })
})
