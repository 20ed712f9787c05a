/** How large a run of the bench is: full, to be quoted, or tiny, to see that it still works. */
import type { ScheduleBenchSize } from './schedule.ts'

export type Pace = { readonly perSecond: number; readonly warmUpMs: number; readonly ms: number }

export type Size = {
  readonly rounds: number
  readonly jobs: number
  /** For the cost of a fire when little is stored. */
  readonly fewJobs: number
  /** More fall due than can be called, so that the engine always has work. */
  readonly flatOut: { readonly duePerMs: number; readonly warmUpMs: number; readonly ms: number }
  readonly slow: Pace
  readonly fast: Pace
  readonly herd: { readonly count: number; readonly times: number; readonly everyMs: number }
  readonly rateMs: number
  readonly idleMs: number
  readonly peerJobs: number
  readonly schedule: ScheduleBenchSize
}

export const FULL: Size = {
  rounds: 3,
  jobs: 1_000_000,
  fewJobs: 1000,
  flatOut: { duePerMs: 125, warmUpMs: 2000, ms: 5000 },
  slow: { perSecond: 1000, warmUpMs: 3000, ms: 12_000 },
  fast: { perSecond: 10_000, warmUpMs: 3000, ms: 10_000 },
  herd: { count: 10_000, times: 3, everyMs: 4000 },
  rateMs: 3000,
  idleMs: 15_000,
  peerJobs: 150_000,
  schedule: { rounds: 5, roundMs: 60 },
}

export const QUICK: Size = {
  rounds: 1,
  jobs: 1000,
  fewJobs: 100,
  flatOut: { duePerMs: 1, warmUpMs: 100, ms: 300 },
  slow: { perSecond: 200, warmUpMs: 100, ms: 400 },
  fast: { perSecond: 500, warmUpMs: 100, ms: 400 },
  herd: { count: 100, times: 1, everyMs: 500 },
  rateMs: 200,
  idleMs: 300,
  peerJobs: 1000,
  schedule: { rounds: 1, roundMs: 2 },
}
