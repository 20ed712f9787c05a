/** The key that signs a job's requests: given or made, kept sealed, shown once, and changed without a gap. */
import { randomBytes } from 'node:crypto'
import type { Secrets } from '../auth/secrets.ts'
import { placeOf, type SecretOwner } from '../auth/target-secrets.ts'
import { type FieldError, invalid } from '../domain/errors.ts'
import type { Signing, Target } from '../domain/target.ts'
import { type Fingerprint, fingerprintOf, keptSecret, opening } from './kept-secret.ts'

/** Without its secret an update keeps the stored one; where there is none, one is made. */
export type SigningInput = {
  readonly secret?: string | undefined
  /** Of the former secret; null ends it at once, undefined leaves it. */
  readonly previousValidUntil?: number | null | undefined
}

export type SigningView = {
  readonly secret: Fingerprint
  /** Until when the former secret signs too. */
  readonly previousValidUntil: number | null
  /** The secret itself, in the answer to the request that made it, and never again. */
  readonly newSecret?: string
}

export type SigningContext = {
  readonly secrets: Secrets
  readonly owner: SecretOwner
  readonly stored: Signing | undefined
  readonly staysThere: boolean
}

const FIELD = 'target.signing.secret'
/** As long as what HMAC-SHA-256 puts out: more would add nothing. */
const NEW_KEY_BYTES = 32
const KEY_BYTES = [24, 64] as const

export const newSigningSecret = (): string => `whsec_${randomBytes(NEW_KEY_BYTES).toString('base64')}`

/** Standard Webhooks 1.0.0: 24 to 64 bytes in base64, after `whsec_`. */
export const signingSecretFault = (text: string): string | null => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? ''
  const key = Buffer.from(encoded, 'base64')
  const [least, most] = KEY_BYTES
  const isRight = key.length >= least && key.length <= most && key.toString('base64') === encoded
  return isRight ? null : `give whsec_ and the base64 of ${least} to ${most} random bytes`
}

/** How long a former secret may sign on, at most. */
const LONGEST_PREVIOUS_MS = 30 * 24 * 3600 * 1000

/** The secret that comes next: the one given, else a new one. Throws `invalid` for what cannot be. */
export const nextSecret = (given: string | undefined, previousValidMs: number): string => {
  const fault = given === undefined ? null : signingSecretFault(given)
  if (fault !== null) throw invalid('secret', undefined, fault)
  if (!Number.isInteger(previousValidMs) || previousValidMs < 0 || previousValidMs > LONGEST_PREVIOUS_MS)
    throw invalid('previousValidMs', previousValidMs, `give 0 to ${LONGEST_PREVIOUS_MS} milliseconds`)
  return given ?? newSigningSecret()
}

/** The same wish with the secret that has to be made for it, which its answer must show. */
export const withSigningSecret = <
  Input extends { readonly kind: Target['kind']; readonly signing?: SigningInput | undefined },
>(
  input: Input,
  stored: Signing | undefined,
): { readonly input: Input; readonly newSecret: string | null } => {
  const { signing } = input
  if (signing === undefined || signing.secret !== undefined || stored !== undefined) return { input, newSecret: null }
  const newSecret = newSigningSecret()
  return { input: { ...input, signing: { ...signing, secret: newSecret } }, newSecret }
}

export const keptSigning = (input: SigningInput, context: SigningContext, errors: FieldError[]): Signing => {
  const { secrets, owner, stored, staysThere } = context
  const given = input.secret
  const secret = keptSecret(
    secrets,
    owner,
    { field: FIELD, given, stored: stored?.secret, staysThere, check: signingSecretFault },
    errors,
  )
  // A secret that is set by hand is the only one from then on.
  const previous = given === undefined ? keptPrevious(input, stored, errors) : undefined
  return { secret: secret?.sealed ?? { sealed: '' }, ...(previous === undefined ? {} : { previous }) }
}

const keptPrevious = (
  { previousValidUntil }: SigningInput,
  stored: Signing | undefined,
  errors: FieldError[],
): Signing['previous'] => {
  if (previousValidUntil === null || (previousValidUntil === undefined && stored?.previous === undefined))
    return undefined
  if (stored?.previous === undefined) {
    errors.push({ field: 'target.signing.previousValidUntil', message: 'there is no former secret' })
    return undefined
  }
  return { ...stored.previous, validUntil: previousValidUntil ?? stored.previous.validUntil }
}

/** The new secret beside the present one, which signs on until its end. */
export const rotatedSigning = (
  present: Signing,
  { secret, validUntil }: { readonly secret: string; readonly validUntil: number | null },
  { secrets, owner }: Pick<SigningContext, 'secrets' | 'owner'>,
): Signing => {
  const former = opening(() => secrets.open(present.secret.sealed, placeOf(owner, FIELD)))
  const sealed = { sealed: secrets.seal(secret, placeOf(owner, FIELD)) }
  if (former === null || validUntil === null) return { secret: sealed }
  const kept = { sealed: secrets.seal(former, placeOf(owner, 'target.signing.previous')) }
  return { secret: sealed, previous: { secret: kept, validUntil } }
}

export const signingView = (secrets: Secrets, owner: SecretOwner, { secret, previous }: Signing): SigningView => ({
  secret: fingerprintOf(secrets, owner, FIELD, secret),
  previousValidUntil: previous?.validUntil ?? null,
})
