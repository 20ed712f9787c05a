/** Opens the secret of a target's auth at the last moment, and says what must never show afterwards. */
import type { Assignment } from '../domain/attempt.ts'
import type { HttpAuth, Sealed, SecretField } from '../domain/target.ts'
import { isHeaderValue } from '../domain/target-rules.ts'

/** Opens a sealed secret of this assignment's workspace; throws when it cannot. */
export type Reveal = (sealed: Sealed, assignment: Assignment, field: SecretField) => string

export type Credentials = {
  readonly name: string
  readonly value: string
  /** The secret and the forms of it that went out. */
  readonly secrets: readonly string[]
}

/** Null when the secret cannot be opened, or cannot be carried by a header. */
export const openCredentials = (auth: HttpAuth, assignment: Assignment, reveal: Reveal): Credentials | null => {
  try {
    const credentials = credentialsOf(auth, (sealed, field) => reveal(sealed, assignment, field))
    return isHeaderValue(credentials.value) ? credentials : null
  } catch {
    // What was thrown may quote the secret, so it goes no further.
    return null
  }
}

const credentialsOf = (auth: HttpAuth, open: (sealed: Sealed, field: SecretField) => string): Credentials => {
  switch (auth.kind) {
    case 'basic': {
      const password = open(auth.password, 'target.auth.password')
      const pair = `${auth.username}:${password}`
      const encoded = Buffer.from(pair).toString('base64')
      return { name: 'authorization', value: `Basic ${encoded}`, secrets: [password, pair, encoded] }
    }
    case 'bearer': {
      const token = open(auth.token, 'target.auth.token')
      return { name: 'authorization', value: `Bearer ${token}`, secrets: [token] }
    }
    case 'header': {
      const value = open(auth.value, 'target.auth.value')
      return { name: auth.name.toLowerCase(), value, secrets: [value] }
    }
    case 'oauth2':
      throw new Error('The access token takes the place of these credentials before a call.')
  }
}
