/** One secret on its way in: sealed when it is given, kept when it is left out, refused when it would go somewhere else. */
import type { Secrets } from '../auth/secrets.ts'
import { placeOf, type SecretOwner } from '../auth/target-secrets.ts'
import type { FieldError } from '../domain/errors.ts'
import type { Sealed, SecretField } from '../domain/target.ts'

export type SecretChoice = {
  readonly field: SecretField
  /** Undefined: the stored one stays. */
  readonly given: string | undefined
  /** What the job has of this kind now. */
  readonly stored: Sealed | undefined
  /** Whether what the job calls is still where the stored one was meant for. */
  readonly staysThere: boolean
  /** What is wrong with it, as a sentence; null when nothing is. */
  readonly check: (plain: string) => string | null
}

export type KeptSecret = { readonly sealed: Sealed; readonly plain: string }

/** Null when it is told in `errors` what is wrong: never with the value, which is, or nearly is, the secret. */
export const keptSecret = (
  secrets: Secrets,
  owner: SecretOwner,
  { field, given, stored, staysThere, check }: SecretChoice,
  errors: FieldError[],
): KeptSecret | null => {
  const wrong = (message: string): null => {
    errors.push({ field, message })
    return null
  }
  const place = placeOf(owner, field)
  if (given !== undefined) {
    if (given === '') return wrong('it must not be empty')
    const message = check(given)
    return message === null ? { sealed: { sealed: secrets.seal(given, place) }, plain: given } : wrong(message)
  }
  if (stored === undefined) return wrong('this is missing')
  // A URL that leads elsewhere would carry the secret there, to somebody who was never told it.
  if (!staysThere) return wrong('give it again, since the URL now leads to another origin')
  const plain = opening(() => secrets.open(stored.sealed, place))
  if (secrets.isCurrent(stored.sealed) && plain !== null) return { sealed: stored, plain }
  return plain === null
    ? wrong('give it again: its key is lost')
    : { sealed: { sealed: secrets.seal(plain, place) }, plain }
}

/** First 8 hex digits of a keyed hash: equal secrets of one workspace look equal, nothing else can be told. */
export type Fingerprint = { readonly fingerprint: string }

export const fingerprintOf = (
  secrets: Secrets,
  owner: SecretOwner,
  field: SecretField,
  { sealed }: Sealed,
): Fingerprint => {
  const plain = opening(() => secrets.open(sealed, placeOf(owner, field)))
  return { fingerprint: plain === null ? 'unreadable' : secrets.fingerprint(plain, owner.workspaceKey) }
}

/** Null when the key is lost: that must not hide the job, which can still be given a new secret. */
export const opening = (open: () => string): string | null => {
  try {
    return open()
  } catch {
    return null
  }
}
