/** The station that tells people, on the world of the engine, with a channel that only notes what it is given. */
import { type AlertRule, DEFAULT_ALERTS, type JobAlerts } from '../../src/domain/alerts.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Channel, NoticeFacts, Sent } from '../../src/notify/notify.ts'
import { createNotify, type NotifyParts } from '../../src/notify/notify.ts'
import type { Store } from '../../src/store/store.ts'
import { MINUTE, type Node, START, type World } from './world.ts'

export const MAIL = 'ops@example.com'
export const REFUSED: Sent = { ok: false, retry: true, retryAfterMs: null, error: 'connection refused' }

export type Post = { readonly id: string; readonly to: string; readonly facts: NoticeFacts }

export const via = (given: Partial<AlertRule['via']> = {}): AlertRule['via'] => ({
  mail: [],
  slack: false,
  webhooks: [],
  inbox: [],
  ...given,
})
export const rule = (given: Partial<AlertRule> & Pick<AlertRule, 'on'>): AlertRule => ({
  count: null,
  afterMs: null,
  via: via({ mail: [MAIL] }),
  ...given,
})
export const alerts = (given: Partial<JobAlerts>): JobAlerts => ({ ...DEFAULT_ALERTS, announce: 'none', ...given })

export const notifyOf = (
  { store, clock }: World,
  {
    answer = () => ({ ok: true }),
    over = store,
  }: { answer?: () => Sent | Promise<Sent>; over?: Pick<Store, 'outbox' | 'channels' | 'digests'> } = {},
) => {
  const posts: Post[] = []
  const ended: string[] = []
  const faults: unknown[] = []
  const email: Channel = {
    kind: 'email',
    send: async ({ id, to, message }) => {
      posts.push({ id, to: 'address' in to ? to.address : '', facts: message.data.facts as NoticeFacts })
      return answer()
    },
  }
  const parts: NotifyParts = {
    store: over,
    clock,
    random: () => 1,
    newId,
    channels: [email],
    render: (facts) => ({ title: '', text: '', html: null, subject: '', slackText: null, data: { facts } }),
    openSlack: (_, sealed) => sealed,
    openWebhook: ({ sealedSecret }) => [sealedSecret],
    linkOf: () => null,
    zone: 'UTC',
    active: () => true,
    onEnded: (_, how) => ended.push(how),
    onFault: (error) => faults.push(error),
  }
  const notify = createNotify(parts)
  const tick = async () => {
    await notify.tick()
    await notify.idle()
  }
  return { notify, tick, posts, ended, faults, kinds: () => posts.map(({ facts }) => facts.kind) }
}

/** Runs the job's next minute to its end. */
export const run = async ({ clock }: World, { engine, answer }: Node, name: string, minute: number, more = {}) => {
  clock.setWall(START + minute * MINUTE)
  await engine.tick()
  answer(name, more)
  await engine.tick()
}

export const inboxOf = async ({ store }: World, workspaceKey: number, userId: string): Promise<string[]> => {
  const filter = { from: null, to: null, unreadOnly: false, offset: 0, limit: 100 }
  const { items } = await store.inbox.list({ workspaceKey, userId }, filter)
  return items.map(({ title, message }) => `${title}: ${message}`).reverse()
}
