/** Webhook channels and deliveries between the wire and the use cases. */
import type { DeliveryView, WebhookEdit, WebhookInput, WebhookView } from '../../services/services.ts'
import type * as wire from '../contract/channels.ts'
import { instant, instantOrNull } from './values.ts'

export const webhookToWire = (webhook: WebhookView): wire.Webhook => ({
  id: webhook.id,
  name: webhook.name,
  url: webhook.url,
  enabled: webhook.isEnabled,
  fingerprint: webhook.fingerprint,
  previous_valid_until: instantOrNull(webhook.previousValidUntil),
  version: webhook.version,
  created_at: instant(webhook.createdAt),
  updated_at: instant(webhook.updatedAt),
})

/** The one answer that shows the secret. */
export const newWebhookToWire = ({
  webhook,
  newSecret,
}: {
  readonly webhook: WebhookView
  readonly newSecret: string | null
}): wire.NewWebhook => ({ ...webhookToWire(webhook), new_secret: newSecret })

export const webhookInput = ({ name, url, enabled, secret }: wire.WebhookCreate): WebhookInput => ({
  name,
  url,
  isEnabled: enabled,
  secret,
})

export const webhookEdit = ({ name, url, enabled, secret }: wire.WebhookUpdate): WebhookEdit => ({
  name,
  url,
  isEnabled: enabled,
  secret,
})

export const deliveryToWire = (delivery: DeliveryView): wire.Delivery => ({
  id: delivery.id,
  channel: delivery.channel,
  recipient: delivery.recipient,
  kind: delivery.kind,
  job_id: delivery.jobId,
  job_name: delivery.jobName,
  execution_id: delivery.executionId,
  state: delivery.state,
  attempts: delivery.attempts,
  last_error: delivery.lastError,
  created_at: instant(delivery.createdAt),
  next_attempt_at: instantOrNull(delivery.nextAttemptAt),
  give_up_at: instant(delivery.giveUpAt),
  ended_at: instantOrNull(delivery.endedAt),
})
