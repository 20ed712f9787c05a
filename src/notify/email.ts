/** The channel of e-mail: one message to one address over SMTP, on connections that are kept for the next ones. */
import { createHash } from 'node:crypto'
import type { Clock } from '../domain/clock.ts'
import { mailAddress } from '../domain/mail-address.ts'
import type { Channel, Delivery, Sent } from './channel.ts'
import { failureOf } from './mail-failures.ts'
import { MAIL_TIMES, type MailServer, type MailTimes, openTransport } from './mail-server.ts'
import { oneLine } from './texts.ts'

export type EmailChannel = Channel & {
  /** Closes the connections; what is being sent fails and may be tried again. */
  readonly close: () => void
}

export type EmailOptions = {
  readonly clock: Clock
  readonly server: MailServer
  readonly times?: MailTimes
}

const NOT_AN_ADDRESS = 'The address is not one that e-mail can be sent to.'

export const createEmailChannel = ({ clock, server, times = MAIL_TIMES }: EmailOptions): EmailChannel => {
  const transport = openTransport(server, times)

  const deliver = async (address: string, delivery: Delivery, signal: AbortSignal): Promise<Sent> => {
    try {
      await transport.sendMail({ ...mailOf(server, address, delivery), signal })
      return { ok: true }
    } catch (error) {
      return failureOf(error)
    }
  }

  return {
    kind: 'email',
    send: async (delivery, signal) => {
      const address = delivery.to.kind === 'email' ? mailAddress(delivery.to.address) : null
      if (address === null) return { ok: false, retry: false, retryAfterMs: null, error: NOT_AN_ADDRESS }
      const given = new AbortController()
      const giveUp = (): void => given.abort()
      // A server that answers a little now and then passes every other time-out.
      const cancel = clock.after(times.wholeMs, giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      try {
        return await deliver(address, delivery, given.signal)
      } finally {
        cancel()
        signal.removeEventListener('abort', giveUp)
      }
    },
    close: () => transport.close({ force: true }),
  }
}

/** The envelope is named apart, so that nothing is ever read out of a header. */
const mailOf = ({ sender }: MailServer, address: string, { id, message, createdAt }: Delivery) => ({
  from: { name: plainHeader(sender.name), address: sender.address },
  to: { name: '', address },
  envelope: { from: sender.address, to: [address] },
  subject: plainHeader(message.subject),
  text: message.text,
  ...(message.html === null ? {} : { html: message.html }),
  date: new Date(createdAt),
  messageId: messageIdOf(id, sender.address),
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  disableFileAccess: true,
  disableUrlAccess: true,
})

/** What looks like an encoded word (RFC 2047) would be decoded by the reader, into whatever its writer wanted. */
const plainHeader = (text: string): string => oneLine(text).replaceAll('=?', '= ?')

/** The same for each try at one delivery, whereby mailboxes tell a repeat. A digest, as an id may have any form. */
const messageIdOf = (id: string, sender: string): string =>
  `<${createHash('sha256').update(id).digest('hex').slice(0, 40)}@${sender.slice(sender.lastIndexOf('@') + 1)}>`
