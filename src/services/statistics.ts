/** How a workspace, or one job, did over a stretch of time. */
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import type { Statistics } from '../store/store.ts'
import { allow, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'

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

const LONGEST_RANGE_MS = 366 * 86_400_000

export const createStatistics = ({ store }: Deps): StatisticsService => ({
  range: async (actor, { from, until, jobId }) => {
    allow(actor, 'statistics.view', null)
    if (!(from < until)) throw invalid('until', until, 'give an instant later than `from`')
    if (until - from > LONGEST_RANGE_MS) throw invalid('from', from, 'give a range of at most 366 days')
    const job = jobId === undefined ? null : await jobFor(store, actor, 'job.view', jobId)
    const statistics = await store.executions.statistics(actor.workspaceKey, {
      from,
      until,
      ...(job === null ? {} : { jobKey: job.key }),
    })
    const { success, failed } = statistics.counts
    return { ...statistics, successRate: success + failed === 0 ? null : success / (success + failed) }
  },
})
