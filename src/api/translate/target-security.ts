/** Client certificates, signatures and kept secrets between the wire and the use cases. */
import { invalid } from '../../domain/errors.ts'
import type { HttpTargetInput, HttpTargetView } from '../../services/services.ts'
import type * as wire from '../contract/target-security.ts'
import { epochMs, instantOrNull } from './values.ts'

type Secret = string | { readonly fingerprint: string } | undefined

/** The secret that was given; undefined keeps the stored one, which must be there and be the one that is meant. */
export const storedSecret = (field: string, given: Secret, stored: Secret): string | undefined => {
  if (typeof given === 'string') return given
  if (typeof stored !== 'object') throw invalid(field, undefined, 'no secret of this kind is stored yet: give it')
  if (given !== undefined && given.fingerprint !== stored.fingerprint)
    throw invalid(
      field,
      undefined,
      'the fingerprint is not that of the stored secret: give the secret, or leave it out',
    )
  return undefined
}

export const tlsFrom = (
  input: wire.ClientTlsInput,
  present: HttpTargetView['tls'],
): NonNullable<HttpTargetInput['tls']> => ({
  certificate: input.certificate,
  privateKey: storedSecret('target.tls.private_key', input.private_key, present?.privateKey),
  ...(input.ca ? { ca: input.ca } : {}),
})

export const tlsToWire = ({ certificate, privateKey, ca }: NonNullable<HttpTargetView['tls']>): wire.ClientTls => ({
  certificate,
  private_key: privateKey,
  ca: ca ?? null,
})

/** A secret that is left out where none is stored is made by the use case. */
export const signingFrom = (
  { secret, previous_valid_until }: wire.SigningInput,
  present: HttpTargetView['signing'],
): NonNullable<HttpTargetInput['signing']> => ({
  secret: secret === undefined ? undefined : storedSecret('target.signing.secret', secret, present?.secret),
  ...(previous_valid_until === undefined
    ? {}
    : { previousValidUntil: previous_valid_until === null ? null : epochMs(previous_valid_until) }),
})

export const signingToWire = (signing: NonNullable<HttpTargetView['signing']>): wire.Signing => ({
  secret: signing.secret,
  previous_valid_until: instantOrNull(signing.previousValidUntil),
  ...(signing.newSecret === undefined ? {} : { new_secret: signing.newSecret }),
})
