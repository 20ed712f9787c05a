/** Sends what waits in the outbox: at least once, in turns, with patience, and together where it would be too much. */
import type { Clock } from '../domain/clock.ts'
import type { ChannelKind } from '../domain/notice.ts'
import type { DeliveryRow, Store, WebhookRow } from '../store/store.ts'
import type { Channel, Message, NoticeFacts, NoticeItem, Recipient, Sent } from './channel.ts'

const LOOK_AT = 500
/** Of each kind of channel: one that hangs holds up none of the others. */
const AT_ONCE = 4
/** A channel ends by itself before; a node that was killed is not waited for longer. */
const LONGEST_SEND_MS = 45_000
const CLAIMED_MS = 60_000
const FIRST_WAIT_MS = 5000
const LONGEST_WAIT_MS = 900_000
/** To one recipient; what is more goes out as one message. */
const MOST_A_MINUTE = 20
const MINUTE_MS = 60_000
const ITEMS_IN_A_GROUP = 50

export type SendParts = {
  readonly store: Pick<Store, 'outbox' | 'channels'>
  readonly clock: Clock
  readonly random: () => number
  readonly channels: readonly Channel[]
  readonly render: (facts: NoticeFacts) => Message
  /** Opens a secret just before it is needed; throws where its key is lost. */
  readonly openSlack: (workspaceKey: number, sealedUrl: string) => string
  readonly openWebhook: (row: WebhookRow) => readonly string[]
  readonly onEnded: (channel: ChannelKind, how: 'sent' | 'failed' | 'delayed', error: string | null) => void
  readonly onFault: (error: unknown) => void
}

