/**
 * While one workspace's due jobs fill the pages, those of the others are looked for behind them, a stretch at a time: first
 * among what has come due since the last look, then among all that was due before.
 */
import type { DueJob, Ledger } from '../store/store.ts'
import { LATE_MS } from './due-pages.ts'
import { CLAIM_AHEAD_MS } from './pace.ts'

export type Neighbours = {
  /** At most `limit` due jobs of workspaces other than the hogs; the next call goes on behind them. */
  readonly find: (query: {
    readonly now: number
    readonly limit: number
    readonly hogs: readonly number[]
  }) => Promise<readonly DueJob[]>
}

const LAST_KEY = Number.MAX_SAFE_INTEGER
/** Of what is new: a hundred thousand jobs that come due at one instant are looked through within a few looks. */
const STRETCHES_A_LOOK = 2
/** What was looked through is looked through again after this: its owner may be no hog any more, or another process added to it. */
const AGAIN_AFTER_MS = 1000

type Place = { readonly dueAt: number; readonly jobKey: number }

export const createNeighbours = (ledger: Ledger): Neighbours => {
  let lastFound = Number.NEGATIVE_INFINITY
  /** Where what is new begins. */
  let newFrom: Place = { dueAt: 0, jobKey: LAST_KEY }
  /** The look at what was due before: when it began, where it goes on (null: it is done), and where it ends. */
  let again: { readonly began: number; readonly from: Place | null; readonly upTo: number } | null = null

  const beginAnew = (now: number): void => {
    newFrom = { dueAt: now - LATE_MS, jobKey: LAST_KEY }
    again = { began: now, from: BEFORE_ALL, upTo: now - LATE_MS }
  }

  return {
    find: async ({ now, limit, hogs }) => {
      if (limit <= 0 || hogs.length === 0) return []
      if (now < lastFound || now - lastFound >= AGAIN_AFTER_MS) beginAnew(now)
      lastFound = now
      const found: DueJob[] = []
      const skim = async (after: Place, until: number): Promise<Place | null> => {
        const { jobs, goOn } = await ledger.skim({ until, limit: limit - found.length, after, except: hogs })
        found.push(...jobs)
        return goOn
      }

      for (let stretch = 0; stretch < STRETCHES_A_LOOK && found.length < limit; stretch++) {
        const goOn = await skim(newFrom, now + CLAIM_AHEAD_MS)
        // What falls due next, also by the claims of what was found, is later than now.
        newFrom = goOn ?? { dueAt: now, jobKey: LAST_KEY }
        if (goOn === null) break
      }
      if (again === null || now - again.began >= AGAIN_AFTER_MS) again = { began: now, from: BEFORE_ALL, upTo: now }
      if (again.from !== null && found.length < limit) again = { ...again, from: await skim(again.from, again.upTo) }
      return found
    },
  }
}

const BEFORE_ALL: Place = { dueAt: Number.MIN_SAFE_INTEGER, jobKey: 0 }
