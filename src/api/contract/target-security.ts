/** How a job proves who it is to its target, on the wire: OAuth2, client certificate, signature. */
import { z } from 'zod'
import { TARGET_BOUNDS } from '../../domain/target-rules.ts'
import { Fingerprint, SecretInput } from './secrets.ts'
import { Instant, InstantInput, strict } from './values.ts'

const LONGEST_PEM = 65_536
const pem = z.string().min(1).max(LONGEST_PEM)

const oauth2 = {
  kind: z.literal('oauth2'),
  token_url: z
    .string()
    .min(1)
    .max(TARGET_BOUNDS.urlLength)
    .meta({ format: 'uri', examples: ['https://id.example.com/oauth2/token'] })
    .describe('Asked for an access token (RFC 6749, 4.4), which is kept until shortly before it ends.'),
  client_id: z.string().min(1).max(256),
}
const clientAuthentication = z
  .enum(['basic', 'body'])
  .describe('Where the credentials stand in the token request: its Authorization header, or its body.')
const scope = z.string().min(1).max(TARGET_BOUNDS.scopeLength)
const audience = z.string().min(1).max(2048)

export const OAuth2 = strict({
  ...oauth2,
  client_secret: Fingerprint,
  scope: scope.nullable(),
  audience: audience.nullable(),
  client_authentication: clientAuthentication,
})

export const OAuth2Input = strict({
  ...oauth2,
  client_secret: SecretInput.optional(),
  scope: scope.nullable().optional(),
  audience: audience.nullable().optional(),
  client_authentication: clientAuthentication.optional().meta({ default: 'basic' }),
})

export const ClientTls = strict({
  certificate: pem,
  private_key: Fingerprint,
  ca: pem.nullable(),
}).meta({ id: 'ClientTls' })
export type ClientTls = z.infer<typeof ClientTls>

const keyInput = z.union([pem, Fingerprint], {
  error: 'a PEM text is needed, or the fingerprint as it was read to keep the stored key',
})

export const ClientTlsInput = strict({
  certificate: pem.describe('PEM: the certificate, and after it those of its authorities.'),
  private_key: keyInput
    .optional()
    .describe('PEM, without a pass phrase. Kept encrypted; left out in a change, it stays.'),
  ca: pem
    .nullable()
    .optional()
    .describe('PEM: authorities that are trusted for this target instead of the public ones.'),
})
  .describe('Shown to the target, over https alone.')
  .meta({ id: 'ClientTlsRequest' })
export type ClientTlsInput = z.input<typeof ClientTlsInput>

export const Signing = strict({
  secret: Fingerprint,
  previous_valid_until: Instant.nullable().describe('Until when the former secret signs too.'),
  new_secret: z
    .string()
    .optional()
    .describe('The secret itself: only in the answer to the request for which it was made, and never again.'),
}).meta({ id: 'Signing' })
export type Signing = z.infer<typeof Signing>

export const SigningInput = strict({
  secret: SecretInput.optional().describe(
    '`whsec_` and the base64 of 24 to 64 bytes. Left out, the stored one stays; where there is none, one is made.',
  ),
  previous_valid_until: InstantInput.nullable()
    .optional()
    .describe('Another end for the former secret; null ends it at once.'),
})
  .describe('Requests are signed as Standard Webhooks 1.0.0 says.')
  .meta({ id: 'SigningRequest' })
export type SigningInput = z.input<typeof SigningInput>

export const Rotate = strict({
  secret: z.string().min(1).max(256).optional().describe('Left out, one is made and shown in the answer.'),
  previous_valid_seconds: z
    .int()
    .min(0)
    .max(30 * 24 * 3600)
    .optional()
    .describe('How long the present secret signs on; 0 ends it at once.')
    .meta({ default: 86_400 }),
}).meta({ id: 'RotateRequest' })
export type Rotate = z.input<typeof Rotate>
