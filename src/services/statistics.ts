/** How a workspace, or one job, did over a stretch of time. */
import type { Actor } from '../domain/actor.ts'
import type { Statistics } from '../store/store.ts'

export type StatisticsService = {
  readonly range: (
    actor: Actor,
    range: { readonly from: number; readonly until: number; readonly jobId?: string | undefined },
  ) => Promise<
    Statistics & {
      /** Successes among executions that ended in success or failure, 0 to 1; null when there are none. */
      readonly successRate: number | null
    }
  >
}
