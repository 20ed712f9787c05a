/** While one workspace's due jobs fill the pages, those of the others are looked for behind them, a stretch at a time. */
import type { DueJob, Ledger } from '../store/store.ts'
import { LATE_MS } from './due-pages.ts'
import { CLAIM_AHEAD_MS } from './pace.ts'

const LAST_KEY = Number.MAX_SAFE_INTEGER

export type Neighbours = {
  /** At most `limit` due jobs of workspaces other than the hogs. Not all at once: the next call looks further on. */
  readonly find: (query: {
    readonly now: number
    readonly limit: number
    readonly hogs: readonly number[]
  }) => Promise<readonly DueJob[]>
}

type Place = { readonly dueAt: number; readonly jobKey: number }

export const createNeighbours = (ledger: Ledger): Neighbours => {
  /** Where the next stretch begins; null: where what is on time begins, or all that is late. */
  let onTimeFrom: Place | null = null
  let lateFrom: Place | null = null

  return {
    find: async ({ now, limit, hogs }) => {
      if (limit <= 0 || hogs.length === 0) return []
      const edge = { dueAt: now - LATE_MS, jobKey: LAST_KEY }
      const after = onTimeFrom !== null && onTimeFrom.dueAt > edge.dueAt ? onTimeFrom : edge
      const onTime = await ledger.skim({ until: now + CLAIM_AHEAD_MS, limit, after, except: hogs })
      onTimeFrom = onTime.goOn
      // As long as what is on time has not been looked through, what is late waits.
      if (onTime.goOn !== null || onTime.jobs.length === limit) return onTime.jobs
      const left = limit - onTime.jobs.length
      const late = await ledger.skim({ until: edge.dueAt, limit: left, after: lateFrom, except: hogs })
      lateFrom = late.goOn
      return [...onTime.jobs, ...late.jobs]
    },
  }
}
