/** Secrets on the wire: they go in as text and come out as a fingerprint. */
import { z } from 'zod'
import { strict } from './values.ts'

export const Fingerprint = strict({ fingerprint: z.string() })
  .describe('Equal secrets look equal; nothing else can be told from it.')
  .meta({ id: 'Fingerprint' })

/** A fingerprint sent back as it was read keeps the stored secret. */
export const SecretInput = z.union([z.string().min(1).max(8192), Fingerprint], {
  error: 'a text is needed, or the fingerprint as it was read to keep the stored secret',
})
export type SecretInput = z.input<typeof SecretInput>
