/** Forgets executions by age and number, job by job; what is left of a deleted job goes with its last execution. */
import { cutoffsOf, DAY_MS, type RetentionRules, rulesFor } from '../domain/retention.ts'
import type { JobHistory, RetentionStore } from '../store/store.ts'

/** Runs one bounded step, and gives way to everything else afterwards. */
export type Paced = <Result>(step: () => Promise<Result>) => Promise<Result>

/** Jobs looked at in one step. */
const JOBS_AT_ONCE = 200
/** Executions let go in one transaction: some milliseconds of the writer. */
const ROWS_AT_ONCE = 200
/** A deleted job can be told of, and be taken back, for so long, even when nothing it ever ran is left. */
const DELETED_JOB_DAYS = 30
/** No job fires more often than this: younger histories cannot hold too many. */
const SHORTEST_SPACING_MS = 1000

export type Retained = { readonly executions: number; readonly jobs: number }

export const retain = async (
  { retention, bounds, now }: { retention: RetentionStore; bounds: RetentionRules; now: number },
  paced: Paced,
): Promise<Retained> => {
  let executions = 0
  let jobs = 0

  const lookAt = async (after: number) => {
    const histories = await retention.histories(after, JOBS_AT_ONCE)
    return Promise.all(histories.map(async (job) => ({ job, cutoffs: await cutoffsFor(job) })))
  }

  const cutoffsFor = async ({ jobKey, oldest, choice }: JobHistory) => {
    const rules = rulesFor(bounds, choice)
    const mayBeTooMany = oldest !== null && now - oldest > rules.runsPerJob * SHORTEST_SPACING_MS
    return cutoffsOf(rules, now, mayBeTooMany ? await retention.nthNewest(jobKey, rules.runsPerJob) : null)
  }

  const trimAll = async ({ job, cutoffs }: Awaited<ReturnType<typeof lookAt>>[number]) => {
    let from: number | null = job.oldest
    if (from === null || from >= Math.max(cutoffs.success, cutoffs.other)) return
    while (from !== null) {
      const start: number = from
      const { removed, next } = await paced(() => retention.trim(job, cutoffs, { from: start, limit: ROWS_AT_ONCE }))
      executions += removed
      from = next
    }
  }

  for (let after = 0; ; ) {
    const page = await paced(() => lookAt(after))
    for (const one of page) {
      await trimAll(one)
      const { job } = one
      const isOver = job.deletedAt !== null && job.deletedAt < now - DELETED_JOB_DAYS * DAY_MS
      if (isOver && job.oldest === null && (await paced(() => retention.forgetJob(job)))) jobs += 1
    }
    const last = page.at(-1)
    if (last === undefined || page.length < JOBS_AT_ONCE) return { executions, jobs }
    after = last.job.jobKey
  }
}
