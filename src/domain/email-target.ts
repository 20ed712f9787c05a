/** E-mail as the work of a job: what it may be, and the way by which it is sent. Rules are pure. */
import type { FieldError } from './errors.ts'
import { mailAddress } from './mail-address.ts'
import type { EmailTarget } from './target.ts'

export const EMAIL_BOUNDS = { recipients: 20, subjectLength: 200, textLength: 65_536 } as const

/** One message to one address. `id`: the same at every try, whereby mailboxes tell a repeat. */
export type Mail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type MailSent =
  | { readonly ok: true }
  | { readonly ok: false; readonly retry: boolean; readonly retryAfterMs: number | null; readonly error: string }

/** Never rejects, and ends within about half a minute; at once when the signal says so. */
export type SendMail = (mail: Mail, signal: AbortSignal) => Promise<MailSent>

/** All that is wrong with it. A break of line in an address or a subject would begin a header of somebody else's making. */
export const checkEmailTarget = ({ to, subject, text }: EmailTarget): FieldError[] => [
  ...(to.length > 0 && to.length <= EMAIL_BOUNDS.recipients
    ? []
    : [{ field: 'target.to', value: to.length, message: `give 1 to ${EMAIL_BOUNDS.recipients} addresses` }]),
  ...to.flatMap((address, at) =>
    mailAddress(address) === address && to.indexOf(address) === at
      ? []
      : [{ field: `target.to[${at}]`, value: address, message: 'give one e-mail address, each once' }],
  ),
  ...(subject.trim() !== '' && subject.length <= EMAIL_BOUNDS.subjectLength && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(subject)
    ? []
    : [
        {
          field: 'target.subject',
          value: subject.slice(0, EMAIL_BOUNDS.subjectLength),
          message: `give one line of 1 to ${EMAIL_BOUNDS.subjectLength} characters, without control characters`,
        },
      ]),
  ...(text !== '' && text.length <= EMAIL_BOUNDS.textLength && !text.includes('\0')
    ? []
    : [{ field: 'target.text', value: text.length, message: `give 1 to ${EMAIL_BOUNDS.textLength} characters` }]),
]
