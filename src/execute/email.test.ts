/** The runner of e-mail targets: one message to each, all of them tried. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anAssignment } from '../../tests/support/targets.ts'
import type { Mail, MailSent, SendMail } from '../domain/email-target.ts'
import { createEmailRunner } from './email.ts'
import type { Finding } from './runner.ts'

const TARGET = { kind: 'email', to: ['ada@example.com', 'bob@example.com'], subject: 'Hello', text: 'Text' } as const

const run = (send: SendMail | null, { isOpen = true } = {}) => {
  const runner = createEmailRunner({ send, isOpenTo: () => isOpen, close: () => undefined })
  return new Promise<Finding>((resolve) => runner.start(anAssignment(TARGET), resolve))
}

const refusing =
  (mails: Mail[], refused: Readonly<Record<string, MailSent>>): SendMail =>
  async (mail) => {
    mails.push(mail)
    return refused[mail.to] ?? { ok: true }
  }

test('each address gets a message of its own, under an id that is the same at every try', async () => {
  const [first, again]: [Mail[], Mail[]] = [[], []]

  const finding = await run(refusing(first, {}))
  await run(refusing(again, {}))

  assert.deepEqual([finding.failure, finding.output], [null, 'The mail server took 2 of 2.'])
  assert.deepEqual(
    first.map(({ to, subject, text }) => ({ to, subject, text })),
    TARGET.to.map((to) => ({ to, subject: 'Hello', text: 'Text' })),
  )
  assert.notEqual(first[0]?.id, first[1]?.id)
  assert.deepEqual(
    again.map(({ id }) => id),
    first.map(({ id }) => id),
  )
})

test('one that is refused fails the run and keeps nothing from the others; whether to try again is the server’s to say', async () => {
  const mails: Mail[] = []
  const no = (retry: boolean): MailSent => ({ ok: false, retry, retryAfterMs: retry ? 5000 : null, error: 'No.' })

  const finding = await run(refusing(mails, { 'ada@example.com': no(true) }))
  const hopeless = await run(refusing([], { 'bob@example.com': no(false) }))

  assert.equal(mails.length, 2)
  assert.deepEqual(
    [finding.failure, finding.error, finding.output, finding.retryable, finding.retryAfterMs],
    ['connection', 'ada@example.com: No.', 'The mail server took 1 of 2.', true, 5000],
  )
  assert.equal(hopeless.retryable, false)
})

test('nothing is sent where there is no mail server, or it is not open to the workspace', async () => {
  const mails: Mail[] = []

  const off = await run(null)
  const closed = await run(refusing(mails, {}), { isOpen: false })

  assert.match(off.error ?? '', /MAIL_ENABLED/)
  assert.match(closed.error ?? '', /workspace/)
  assert.deepEqual([off.retryable, closed.retryable, mails], [false, false, []])
})

test('a run that is stopped lets go of the message, and reports nothing', async () => {
  let reported = 0
  const signals: AbortSignal[] = []
  const sent = Promise.withResolvers<MailSent>()
  const runner = createEmailRunner({
    send: (_mail, signal) => {
      signals.push(signal)
      return sent.promise
    },
    isOpenTo: () => true,
    close: () => undefined,
  })

  const started = runner.start(anAssignment(TARGET), () => reported++)
  const heard = started.stop()
  sent.resolve({ ok: false, retry: true, retryAfterMs: null, error: 'Stopped.' })
  await sent.promise
  await new Promise(setImmediate)

  assert.deepEqual([signals.length, signals[0]?.aborted, reported], [1, true, 0])
  assert.match(heard.doing, /mail server/)
})
