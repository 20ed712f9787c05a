/** What a failure of SMTP means: whether to try again, and a sentence for people that holds nothing secret. */
import type { Sent } from './channel.ts'
import { oneLine } from './texts.ts'

/** Where on its way a message stopped. */
export type MailStep =
  | 'dns'
  | 'connection'
  | 'greeting'
  | 'tls'
  | 'sign-in'
  | 'sender'
  | 'recipient'
  | 'message'
  | 'given-up'

export type MailFailure = {
  readonly step: MailStep
  readonly sentence: string
  /** The status of the server's answer, such as 550; null when it gave none. */
  readonly status: number | null
}

type Raised = {
  readonly code: string
  readonly command: string
  readonly status: number | null
  readonly message: string
}

export const failureOf = (error: unknown): Sent => {
  const { step, sentence, status } = mailFailure(error)
  // RFC 5321, 4.2.1: 5xx would be the same next time. A refusal to let us in is the operator's to mend, and then the mail goes.
  const isFinal = status !== null && status >= 500 && (step === 'recipient' || step === 'message')
  return { ok: false, retry: !isFinal, retryAfterMs: null, error: sentence }
}

export const mailFailure = (error: unknown): MailFailure => {
  const raised = raisedBy(error)
  const step = stepOf(raised)
  return { step, status: raised.status, sentence: `${SENTENCES[step]}${answerOf(step, raised)}` }
}

const raisedBy = (error: unknown): Raised => {
  const from = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const status = typeof from.responseCode === 'number' && from.responseCode >= 400 ? from.responseCode : null
  return { code: text(from.code), command: text(from.command).toUpperCase(), status, message: text(from.message) }
}

const stepOf = ({ code, command, message }: Raised): MailStep => {
  if (code === 'EABORT') return 'given-up'
  if (code === 'EDNS') return 'dns'
  if (code === 'EAUTH' || code === 'ENOAUTH' || command.startsWith('AUTH')) return 'sign-in'
  if (code === 'ETLS' || command === 'STARTTLS' || isOfTls(message)) return 'tls'
  if (/greeting/i.test(message)) return 'greeting'
  if (command.startsWith('MAIL')) return 'sender'
  if (command.startsWith('RCPT') || code === 'EENVELOPE') return 'recipient'
  if (command === 'DATA' || code === 'EMESSAGE') return 'message'
  return 'connection'
}

const isOfTls = (message: string): boolean => /certificate|ssl routines|tls|handshake|altname/i.test(message)

const SENTENCES: Readonly<Record<MailStep, string>> = {
  dns: 'The name of the mail server could not be resolved.',
  connection: 'The mail server could not be reached, or it hung up or fell silent.',
  greeting: 'The mail server took the connection and did not greet in time.',
  tls: 'The connection to the mail server could not be encrypted.',
  'sign-in': 'The mail server did not accept the sign-in.',
  sender: 'The mail server did not accept the sender.',
  recipient: 'The mail server did not accept the recipient.',
  message: 'The mail server did not accept the message.',
  'given-up': 'The mail server did not take the message in time.',
}

/** An answer to a sign-in is left out: it may quote what was sent. So is the rest of one: it may name people and machines. */
const answerOf = (step: MailStep, { status, message }: Raised): string => {
  if (status === null) return step === 'tls' ? tlsReason(message) : ''
  if (step === 'sign-in') return ` It answered ${status}.`
  const said = oneLine(/\b[45]\d\d[ -](.*)$/s.exec(message)?.[1] ?? '', 120)
  return ` It answered ${status}${said === '' ? '' : `: ${said}`}`
}

const tlsReason = (message: string): string => {
  if (/altname|does not match/i.test(message)) return ' Its certificate is for another host.'
  if (/expired/i.test(message)) return ' Its certificate has expired.'
  if (/self.signed|issuer|verify/i.test(message)) return ' Its certificate comes from an authority that is not trusted.'
  if (/wrong version|packet length|record/i.test(message)) return ' It does not speak TLS on this port.'
  return ''
}
