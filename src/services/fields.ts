/** Checks of single fields, gathered so that a caller hears of all wrong ones at once. */
import { DomainError, type FieldError } from '../domain/errors.ts'

/** Throws when there is anything to throw; the message is that of the first. */
export const refuse = (errors: readonly FieldError[]): void => {
  const [first] = errors
  if (first === undefined) return
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new DomainError('invalid', `${first.field}: ${first.message}${more}`, { errors })
}

// Bidirectional overrides make a name read as another one; line separators break lists and logs.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** Text of one line that people read: names. */
export const checkLine = (field: string, text: string, [least, most]: readonly [number, number]): FieldError[] => {
  const length = [...text].length
  if (length < least || length > most) {
    return [{ field, value: text.slice(0, 100), message: `give ${least} to ${most} characters` }]
  }
  return UNPRINTABLE.test(text) ? [{ field, value: text, message: 'use printable characters only' }] : []
}

/** Text of several lines. */
export const checkText = (field: string, text: string, most: number): FieldError[] => {
  if ([...text].length > most) return [{ field, message: `at most ${most} characters` }]
  return UNPRINTABLE.test(text.replace(/[\t\n\r]/g, ''))
    ? [{ field, message: 'use printable characters, tabs and line breaks only' }]
    : []
}
