/** Who listens to facts that are not written otherwise: kept in memory, since every outcome asks, and read anew each second. */
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Interest, Wanted } from '../domain/event.ts'

/** A stream that opens in whatever process is heard so soon. */
const REFRESH_MS = 1000

export type InterestParts = {
  readonly read: (now: number) => Promise<readonly Interest[]>
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
}

export type Interests = {
  readonly wanted: Wanted
  readonly start: () => void
  readonly stop: () => void
  /** Reads once, now. */
  readonly refresh: () => Promise<void>
}

export const createInterests = ({ read, clock, onFault }: InterestParts): Interests => {
  let byWorkspace: ReadonlyMap<number, readonly Interest[]> = new Map()
  let timer: Cancel | null = null
  let running = false

  const refresh = async (): Promise<void> => {
    try {
      byWorkspace = Map.groupBy(await read(clock.now()), ({ workspaceKey }) => workspaceKey)
    } catch (error) {
      // Those known before stay: a listener hears rather too much than too little.
      onFault(error)
    }
  }

  const arm = (): void => {
    if (running) timer = clock.after(REFRESH_MS, () => void refresh().then(arm))
  }

  return {
    wanted: (workspaceKey, jobKey, fact) =>
      byWorkspace
        .get(workspaceKey)
        ?.some((one) => (one.jobKey === null || one.jobKey === jobKey) && (one.types?.includes(fact) ?? true)) === true,
    refresh,
    start: () => {
      if (running) return
      running = true
      void refresh().then(arm)
    },
    stop: () => {
      running = false
      timer?.()
    },
  }
}
