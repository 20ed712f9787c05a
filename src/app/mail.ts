/** The mail server of the settings, and a trial of it for the doctor. */
import type { Config } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import type { SendMail } from '../domain/email-target.ts'
import { newId } from '../domain/ids.ts'
import { createEmailRunner, type Runner } from '../execute/execute.ts'
import { createEmailChannel } from '../notify/email.ts'
import { type MailFailure, mailFailure } from '../notify/mail-failures.ts'
import { type MailServer, signIn } from '../notify/mail-server.ts'
import { type Deps, FIRST_WORKSPACE } from '../services/services.ts'

export type { MailFailure, MailStep } from '../notify/mail-failures.ts'

export type MailSettings = Pick<
  Config,
  | 'mailEnabled'
  | 'mailServer'
  | 'mailPort'
  | 'mailStartTls'
  | 'mailImplicitTls'
  | 'mailUsername'
  | 'mailPassword'
  | 'mailSender'
>

/** Null where e-mail is off, or what it needs is missing, which a start refuses. */
export const mailServerOf = (settings: MailSettings): MailServer | null => {
  const { mailServer: host, mailPort: port, mailSender: sender, mailUsername, mailPassword } = settings
  if (!settings.mailEnabled || host === null || sender === null) return null
  const starttls = settings.mailStartTls ?? true
  const login =
    mailUsername === null || mailPassword === null ? null : { username: mailUsername, password: mailPassword }
  return { host, port, encryption: settings.mailImplicitTls ? 'tls' : starttls ? 'starttls' : 'none', login, sender }
}

export type MailTrial = {
  readonly ms: number
  /** Null: a message could have been handed over. */
  readonly ended: MailFailure | null
}

/** Goes the way of a message up to the sign-in and sends nothing. Only for settings that `mailServerOf` makes a server of. */
export const tryMail = async (server: MailServer): Promise<MailTrial> => {
  const began = systemClock.monotonic()
  const ended = await signIn(server, systemClock).then(() => null, mailFailure)
  return { ms: systemClock.monotonic() - began, ended }
}

/** Null when the server took the message, else why not. */
export const sendTestMail = async (server: MailServer, address: string): Promise<string | null> => {
  const channel = createEmailChannel({ clock: systemClock, server })
  try {
    const sent = await channel.send(
      { id: newId(), to: { kind: 'email', address }, message: TEST_MESSAGE, createdAt: systemClock.now() },
      new AbortController().signal,
    )
    return sent.ok ? null : sent.error
  } finally {
    channel.close()
  }
}

export type EmailJobs = { readonly runner: Runner; readonly open: Deps['emailJobs'] }

/** E-mail as the work of jobs, by the same way as notices: on connections of its own, so that neither waits for the other. */
export const openEmailJobs = (settings: MailSettings & Pick<Config, 'mailJobsForAll'>): EmailJobs => {
  const server = mailServerOf(settings)
  const isOpenTo = (workspaceKey: number) => settings.mailJobsForAll || workspaceKey === FIRST_WORKSPACE
  const channel = server === null ? null : createEmailChannel({ clock: systemClock, server })
  const send: SendMail | null =
    channel === null
      ? null
      : ({ id, to, subject, text }, signal) =>
          channel.send(
            {
              id,
              to: { kind: 'email', address: to },
              message: { title: subject, subject, text, html: null, slackText: null, data: {} },
              createdAt: systemClock.now(),
            },
            signal,
          )
  return {
    runner: createEmailRunner({ send, isOpenTo, close: () => channel?.close() }),
    open: { isOn: channel !== null, isOpenTo },
  }
}

const TEST_TEXT = 'This is a test by `carillon doctor`. Notices of jobs will come the same way.'
const TEST_MESSAGE = {
  title: 'Test',
  subject: 'Test of Carillon',
  text: TEST_TEXT,
  html: null,
  slackText: null,
  data: {},
}
