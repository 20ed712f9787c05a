/** Keeps the database small and quick while jobs run: rounds of small steps, each followed by a rest, on the scheduling node alone. */
import type { Cancel, Clock } from '../domain/clock.ts'
import type { RetentionRules } from '../domain/retention.ts'
import type { OpenHour, Store } from '../store/store.ts'
import { type Paced, retain } from './retain.ts'

/** A start has more urgent things to do. */
const FIRST_AFTER_MS = 60_000
const EVERY_MS = 3_600_000
/** Rows of the hour that has just ended are all written by then. */
const SETTLED_AFTER_MS = 300_000
const PAGE = 500
/** After a step, so many times as long as it took: others have five sixths of the database's time. */
const REST_FACTOR = 5
const SHORTEST_REST_MS = 2

export type UpkeepReport = {
  readonly startedAt: number
  readonly finishedAt: number
  /** What was forgotten, by kind. */
  readonly forgotten: Readonly<Record<string, number>>
  /** Hours that were summed up. */
  readonly hours: number
  /** Null: the round went through. */
  readonly trouble: string | null
}

export type UpkeepParts = {
  readonly store: Pick<Store, 'retention' | 'rollups' | 'maintenance'>
  readonly clock: Clock
  /** How long the operator keeps what; workspaces may choose less. */
  readonly bounds: RetentionRules
  /** Only a node that schedules does upkeep. */
  readonly active: () => boolean
  readonly onRound: (report: UpkeepReport) => void
  readonly onFault: (error: unknown) => void
}

export type Upkeep = {
  readonly start: () => void
  /** One round, to its end or to the loss of the lease. Whatever was done stays done: the next one goes on from there. */
  readonly round: () => Promise<void>
  readonly stop: () => Promise<void>
}

class Interrupted extends Error {}

export const createUpkeep = (parts: UpkeepParts): Upkeep => {
  const { store, clock } = parts
  let running = false
  let timer: Cancel | null = null
  let wake: () => void = () => {}
  let going: Promise<void> | null = null
  let stopped = false

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve)
      // A stop does not wait for a rest to be over.
      wake = () => {
        cancel()
        resolve()
      }
    })

  const paced: Paced = async (step) => {
    if (stopped || !parts.active()) throw new Interrupted()
    const began = clock.monotonic()
    const result = await step()
    await rest(Math.max(SHORTEST_REST_MS, (clock.monotonic() - began) * REST_FACTOR))
    return result
  }

  const roundOnce = async () => {
    const startedAt = clock.now()
    const forgotten: Record<string, number> = {}
    let hours = 0
    let trouble: string | null = null
    try {
      hours = await sumUp(startedAt, paced, store)
      const { executions, jobs } = await retain(
        { retention: store.retention, bounds: parts.bounds, now: startedAt },
        paced,
      )
      Object.assign(forgotten, { executions, jobs })
      for (const { name, forget } of store.maintenance.forgetters) {
        forgotten[name] = 0
        for (let count = -1; count !== 0; forgotten[name] += count) count = await paced(() => forget(startedAt))
      }
      while (await paced(store.maintenance.shrink));
    } catch (error) {
      if (error instanceof Interrupted) return
      trouble = error instanceof Error ? error.message : String(error)
      parts.onFault(error)
    }
    await store.maintenance.rest().catch(parts.onFault)
    parts.onRound({ startedAt, finishedAt: clock.now(), forgotten, hours, trouble })
  }

  const round = (): Promise<void> => {
    going ??= roundOnce().finally(() => {
      going = null
    })
    return going
  }

  const arm = (ms: number) => {
    if (!running) return
    timer = clock.after(ms, () => void round().then(() => arm(EVERY_MS)))
  }

  return {
    start: () => {
      if (running) return
      running = true
      stopped = false
      arm(FIRST_AFTER_MS)
    },
    round,
    stop: async () => {
      running = false
      stopped = true
      timer?.()
      wake()
      await going
    },
  }
}

/** Answers how many hours were finished. */
const sumUp = async (now: number, paced: Paced, { rollups }: UpkeepParts['store']): Promise<number> => {
  await paced(() => rollups.forgetAhead(now))
  for (let after = 0; ; ) {
    const keys = await paced(() => rollups.workspaces(after, PAGE))
    for (const key of keys) while (await paced(() => rollups.discover(key, now - SETTLED_AFTER_MS, PAGE)));
    const last = keys.at(-1)
    if (last === undefined || keys.length < PAGE) break
    after = last
  }
  let finished = 0
  for (let hour: OpenHour | null = null; ; ) {
    const next: OpenHour | null = await rollups.nextOpen(hour)
    if (next === null) return finished
    let step: 'more' | 'done' | 'waits' = 'more'
    while (step === 'more') step = await paced(() => rollups.sum(next, PAGE))
    if (step === 'done') finished += 1
    hour = next
  }
}
