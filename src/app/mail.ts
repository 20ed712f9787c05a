/** The mail server of the settings, and a trial of it for the doctor. */
import type { Config } from '../config/config.ts'
import type { MailServer } from '../notify/mail-server.ts'

type MailSettings = Pick<
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
