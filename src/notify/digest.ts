/** Sends digests: one for each reader and period, at eight in the morning, and none where nothing happened. */
import type { Clock } from '../domain/clock.ts'
import { type Cadence, digestTimes } from '../domain/digest.ts'
import { GIVE_UP_AFTER_MS } from '../domain/notice.ts'
import type { DigestItem, DigestReader, Store } from '../store/store.ts'
import type { NoticeFacts, NoticeItem } from './channel.ts'

const DAY_MS = 86_400_000
const DAYS = { daily: 1, weekly: 7 } as const
/** Of one digest; what is more is a number. */
const MOST_LINES = 100
/** What was collected is kept so long, for weekly digests. */
const KEPT_MS = 8 * DAY_MS

export type DigestParts = {
  readonly store: Pick<Store, 'digests'>
  readonly clock: Clock
  readonly newId: () => string
  readonly linkOf: (jobId: string) => string | null
  readonly zone: string
}

/** The returned function sends what is due; it asks the store for readers once a day only. */
export const createDigester = ({ store, clock, newId, linkOf, zone }: DigestParts): (() => Promise<void>) => {
  const { digests } = store
  let handled: ReturnType<typeof digestTimes> | null = null

  const sendTo = async (reader: DigestReader, cadence: Cadence, now: number): Promise<void> => {
    const { last: upTo } = digestTimes(cadence, now, zone)
    const mark = reader.upTo[cadence]
    // Who asked for it after it was due gets the next one. The store has the last word on marks.
    if (reader.since >= upTo || (mark !== null && mark === upTo)) return
    const after = mark !== null && mark < upTo ? mark : upTo - DAYS[cadence] * DAY_MS
    const { items, total } = await digests.collected(reader, { after, upTo, limit: MOST_LINES })
    if (total === 0) return
    const facts: NoticeFacts = {
      ...NOTHING,
      kind: 'digest',
      count: total,
      days: DAYS[cadence],
      at: now,
      zone,
      items: items.map((item) => lineOf(item, linkOf)),
    }
    const delivery = {
      id: newId(),
      eventNumber: null,
      channel: 'email',
      recipient: reader.email,
      facts,
      createdAt: now,
      notBefore: now,
      giveUpAt: now + GIVE_UP_AFTER_MS,
    } as const
    await digests.send(reader, { cadence, upTo, delivery })
  }

  return async () => {
    const now = clock.now()
    if (handled !== null && handled.last <= now && now < handled.next) return
    const times = digestTimes('daily', now, zone)
    for (const reader of await digests.readers(null))
      for (const cadence of reader.cadences) await sendTo(reader, cadence, now)
    await digests.forget({ from: times.last - KEPT_MS, to: times.next + KEPT_MS })
    handled = times
  }
}

const NOTHING = {
  job: null,
  execution: null,
  error: null,
  durationMs: null,
  downtimeMs: null,
  endsOn: null,
  mention: null,
  link: null,
  actor: null,
} as const

const lineOf = (item: DigestItem, linkOf: DigestParts['linkOf']): NoticeItem => ({
  kind: item.kind as NoticeItem['kind'],
  job: { id: item.jobId, name: item.jobName },
  count: item.count,
  at: item.at,
  error: item.error,
  link: item.isDeleted ? null : linkOf(item.jobId),
})
