/** What a TLS connection to a target shows and whom it believes: made once, and anew when the revocation lists change. */
import { createSecureContext, type SecureContext } from 'node:tls'
import { ConnectError } from './connect.ts'
import type { Identity } from './identity.ts'
import type { RevocationLists } from './revocation.ts'

export type TrustParts = {
  /** Certificate authorities in PEM; undefined is those that Node trusts. */
  readonly ca: readonly string[] | undefined
  /** Null: nobody gave any, and a revoked certificate is not found out. */
  readonly revocation: RevocationLists | null
}

/** Answers the context for each new connection; throws a ConnectError when the target's own certificate cannot be used. */
export const createTrust = ({ ca, revocation }: TrustParts) => {
  return (identity: Identity | null): (() => SecureContext) => {
    let made: { readonly context: SecureContext; readonly crls: readonly string[] } | null = null
    return () => {
      const crls = revocation?.current() ?? NONE
      if (made?.crls !== crls) made = { context: contextOf(identity, ca, crls), crls }
      return made.context
    }
  }
}

const NONE: readonly string[] = []

const contextOf = (
  identity: Identity | null,
  ca: readonly string[] | undefined,
  crls: readonly string[],
): SecureContext => {
  const own = identity?.open() ?? null
  const trusted = own?.ca === undefined ? ca : [own.ca]
  try {
    return createSecureContext({
      ...(own === null ? {} : { cert: own.certificate, key: own.privateKey }),
      ...(trusted === undefined ? {} : { ca: [...trusted] }),
      ...(crls.length === 0 ? {} : { crl: [...crls] }),
      minVersion: 'TLSv1.2',
    })
  } catch (error) {
    throw new ConnectError('tls', 'The certificate of the job, its key or its authorities cannot be used.', error)
  }
}
