/** The settings of e-mail, and of the links in it. */
import { freeText, hostName, mailSender, onOff, orNothing, type Setting, webAddress, wholeNumber } from './setting.ts'

const setting = <T>(from: Setting<T>): Setting<T> => from
const nothing = (): null => null
const SUBMISSION_PORT = 587

export const MAIL_SETTINGS = {
  mailEnabled: setting({
    name: 'MAIL_ENABLED',
    kind: onOff,
    byDefault: () => false,
    help: 'Whether people are told by e-mail; it takes MAIL_SERVER and MAIL_DEFAULT_SENDER as well.',
    changedBy: 'Whoever wants to hear of failures without looking. `carillon doctor` tells whether it would work.',
    example: 'true',
  }),
  mailServer: setting({
    name: 'MAIL_SERVER',
    kind: orNothing(hostName),
    byDefault: nothing,
    help: 'The SMTP server that takes e-mail from this one.',
    changedBy: 'Everybody who turns MAIL_ENABLED on.',
    example: 'smtp.example.com',
  }),
  mailPort: setting({
    name: 'MAIL_PORT',
    kind: wholeNumber(1, 65_535),
    byDefault: () => SUBMISSION_PORT,
    help: 'Its port: 587 is for MAIL_USE_TLS, 465 for MAIL_USE_SSL.',
    changedBy: 'Whoever has a server on another port.',
    example: '465',
  }),
  mailStartTls: setting({
    name: 'MAIL_USE_TLS',
    kind: orNothing(onOff),
    byDefault: nothing,
    help: 'Whether the connection begins in the clear and must then be encrypted (STARTTLS); a server that cannot gets nothing. Without it: on, unless MAIL_USE_SSL is on.',
    changedBy: 'Whoever has a relay on the same machine that cannot encrypt (false).',
    example: 'false',
  }),
  mailImplicitTls: setting({
    name: 'MAIL_USE_SSL',
    kind: onOff,
    byDefault: () => false,
    help: 'Whether the connection is encrypted from its first byte (implicit TLS), instead of MAIL_USE_TLS.',
    changedBy: 'Whoever has a server on port 465.',
    example: 'true',
  }),
  mailUsername: setting({
    name: 'MAIL_USERNAME',
    kind: orNothing(freeText),
    byDefault: nothing,
    help: 'The name to sign in with, together with MAIL_PASSWORD; without both, nobody signs in.',
    changedBy: 'Whoever has a server that asks for one, which most do.',
    example: 'carillon@example.com',
  }),
  mailPassword: setting({
    name: 'MAIL_PASSWORD',
    kind: orNothing(freeText),
    byDefault: nothing,
    help: 'The password for MAIL_USERNAME; never sent over a connection in the clear in production.',
    changedBy: 'The same people.',
    example: 'what the provider gave for programs',
    secret: true,
  }),
  mailSender: setting({
    name: 'MAIL_DEFAULT_SENDER',
    kind: orNothing(mailSender),
    byDefault: nothing,
    help: 'Whom e-mail comes from.',
    changedBy: 'Everybody who turns MAIL_ENABLED on; many servers take only addresses of the account.',
    example: 'Carillon <carillon@example.com>',
  }),
  mailJobsForAll: setting({
    name: 'MAIL_JOBS_FOR_ALL_WORKSPACES',
    kind: onOff,
    byDefault: (environment) => environment === 'development',
    help: 'Whether jobs of every workspace may send e-mail to anybody; otherwise only those of the first one, which the first start made.',
    changedBy: 'Whoever runs several workspaces whose people may write in the name of this server.',
    example: 'true',
  }),
  frontendBaseUrl: setting({
    name: 'FRONTEND_BASE_URL',
    kind: orNothing(webAddress),
    byDefault: nothing,
    help: 'Where links in notices lead: the pages of jobs are below it. Without it, notices carry no links.',
    changedBy: 'Whoever serves a dashboard.',
    example: 'https://jobs.example.com/ui',
  }),
} as const
