/** Due jobs, a page at a time: on-time ones first, and under backlog the next page is read while the last one is committed. */
import type { DueJob, Ledger } from '../store/store.ts'
import { CLAIM_AHEAD_MS, LARGEST_LOOK } from './pace.ts'

/** What is later than this goes behind what is on time. */
export const LATE_MS = 2000
const LAST_KEY = Number.MAX_SAFE_INTEGER
/** What another process makes or moves to an earlier instant while pages follow one another is met after this time. */
const LONGEST_RUN_MS = 1000
/** What was read longer ago is read again: a job may have been changed since, by a process that cannot tell us. */
const READ_FOR_MS = 50
/** While the jobs of one look are being committed, those of the next are here. */
const PAGES_AHEAD = 2

export type Taken = {
  readonly jobs: readonly DueJob[]
  /** The earliest stored instant that is not among the jobs; null when there is none. */
  readonly nextDueAt: number | null
  /** There may be more that is due. */
  readonly more: boolean
}

export type DuePages = {
  readonly take: (now: number, limit: number) => Promise<Taken>
  /** To be called after the commit of what was taken was sent: the next page shares its turn of the store. */
  readonly readAhead: (now: number) => void
  /** A job was made or changed, or the wall clock went back: what was read ahead may not be true any more. */
  readonly forget: () => void
}

type Page = Awaited<ReturnType<Ledger['due']>>

export const createDuePages = (ledger: Ledger): DuePages => {
  let ahead: Promise<void> | null = null
  let read: readonly { readonly at: number; readonly jobs: readonly DueJob[] }[] = []
  /** Where the run of pages goes on; null: the next one begins anew. */
  let place: { readonly dueAt: number; readonly jobKey: number } | null = null
  let runBegan = Number.NEGATIVE_INFINITY
  let nextDueAt: number | null = null
  let forgotten = 0

  const begin = async (now: number, limit: number): Promise<Taken> => {
    const edge = now - LATE_MS
    const onTime = await ledger.due({ until: now + CLAIM_AHEAD_MS, limit, after: { dueAt: edge, jobKey: LAST_KEY } })
    nextDueAt = onTime.nextDueAt
    if (onTime.jobs.length === limit) {
      runBegan = now
      place = placeOf(onTime.jobs)
      return { jobs: onTime.jobs, nextDueAt, more: true }
    }
    place = null
    if (nextDueAt === null || nextDueAt > edge) return { jobs: onTime.jobs, nextDueAt, more: false }
    const late = await ledger.due({ until: edge, limit: limit - onTime.jobs.length, after: null })
    const jobs = [...onTime.jobs, ...late.jobs]
    return { jobs, nextDueAt, more: jobs.length === limit }
  }

  const forget = (): void => {
    forgotten += 1
    ahead = null
    read = []
    place = null
  }

  const readAhead = (now: number): void => {
    if (place === null || ahead !== null || read.length >= PAGES_AHEAD) return
    const asked = forgotten
    const arrived = (page: Page) => {
      if (asked !== forgotten) return
      ahead = null
      read = [...read, { at: now, jobs: page.jobs }]
      nextDueAt = page.nextDueAt
      place = page.jobs.length === LARGEST_LOOK ? placeOf(page.jobs) : null
      readAhead(now)
    }
    // A failure shows when the page is asked for anew.
    const failed = () => {
      if (asked === forgotten) ahead = null
    }
    ahead = ledger.due({ until: now + CLAIM_AHEAD_MS, limit: LARGEST_LOOK, after: place }).then(arrived, failed)
  }

  return {
    take: async (now, limit) => {
      if (now - runBegan >= LONGEST_RUN_MS) forget()
      if (read.length === 0) await ahead
      if (read.some(({ at }) => now - at >= READ_FOR_MS)) forget()
      const [page, ...others] = read
      if (page === undefined) return begin(now, limit)
      const jobs = page.jobs.slice(0, limit)
      const left = page.jobs.slice(limit)
      read = left.length === 0 ? others : [{ at: page.at, jobs: left }, ...others]
      return { jobs, nextDueAt, more: read.length > 0 || place !== null }
    },
    readAhead,
    forget,
  }
}

const placeOf = (jobs: readonly DueJob[]): { readonly dueAt: number; readonly jobKey: number } | null => {
  const last = jobs.at(-1)
  return last === undefined ? null : { dueAt: last.dueAt, jobKey: last.jobKey }
}
