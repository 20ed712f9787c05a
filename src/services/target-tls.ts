/** A job's client certificate on its way in and out: what does not fit together is refused on saving, not at the call. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Secrets } from '../auth/secrets.ts'
import type { SecretOwner } from '../auth/target-secrets.ts'
import type { FieldError } from '../domain/errors.ts'
import type { ClientTls } from '../domain/target.ts'
import { type Fingerprint, fingerprintOf, keptSecret } from './kept-secret.ts'

/** Without its key an update keeps the stored one. PEM texts. */
export type ClientTlsInput = {
  readonly certificate: string
  readonly privateKey?: string | undefined
  readonly ca?: string | undefined
}

export type ClientTlsView = Omit<ClientTls, 'privateKey'> & { readonly privateKey: Fingerprint }

export type TlsContext = {
  readonly secrets: Secrets
  readonly owner: SecretOwner
  readonly stored: ClientTls | undefined
  readonly staysThere: boolean
  readonly now: number
}

export const keptTls = (input: ClientTlsInput, context: TlsContext, errors: FieldError[]): ClientTls => {
  const { certificate, privateKey, ca } = input
  const key = keptSecret(
    context.secrets,
    context.owner,
    {
      field: 'target.tls.privateKey',
      given: privateKey,
      stored: context.stored?.privateKey,
      staysThere: context.staysThere,
      check: (plain) => (keyIn(plain) === null ? 'give a private key in PEM that has no pass phrase' : null),
    },
    errors,
  )
  errors.push(...checkCertificate(certificate, key?.plain ?? null, context.now))
  if (ca !== undefined && certificatesIn(ca) === null) {
    errors.push({ field: 'target.tls.ca', message: 'give one or more certificates in PEM' })
  }
  return { certificate, privateKey: key?.sealed ?? { sealed: '' }, ...(ca === undefined ? {} : { ca }) }
}

export const tlsView = (secrets: Secrets, owner: SecretOwner, { privateKey, ...rest }: ClientTls): ClientTlsView => ({
  ...rest,
  privateKey: fingerprintOf(secrets, owner, 'target.tls.privateKey', privateKey),
})

const checkCertificate = (text: string, privateKey: string | null, now: number): FieldError[] => {
  const wrong = (message: string, field = 'target.tls.certificate'): FieldError[] => [{ field, message }]
  const [own] = certificatesIn(text) ?? []
  if (own === undefined) return wrong('give a certificate in PEM, and after it those of its authorities')
  if (Date.parse(own.validTo) <= now) return wrong(`it ended on ${new Date(own.validTo).toISOString()}`)
  const key = privateKey === null ? null : keyIn(privateKey)
  return key === null || own.checkPrivateKey(key)
    ? []
    : wrong('it is not the key of the certificate', 'target.tls.privateKey')
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Null when there is none, or one that cannot be read. */
const certificatesIn = (text: string): readonly X509Certificate[] | null => {
  try {
    const blocks = text.match(BLOCK) ?? []
    return blocks.length === 0 ? null : blocks.map((block) => new X509Certificate(block))
  } catch {
    return null
  }
}

const keyIn = (text: string) => {
  try {
    return createPrivateKey(text)
  } catch {
    return null
  }
}
