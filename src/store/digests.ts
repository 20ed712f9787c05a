/** What the store keeps for digests: sums by job and kind until they are told, and up to when each user was told. */

import type { Cadence } from '../domain/digest.ts'
import type { Collected } from './collected.ts'
import type { NewDelivery } from './outbox.ts'

/** An enabled user with a digest. */
export type DigestReader = {
  readonly workspaceKey: number
  readonly id: string
  readonly email: string
  /** `email` as addresses are compared. */
  readonly address: string
  readonly isAdmin: boolean
  readonly cadences: readonly Cadence[]
  /** When it last changed what it wants. */
  readonly since: number
  /** Up to when it was told. */
  readonly upTo: { readonly [One in Cadence]: number | null }
}

export type DigestItem = Pick<Collected, 'jobId' | 'jobName' | 'kind' | 'count' | 'at' | 'error'> & {
  readonly isDeleted: boolean
}

export type DigestStore = {
  /** Of a workspace, or of all: null. */
  readonly readers: (workspaceKey: number | null) => Promise<readonly DigestReader[]>
  /** What this reader may see of what was due after `after` and up to `upTo`: the first `limit` lines, and the sum of all. */
  readonly collected: (
    reader: DigestReader,
    range: { readonly after: number; readonly upTo: number; readonly limit: number },
  ) => Promise<{ readonly items: readonly DigestItem[]; readonly total: number; readonly firstDay: number | null }>
  /** Writes the message and that the user was told, or nothing when it was told before, or is gone: false. */
  readonly send: (
    reader: DigestReader,
    digest: { readonly cadence: Cadence; readonly upTo: number; readonly delivery: NewDelivery },
  ) => Promise<boolean>
  /** Forgets what was due before `from` or is due after `to`. */
  readonly forget: (range: { readonly from: number; readonly to: number }) => Promise<void>
}
