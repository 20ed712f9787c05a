/** What a user name, an e-mail address and a profile may be. Pure. */
import { ROLES } from '../domain/actor.ts'
import type { FieldError } from '../domain/errors.ts'
import { DomainError } from '../domain/errors.ts'
import { checkLine } from './fields.ts'

export type Profile = {
  readonly username: string
  readonly email: string
  readonly fullName: string | null
  readonly role: string
}

/** As they are kept and compared: addresses in lower case, nothing around the edges. */
export const normalUsername = (text: string): string => text.trim().normalize('NFC')
export const normalEmail = (text: string): string => text.trim().toLowerCase()

export const checkProfile = ({ username, email, fullName, role }: Profile): FieldError[] => [
  ...checkUsername(username, email),
  ...checkEmail(email),
  ...(fullName === null ? [] : checkLine('fullName', fullName, [1, 200])),
  ...(ROLES.some((known) => known === role)
    ? []
    : [{ field: 'role', value: role, message: `use one of ${ROLES.join(', ')}` }]),
]

const checkUsername = (username: string, email: string): FieldError[] => {
  // People sign in with either: a name that reads like the address of somebody else would take over their sign-in.
  if (username.toLowerCase() === email) return []
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]{2,79}$/u.test(username)
    ? []
    : [
        {
          field: 'username',
          value: username.slice(0, 100),
          message: 'give 3 to 80 letters, digits, dots, hyphens and underscores, or the e-mail address',
        },
      ]
}

// Deliverability is found out by sending; this keeps out what is no address, and what could break a mail header.
const EMAIL = /^[^\s@<>(),;:"\\[\]\p{Cc}]{1,64}@[\p{L}\p{N}]([\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?$/u

const checkEmail = (email: string): FieldError[] =>
  EMAIL.test(email) && email.length <= 254 && !email.includes('..')
    ? []
    : [{ field: 'email', value: email.slice(0, 100), message: 'give an e-mail address such as ada@example.com' }]

export const takenError = ({ taken }: { readonly taken: 'username' | 'email' }): DomainError => {
  const message = taken === 'email' ? 'this e-mail address belongs to an account' : 'this user name is taken'
  return new DomainError('conflict', `${taken}: ${message}`, { errors: [{ field: taken, message }] })
}
