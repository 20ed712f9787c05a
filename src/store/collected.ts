/** What is collected for digests, as it is written with what is told. */
import type { Audience } from '../domain/notice.ts'

/** What happened to a job so often, for whoever it is for. */
export type Collected = {
  /** When it is due, epoch milliseconds. */
  readonly day: number
  readonly audience: Audience
  readonly jobId: string
  readonly jobName: string
  readonly kind: string
  /** Lower ones come first in a digest. */
  readonly weight: number
  readonly count: number
  /** The last time. */
  readonly at: number
  readonly error: string | null
}
