/** E-mail targets between the wire and the use cases. */
import { invalid } from '../../domain/errors.ts'
import type { EmailTarget } from '../../domain/target.ts'
import type * as wire from '../contract/email-targets.ts'
import type { TargetEdit } from '../contract/targets.ts'

export const emailToWire = ({ to, subject, text }: EmailTarget): wire.EmailTarget => ({
  kind: 'email',
  to: [...to],
  subject,
  text,
})

/** `present`: null when the target was of another kind; then nothing of it stays. */
export const emailEdit = (present: EmailTarget | null, edit: TargetEdit): EmailTarget => ({
  kind: 'email',
  to: needed('to', edit.to ?? present?.to),
  subject: needed('subject', edit.subject ?? present?.subject),
  text: needed('text', edit.text ?? present?.text),
})

const needed = <Value>(name: string, value: Value | undefined): Value => {
  if (value === undefined) throw invalid(`target.${name}`, undefined, 'give to, subject and text')
  return value
}