export type Sender = {
  /** Begins to send whatever is due and has room; does not wait for it. */
  readonly pump: () => Promise<void>
  /** Resolves when nothing is being sent. */
  readonly idle: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const createSender = (parts: SendParts): Sender => {
  const { clock, store } = parts
  const { outbox } = store
  const busy = new Map<string, { readonly kind: ChannelKind; readonly done: Promise<void> }>()
  const stopping = new AbortController()

  const recipientOf = async (row: DeliveryRow): Promise<Recipient | string> => {
    const { workspaceKey, channel, recipient } = row
    if (channel === 'email') {
      // Told while it was enabled, perhaps a day ago: it hears nothing any more.
      const [user] = await outbox.addressees(workspaceKey, { addresses: [recipient], ids: [] })
      if (user?.isEnabled === false) return 'The user with this address is disabled.'
      return { kind: 'email', address: recipient }
    }
    try {
      if (channel === 'slack') {
        const slack = await store.channels.slack(workspaceKey)
        if (slack?.enabled !== true || slack.sealedUrl === null) return 'Slack is turned off for this workspace.'
        const webhookUrl = parts.openSlack(workspaceKey, slack.sealedUrl)
        return { kind: 'slack', webhookUrl, channel: slack.channel }
      }
      const webhook = await store.channels.webhook(workspaceKey, recipient)
      if (webhook?.enabled !== true) return 'This webhook channel is turned off or gone.'
      return { kind: 'webhook', url: webhook.url, secrets: parts.openWebhook(webhook) }
    } catch {
      return 'The secret of this channel cannot be opened: give it again.'
    }
  }

  const handOver = async (row: DeliveryRow, facts: NoticeFacts): Promise<Sent> => {
    const to = await recipientOf(row)
    if (typeof to === 'string') return { ok: false, retry: false, retryAfterMs: null, error: to }
    const channel = parts.channels.find(({ kind }) => kind === to.kind)
    if (channel === undefined) return { ok: false, retry: true, retryAfterMs: null, error: `No ${to.kind} is set up.` }
    const ended = new AbortController()
    const signal = AbortSignal.any([stopping.signal, ended.signal])
    const { promise: late, resolve } = Promise.withResolvers<Sent>()
    const cancel = clock.after(LONGEST_SEND_MS, () => {
      resolve({ ok: false, retry: true, retryAfterMs: null, error: 'The channel did not end in time.' })
      ended.abort()
    })
    signal.addEventListener('abort', () =>
      resolve({ ok: false, retry: true, retryAfterMs: null, error: 'The server was stopped.' }),
    )
    const { id, createdAt } = row
    try {
      return await Promise.race([channel.send({ id, to, message: parts.render(facts), createdAt }, signal), late])
    } finally {
      cancel()
    }
  }

  /** One message for all of the rows. */
  const sendTogether = async (rows: readonly DeliveryRow[]): Promise<boolean> => {
    const [first] = rows
    if (first === undefined) return true
    const ids = rows.map(({ id }) => id)
    if (!(await outbox.claim(ids, clock.now(), clock.now() + CLAIMED_MS))) return false
    const sent = await handOver(first, rows.length === 1 ? factsOf(first) : groupOf(rows))
    const now = clock.now()
    if (sent.ok) {
      await outbox.attempted({ ids, now, to: 'sent', messageId: first.id })
      for (const _ of ids) parts.onEnded(first.channel, 'sent', null)
      return true
    }
    for (const row of rows) {
      const { error } = sent
      const isOver = !sent.retry || now >= row.giveUpAt
      if (isOver) await outbox.attempted({ ids: [row.id], now, to: 'failed', error })
      else {
        const pause = Math.max(pauseAfter(row.attempts, parts.random), sent.retryAfterMs ?? 0)
        const notBefore = Math.min(now + pause, row.giveUpAt)
        await outbox.attempted({ ids: [row.id], now, to: 'waiting', notBefore, error })
      }
      parts.onEnded(row.channel, isOver ? 'failed' : 'delayed', error)
    }
    return false
  }

  const serve = async (rows: readonly DeliveryRow[]): Promise<void> => {
    const [first] = rows
    if (first === undefined) return
    const now = clock.now()
    const { messages, lastGroupAt } = await outbox.sentSince(first, now - MINUTE_MS)
    if (rows.length <= MOST_A_MINUTE - messages) {
      // Who cannot be reached with the first one is not tried with the others at once.
      for (const row of rows) if (stopping.signal.aborted || !(await sendTogether([row]))) return
    } else if (lastGroupAt !== null || rows.length === 1) {
      await outbox.postpone(
        rows.map(({ id }) => id),
        (lastGroupAt ?? now) + MINUTE_MS,
      )
    } else await sendTogether(rows)
  }

  return {
    pump: async () => {
      if (stopping.signal.aborted) return
      const due = await outbox.due(clock.now(), LOOK_AT)
      for (const [key, rows] of Map.groupBy(due, keyOf)) {
        const kind = rows[0]?.channel ?? 'email'
        const underWay = [...busy.values()].filter((one) => one.kind === kind).length
        if (busy.has(key) || underWay >= AT_ONCE) continue
        const done = serve(rows)
          .catch(parts.onFault)
          .finally(() => busy.delete(key))
        busy.set(key, { kind, done })
      }
    },
    idle: async () => {
      await Promise.all([...busy.values()].map(({ done }) => done))
    },
    stop: async () => {
      stopping.abort()
      await Promise.all([...busy.values()].map(({ done }) => done))
    },
  }
}

/** Doubles from 5 s to 15 min, and differs by up to a fifth, so that not all come at once after an outage. */
const pauseAfter = (attempts: number, random: () => number): number =>
  Math.round(Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts, 20), LONGEST_WAIT_MS) * (0.8 + 0.2 * random()))

const keyOf = ({ workspaceKey, channel, recipient }: DeliveryRow): string =>
  JSON.stringify([workspaceKey, channel, recipient])

const factsOf = ({ facts }: DeliveryRow): NoticeFacts => facts as NoticeFacts

const groupOf = (rows: readonly DeliveryRow[]): NoticeFacts => {
  const all = rows.map(factsOf)
  const last = all.reduce((one, other) => (other.at > one.at ? other : one))
  const items = all.slice(0, ITEMS_IN_A_GROUP).flatMap((facts): NoticeItem[] =>
    // A digest that comes in a flood is told with it, line by line.
    facts.kind === 'digest'
      ? [...facts.items]
      : facts.kind === 'test' || facts.kind === 'group' || facts.job === null
        ? []
        : [{ kind: facts.kind, job: facts.job, count: 1, at: facts.at, error: facts.error, link: facts.link }],
  )
  const count = all.reduce((sum, facts) => sum + (facts.kind === 'digest' ? (facts.count ?? 1) : 1), 0)
  return { ...last, kind: 'group', job: null, execution: null, error: null, link: null, count, items }
}
