/** The rules of time zones come with the runtime: when another release of them starts, jobs are planned anew before any is claimed. */
import type { Clock } from '../domain/clock.ts'
import type { Ledger } from '../store/store.ts'
import { type Moved, replanZones } from './replan.ts'

/** The release that the stored instants were computed under. */
export type ZoneValues = {
  readonly known: () => Promise<string | null>
  readonly keep: (release: string) => Promise<void>
}

export type ZoneWatchParts = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly leaseNow: () => number
  readonly nodeKey: () => number | null
  readonly values: ZoneValues
  /** The release in use, such as 2026c. */
  readonly release: string
  /** A page of jobs that wait for another instant now. */
  readonly onMoved: (moved: readonly Moved[], releases: { readonly from: string; readonly to: string }) => void
  readonly onFault: (error: unknown) => void
}

/** To be called before the first claim. A fault is told and does not keep jobs from firing; the next start tries again. */
export const createZoneWatch = (parts: ZoneWatchParts) => async (): Promise<void> => {
  const { ledger, clock, release, values } = parts
  try {
    const known = await values.known()
    if (known === release) return
    const nodeKey = parts.nodeKey()
    if (nodeKey === null) return
    if (known !== null)
      await replanZones(ledger, { nodeKey, now: clock.now(), leaseNow: parts.leaseNow }, (moved) =>
        parts.onMoved(moved, { from: known, to: release }),
      )
    // A node that lost its lease on the way has written nothing since.
    if (parts.nodeKey() === nodeKey) await values.keep(release)
  } catch (error) {
    parts.onFault(error)
  }
}
