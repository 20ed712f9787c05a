/** Webhook channels, and messages on their way, on the wire. */
import { z } from 'zod'
import { CHANNEL_KINDS, DELIVERY_STATES } from '../../domain/notice.ts'
import { NextCursor, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Id, Instant, strict, Version } from './values.ts'

const webhook = {
  id: Id,
  name: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  fingerprint: z.string().describe('Of its secret: equal secrets of a workspace look equal.'),
  previous_valid_until: Instant.nullable().describe('Until when the former secret signs too.'),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
}

export const Webhook = strict(webhook).meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof Webhook>

export const NewWebhook = strict({
  ...webhook,
  new_secret: z.string().nullable().describe('The secret that was made for it, shown this once; null: yours is used.'),
}).meta({ id: 'NewWebhook' })
export type NewWebhook = z.infer<typeof NewWebhook>

export const WebhookList = strict({ items: z.array(Webhook) }).meta({ id: 'WebhookList' })
export type WebhookList = z.infer<typeof WebhookList>

const name = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['incident desk'] })
const url = z
  .string()
  .min(1)
  .max(2048)
  .meta({ examples: ['https://example.com/hooks/carillon'] })
const secret = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .describe('`whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it.')

export const WebhookCreate = strict({
  name,
  url,
  enabled: z.boolean().optional().meta({ default: true }),
  secret,
}).meta({ id: 'WebhookCreate' })
export type WebhookCreate = z.output<typeof WebhookCreate>

export const WebhookUpdate = strict({
  name: name.optional(),
  url: url.optional().describe('One of another origin needs a `secret` beside it.'),
  enabled: z.boolean().optional(),
  secret: secret.describe('Instead of the present one, at once; rotate it to let both sign for a while.'),
}).meta({ id: 'WebhookUpdate' })
export type WebhookUpdate = z.output<typeof WebhookUpdate>

export const DeliveryState = z
  .enum(DELIVERY_STATES)
  .describe('`failed`: given up after its time, or because trying again would be of no use.')
export const ChannelKind = z.enum(CHANNEL_KINDS)

export const Delivery = strict({
  id: Id.describe('Webhooks carry it as `webhook-id`, the same at each try.'),
  channel: ChannelKind,
  recipient: z.string().describe('An e-mail address, `slack`, or the id of a webhook channel.'),
  kind: z.string().describe('What it tells of, such as `job.failed`.'),
  job_id: z.string().nullable(),
  job_name: z.string().nullable(),
  execution_id: z.string().nullable(),
  state: DeliveryState,
  attempts: z.int(),
  last_error: z.string().nullable(),
  created_at: Instant,
  next_attempt_at: Instant.nullable().describe('Null when it has ended.'),
  give_up_at: Instant,
  ended_at: Instant.nullable(),
}).meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof Delivery>

export const DeliveryPage = strict({ items: z.array(Delivery), next_cursor: NextCursor }).meta({ id: 'DeliveryPage' })
export type DeliveryPage = z.infer<typeof DeliveryPage>

export const DeliveryQuery = strict({
  ...PAGE_QUERY,
  state: DeliveryState.optional(),
  channel: ChannelKind.optional(),
})
export type DeliveryQuery = QueryOf<typeof DeliveryQuery>
