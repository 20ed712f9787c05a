/** Targets that are e-mail, on the wire. */
import { z } from 'zod'
import { EMAIL_BOUNDS } from '../../domain/email-target.ts'
import { strict } from './values.ts'

const to = z
  .array(z.string().min(3).max(254))
  .min(1)
  .max(EMAIL_BOUNDS.recipients)
  .describe('Each gets a message of its own.')
  .meta({ examples: [['ada@example.com']] })
const subject = z.string().min(1).max(EMAIL_BOUNDS.subjectLength).describe('One line.')
const text = z.string().min(1).max(EMAIL_BOUNDS.textLength).describe('Plain text.')

export const EmailTarget = strict({ kind: z.literal('email'), to, subject, text }).meta({ id: 'EmailTarget' })
export type EmailTarget = z.infer<typeof EmailTarget>

/** What an edit may say of it; each is replaced whole. */
export const EMAIL_EDIT = { to: to.optional(), subject: subject.optional(), text: text.optional() }
