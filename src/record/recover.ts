/** Returns the executions of nodes whose lease is over: to be tried again, or, under at_most_once, kept as uncertain. */
import type { Cancel, Clock } from '../domain/clock.ts'
import { withDefaults } from '../domain/policies.ts'
import type { Ledger } from '../store/store.ts'
import { mayHaveCrashedNode } from './crashes.ts'

const SCAN_EVERY_MS = 2000
const PAGE = 500

export type RecoverParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly leaseNow: () => number
  /** Only a node that schedules recovers. */
  readonly active: () => boolean
  readonly onRecovered: (counts: { readonly retried: number; readonly uncertain: number }) => void
  /** Jobs whose function was running when its node ended, once too often. */
  readonly onQuarantined: (jobKeys: readonly number[]) => void
  readonly onFault: (error: unknown) => void
}

export type Recovery = {
  /** Scans now, and again from time to time; resolves after the first scan. */
  readonly start: () => Promise<void>
  /** One scan, to its end. */
  readonly scan: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const createRecovery = (parts: RecoverParts): Recovery => {
  const { ledger, clock } = parts
  let timer: Cancel | null = null
  let scanning: Promise<void> | null = null
  let running = false

  const scanAll = async () => {
    let retried = 0
    let uncertain = 0
    const quarantined: number[] = []
    for (;;) {
      const at = { now: clock.now(), leaseNow: parts.leaseNow() }
      const lost = await ledger.lost(at.leaseNow, PAGE)
      const ended = await Promise.all(
        lost.map(async (one) => {
          const to = withDefaults(one.policies).delivery === 'at_most_once' ? 'uncertain' : 'pending'
          const { to: ended, isPaused } = await ledger.recover(one, to, {
            ...at,
            isCrash: mayHaveCrashedNode(one.target),
          })
          if (isPaused) quarantined.push(one.jobKey)
          return ended
        }),
      )
      retried += ended.filter((to) => to === 'pending').length
      uncertain += ended.filter((to) => to === 'uncertain').length
      // A page of which nothing could be ended belongs to somebody else by now.
      if (lost.length < PAGE || ended.every((to) => to === 'gone')) break
    }
    if (retried + uncertain > 0) parts.onRecovered({ retried, uncertain })
    if (quarantined.length > 0) parts.onQuarantined(quarantined)
  }

  const scan = (): Promise<void> => {
    scanning ??= (parts.active() ? scanAll() : Promise.resolve()).catch(parts.onFault).finally(() => {
      scanning = null
    })
    return scanning
  }

  const arm = () => {
    if (running) timer = clock.after(SCAN_EVERY_MS, () => void scan().then(arm))
  }

  return {
    start: async () => {
      running = true
      await scan()
      arm()
    },
    scan,
    stop: async () => {
      running = false
      timer?.()
      await scanning
    },
  }
}
