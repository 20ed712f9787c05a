/** The channel of webhooks: the notice as JSON, signed by Standard Webhooks 1.0.0 with every key that is valid. */
import type { Clock } from '../domain/clock.ts'
import type { Post } from '../domain/post.ts'
import { signatureOf } from '../domain/signature.ts'
import { sentBy } from './answers.ts'
import type { Channel, Delivery, Sent } from './channel.ts'

export type WebhookOptions = { readonly clock: Clock; readonly post: Post }

const refused = (error: string): Sent => ({ ok: false, retry: false, retryAfterMs: null, error })

export const createWebhookChannel = ({ clock, post }: WebhookOptions): Channel => ({
  kind: 'webhook',
  send: async (delivery, signal) => {
    const { to } = delivery
    const url = to.kind === 'webhook' ? URL.parse(to.url) : null
    if (to.kind !== 'webhook' || url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
      return refused('The address of the webhook is not an http or https URL.')
    if (to.secrets.length === 0) return refused('The webhook has no key to sign with.')
    const body = JSON.stringify(delivery.message.data)
    const headers = { 'content-type': 'application/json', ...signed(delivery, to.secrets, body, clock.now()) }
    return sentBy('The webhook', await post({ url, headers, body }, signal))
  },
})

/** The timestamp is that of this try, so that receivers may refuse old ones; the id is that of all of them. */
const signed = ({ id }: Delivery, secrets: readonly string[], text: string, now: number) => {
  const timestamp = Math.floor(now / 1000)
  const body = Buffer.from(text)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, { id, timestamp, body })).join(' '),
  }
}
