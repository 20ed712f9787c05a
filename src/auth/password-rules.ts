/** What a new password must be. Length beats cleverness (NIST SP 800-63B): no rules on classes of characters. */
import type { FieldError } from '../domain/errors.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Counted in characters, after normalising. */
const LONGEST_PASSWORD = 256

/** The same word typed on two keyboards is the same password. */
export const normalPassword = (password: string): string => password.normalize('NFC')

/** Nothing longer is ever normalised or hashed; 4 UTF-16 units for each character allow for decomposed forms. */
export const isOverlong = (password: string): boolean =>
  password.length > 4 * LONGEST_PASSWORD || [...normalPassword(password)].length > LONGEST_PASSWORD

/** The value is never repeated in the error. `names`: what belongs to the user and would be guessed first. */
export const checkPassword = (
  password: string,
  rule: { readonly minLength: number; readonly names: readonly string[]; readonly field?: string },
): FieldError[] => {
  const wrong = (message: string): FieldError[] => [{ field: rule.field ?? 'password', message }]
  if (isOverlong(password)) return wrong(`at most ${LONGEST_PASSWORD} characters`)
  const normal = normalPassword(password)
  // Unpaired surrogates all become U+FFFD in UTF-8: different passwords would be the same one.
  if (!normal.isWellFormed()) return wrong('the text is not valid Unicode')
  if ([...normal].length < rule.minLength) return wrong(`at least ${rule.minLength} characters`)
  const lower = normal.toLowerCase()
  if (isCommonPassword(lower)) return wrong('this is one of the most common passwords; choose another one')
  if (rule.names.some((name) => name.toLowerCase() === lower))
    return wrong('it must not be the user name or e-mail address')
  return []
}
