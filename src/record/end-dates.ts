/** Pauses jobs when their end date is over, and tells on Mondays of those that end soon, on the scheduling node alone. */
import type { Cancel, Clock } from '../domain/clock.ts'
import { dateAt, daysLater, reminderDay } from '../domain/end-date.ts'
import type { Ledger } from '../store/store.ts'

/** Days end, and nine o'clock strikes, at whole minutes, in whatever zone. */
const MINUTE_MS = 60_000
/** One transaction: others wait for its few milliseconds. */
const PAGE = 200
/** A reminder looks so far ahead. */
const REMINDED_DAYS = 30

export type EndDateParts = {
  readonly ledger: Pick<Ledger, 'pauseExpired' | 'remindOfEnds'>
  readonly clock: Clock
  /** Of the scheduler: end dates are days there. */
  readonly zone: string
  /** Only a node that schedules does this. */
  readonly active: () => boolean
  readonly onExpired: (jobKeys: readonly number[]) => void
  readonly onFault: (error: unknown) => void
}

export type EndDateWatch = {
  /** Looks now, and at every whole minute. */
  readonly start: () => void
  /** One look, to its end. */
  readonly look: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const createEndDateWatch = (parts: EndDateParts): EndDateWatch => {
  const { ledger, clock, zone } = parts
  let timer: Cancel | null = null
  let looking: Promise<void> | null = null
  let running = false
  /** Spares asking the store again all Monday long; the store itself knows better. */
  let toldOn: string | null = null

  const pauseExpired = async () => {
    let expired: readonly number[]
    do {
      const now = clock.now()
      expired = await ledger.pauseExpired({ today: dateAt(now, zone), now, limit: PAGE })
      if (expired.length > 0) parts.onExpired(expired)
    } while (expired.length === PAGE && parts.active())
  }

  // Whoever was down on Monday morning tells later that day: a reminder some hours late is of use. On another day none is
  // made up for: the next Monday is near, and says the same with fewer days left.
  const remind = async () => {
    const monday = reminderDay(clock.now(), zone)
    if (monday === null || monday === toldOn) return
    const until = daysLater(monday, REMINDED_DAYS)
    while (await ledger.remindOfEnds({ monday, until, now: clock.now(), limit: PAGE })) if (!parts.active()) return
    toldOn = monday
  }

  const lookOnce = async () => {
    if (!parts.active()) return
    await pauseExpired()
    await remind()
  }

  const look = (): Promise<void> => {
    looking ??= lookOnce()
      .catch(parts.onFault)
      .finally(() => {
        looking = null
      })
    return looking
  }

  const arm = () => {
    timer?.()
    if (running) timer = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => void look().then(arm))
  }

  return {
    start: () => {
      if (running) return
      running = true
      void look().then(arm)
    },
    look,
    stop: async () => {
      running = false
      timer?.()
      await looking
    },
  }
}
