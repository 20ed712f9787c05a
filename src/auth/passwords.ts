/** Passwords from the words people type to the hashes that are kept. */
import type { FieldError } from '../domain/errors.ts'
import type { PasswordHash } from './password-hash.ts'
import { checkPassword, isOverlong, normalPassword } from './password-rules.ts'

export type Passwords = {
  /** What is wrong with a new password; `names` are the user's own, which it may not be. */
  readonly check: (password: string, names: readonly string[], field?: string) => readonly FieldError[]
  /** A text too long to be any password. Nothing this long is hashed. */
  readonly isOverlong: (password: string) => boolean
  readonly hash: (password: string) => Promise<string>
  readonly verify: PasswordHash['verify']
}

/** `minLength`: 12 in production and 6 in development are what `app.ts` gives. */
export const createPasswords = ({
  minLength,
  hashing,
}: {
  readonly minLength: number
  readonly hashing: PasswordHash
}): Passwords => ({
  check: (password, names, field = 'password') => checkPassword(password, { minLength, names, field }),
  isOverlong,
  hash: (password) => hashing.hash(normalPassword(password)),
  verify: (password, phc) => hashing.verify(normalPassword(password), phc),
})
