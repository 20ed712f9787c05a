/** Messages that prove a channel: they go the way of all others, for a minute instead of a day. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { ChannelKind } from '../domain/notice.ts'
import { allow, person } from './authorise.ts'
import { type DeliveryView, deliveryView } from './deliveries.ts'
import type { Deps } from './deps.ts'

/** `conflict` where the channel is turned off. What became of one is asked of `deliveries`. */
export type TestMessages = {
  readonly slack: (actor: Actor, id?: string) => Promise<DeliveryView>
  readonly webhook: (actor: Actor, webhookId: string, id?: string) => Promise<DeliveryView>
  /** To the address of whoever asks, and to no other. */
  readonly mail: (actor: Actor, id?: string) => Promise<DeliveryView>
}

/** Somebody waits for it: what does not get through by then is told, and not tried any longer. */
const GIVE_UP_AFTER_MS = 60_000

export const createTestMessages = ({ store, clock, settings }: Deps): TestMessages => {
  const send = async (
    { workspaceKey, ...actor }: Actor,
    to: { readonly channel: ChannelKind; readonly recipient: string; readonly id: string | undefined },
  ): Promise<DeliveryView> => {
    const id = to.id ?? newId()
    const sent = await store.outbox.delivery(workspaceKey, id)
    if (sent !== null) return deliveryView(sent)
    const now = clock.now()
    const user = 'userId' in actor ? await store.people.userById(actor.userId) : null
    const { channel, recipient } = to
    const delivery = {
      id,
      channel,
      recipient,
      eventNumber: null,
      facts: { ...NOTHING, kind: 'test', actor: user?.username ?? null, at: now, zone: 'UTC' },
      createdAt: now,
      notBefore: now,
      giveUpAt: now + GIVE_UP_AFTER_MS,
    }
    const of = { kind: 'asked' } as const
    await store.outbox.tell({ workspaceKey, notices: [], deliveries: [delivery], series: [], supersedes: [], of })
    return deliveryView({ ...delivery, workspaceKey, state: 'waiting', attempts: 0, endedAt: null, lastError: null })
  }

  return {
    slack: async (actor, id) => {
      allow(actor, 'channel.change', null)
      const slack = await store.channels.slack(actor.workspaceKey)
      if (slack?.enabled !== true) throw new DomainError('conflict', 'Slack is turned off for this workspace.')
      return send(actor, { channel: 'slack', recipient: 'slack', id })
    },
    webhook: async (actor, webhookId, id) => {
      allow(actor, 'channel.change', null)
      const webhook = isId(webhookId) ? await store.channels.webhook(actor.workspaceKey, webhookId) : null
      if (webhook === null) throw notFound('webhook', webhookId)
      if (!webhook.enabled) throw new DomainError('conflict', 'This webhook channel is turned off.')
      return send(actor, { channel: 'webhook', recipient: webhook.id, id })
    },
    mail: async (actor, id) => {
      allow(actor, 'channel.change', null)
      const user = await store.people.userById(person(actor).userId)
      if (user === null) throw notFound('user', person(actor).userId)
      if (settings.isMailOn !== true)
        throw new DomainError('conflict', 'This server sends no e-mail: its operator has not set MAIL_ENABLED.')
      return send(actor, { channel: 'email', recipient: user.email, id })
    },
  }
}

/** Everything that a notice may say of a job, which this one does not. */
const NOTHING = {
  job: null,
  execution: null,
  error: null,
  durationMs: null,
  downtimeMs: null,
  count: null,
  endsOn: null,
  days: null,
  mention: null,
  link: null,
  items: [],
}
