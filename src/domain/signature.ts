/** Signatures of Standard Webhooks 1.0.0: the target can tell that the request is ours, whole and new. */
import { createHmac } from 'node:crypto'

export type Signed = {
  /** The id of the execution: letters, digits and hyphens, so that the dots between the parts are the only ones. */
  readonly id: string
  /** Epoch seconds. */
  readonly timestamp: number
  readonly body: Buffer | null
}

const PREFIX = 'whsec_'

/** `v1,<base64>`; `secret` is `whsec_` and the base64 of the key. */
export const signatureOf = (secret: string, { id, timestamp, body }: Signed): string => {
  const mac = createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64')).update(`${id}.${timestamp}.`)
  if (body !== null) mac.update(body)
  return `v1,${mac.digest('base64')}`
}
