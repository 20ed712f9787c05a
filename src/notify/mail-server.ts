/** The way to the SMTP server of the operator: encrypted as the settings say, each step within a bound. */

import { createTransport, type SMTPPoolOptions } from 'nodemailer'
import type { Clock } from '../domain/clock.ts'

export type MailServer = {
  readonly host: string
  readonly port: number
  /** `starttls` and `tls` never go on in the clear. */
  readonly encryption: 'none' | 'starttls' | 'tls'
  readonly login: { readonly username: string; readonly password: string } | null
  readonly sender: { readonly name: string; readonly address: string }
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
}

export type MailTimes = {
  readonly connectMs: number
  readonly greetingMs: number
  /** Without a byte from the server. */
  readonly silenceMs: number
  /** One message from beginning to end, waiting for a connection included. */
  readonly wholeMs: number
}

// A greeting that does not come is told apart from silence later on, so it has less time.
export const MAIL_TIMES: MailTimes = { connectMs: 10_000, greetingMs: 9_000, silenceMs: 10_000, wholeMs: 30_000 }

const CONNECTIONS = 3

/** The host is a setting of the operator, so no guard of egress stands before it: relays are mostly private. */
const optionsOf = (server: MailServer, times: MailTimes): SMTPPoolOptions => ({
  host: server.host,
  port: server.port,
  secure: server.encryption === 'tls',
  requireTLS: server.encryption === 'starttls',
  // Without it, STARTTLS would be used where it is offered: a certificate that is not trusted would then fail `none`.
  ignoreTLS: server.encryption === 'none',
  ...(server.login === null ? {} : { auth: { user: server.login.username, pass: server.login.password } }),
  tls: {
    minVersion: 'TLSv1.2',
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot turn it off.
    rejectUnauthorized: true,
    ...(server.ca === undefined ? {} : { ca: [...server.ca] }),
  },
  connectionTimeout: times.connectMs,
  dnsTimeout: times.connectMs,
  greetingTimeout: times.greetingMs,
  socketTimeout: times.silenceMs,
  disableFileAccess: true,
  disableUrlAccess: true,
})

export const openTransport = (server: MailServer, times: MailTimes) =>
  createTransport({
    ...optionsOf(server, times),
    pool: true,
    maxConnections: CONNECTIONS,
    // Below the idle time after which common servers hang up.
    idleTimeout: 30_000,
    // A kept connection that its server ended this very moment costs no wait; for all else the outbox tries again.
    maxRequeues: 1,
  })

/** Connects, greets, encrypts and signs in, and sends nothing; rejects as sending would. */
export const signIn = async (server: MailServer, clock: Clock, times: MailTimes = MAIL_TIMES): Promise<void> => {
  const transport = createTransport(optionsOf(server, times))
  const { promise: late, reject } = Promise.withResolvers<never>()
  const cancel = clock.after(times.wholeMs, () => reject(Object.assign(new Error('late'), { code: 'EABORT' })))
  try {
    await Promise.race([transport.verify(), late])
  } finally {
    cancel()
    transport.close()
  }
}
