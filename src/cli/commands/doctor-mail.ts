/** What the doctor says of e-mail: whether the mail server would take a message, at which step not, and what to do. */
import type { MailFailure, MailTrial, mailServerOf } from '../../app.ts'
import { type Finding, verdicts } from './findings.ts'

type MailServer = NonNullable<ReturnType<typeof mailServerOf>>

export type MailTrials = {
  /** Null where e-mail is off or its settings are not complete. */
  readonly server: MailServer | null
  readonly tryMail: (server: MailServer) => Promise<MailTrial>
  readonly sendTestMail: (server: MailServer, address: string) => Promise<string | null>
  readonly testMail: string | null
}

const { ok, warn, bad } = verdicts('mail')

export const mailFindings = async (
  isOn: boolean,
  { server, tryMail, sendTestMail, testMail }: MailTrials,
): Promise<readonly Finding[]> => {
  if (!isOn) {
    const off = 'off (MAIL_ENABLED): nobody is told by e-mail'
    return [testMail === null ? ok(off) : bad(`${off}, so no test was sent. To do: set MAIL_ENABLED`)]
  }
  // The settings have told of it already.
  if (server === null) return [warn('not tried: its settings are not complete')]
  const { ended, ms } = await tryMail(server)
  const place = `${server.host}:${server.port} (${ENCRYPTION[server.encryption]})`
  if (ended !== null) return [bad(`${place}: ${ended.sentence} To do: ${remedy(ended, server)}`)]
  const signedIn = server.login === null ? 'answers, without a sign-in' : 'lets us sign in'
  const reached = ok(`${place} ${signedIn}, in ${Math.round(ms)} ms`)
  if (testMail === null) return [reached]
  const error = await sendTestMail(server, testMail)
  return [
    reached,
    error === null
      ? ok(`a test was sent to ${testMail}; look whether it came, and not among the unwanted`)
      : bad(`the test for ${testMail} was not sent: ${error} To do: ${SENDING}`),
  ]
}

const ENCRYPTION: Readonly<Record<MailServer['encryption'], string>> = {
  none: 'in the clear',
  starttls: 'STARTTLS',
  tls: 'TLS',
}

const SENDING = 'look at the address, and at MAIL_DEFAULT_SENDER: many servers take only addresses of the account'

const remedy = ({ step }: MailFailure, { encryption }: MailServer): string => {
  switch (step) {
    case 'dns':
      return 'look at MAIL_SERVER, and at the DNS servers of this machine'
    case 'connection':
      return 'look at MAIL_SERVER and MAIL_PORT, at the firewall, and whether a mail server listens there'
    case 'greeting':
      // A server that waits for TLS says nothing first.
      return encryption === 'tls'
        ? 'look whether a mail server listens there'
        : 'if this port wants TLS from the first byte (465 mostly does), set MAIL_USE_SSL; else look at the server'
    case 'tls':
      return encryption === 'tls'
        ? 'look at its certificate; if this port begins in the clear (587 mostly does), set MAIL_USE_TLS instead of MAIL_USE_SSL'
        : 'look at its certificate, and whether it offers STARTTLS; a relay of your own that cannot takes MAIL_USE_TLS=false'
    case 'sign-in':
      return 'look at MAIL_USERNAME and MAIL_PASSWORD; many providers want a password made for programs'
    case 'sender':
    case 'recipient':
    case 'message':
      return SENDING
    case 'given-up':
      return 'try again; the server is very slow'
  }
}
