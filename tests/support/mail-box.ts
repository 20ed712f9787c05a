/** A real SMTP server for tests: keeps what it is given, and refuses what it is told to. */
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export type Mail = {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly parsed: Email
}

export type MailBox = {
  readonly port: number
  readonly mails: Mail[]
  /** Resolves when so many mails have come. */
  readonly arrived: (count: number) => Promise<void>
  readonly connections: () => number
  readonly logins: string[]
  /** Ends every connection, as servers do with idle ones; resolves when they are gone. */
  readonly hangUp: () => Promise<void>
  readonly close: () => Promise<void>
}

export const refusal = (status: number, text: string): Error => Object.assign(new Error(text), { responseCode: status })

export const mailBox = async (options: SMTPServerOptions = {}): Promise<MailBox> => {
  const mails: Mail[] = []
  const logins: string[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let connections = 0
  let gone = Promise.withResolvers<void>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onConnect: (_session, done) => {
      connections++
      done()
    },
    onClose: () => gone.resolve(),
    onAuth: ({ username = '', password }, _session, done) => {
      logins.push(username)
      if (username === 'carillon' && password === 'right') done(null, { user: username })
      else done(refusal(535, `no such login ${username} ${password}`))
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks)
        void PostalMime.parse(raw).then((parsed) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
          const to = envelope.rcptTo.map(({ address }) => address)
          mails.push({ from, to, raw: raw.toString(), parsed })
          for (const { count, resolve } of waiting) if (mails.length >= count) resolve()
          done()
        })
      })
    },
    ...options,
  })
  // A client that goes away in the middle is no fault of the server's.
  server.on('error', () => undefined)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    arrived: (count) =>
      new Promise((resolve) => {
        if (mails.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    connections: () => connections,
    logins,
    hangUp: async () => {
      gone = Promise.withResolvers<void>()
      for (const connection of server.connections) connection.close()
      await gone.promise
    },
    close: () => new Promise((closed) => server.close(closed)),
  }
}
