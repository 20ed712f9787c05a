/** Recomputes what should have happened in a stretch of time, and names every occurrence that has no row. */
import type { Actor } from '../domain/actor.ts'
import { withoutEndDate } from '../domain/end-date.ts'
import { invalid } from '../domain/errors.ts'
import { compile, countBetween, neverFires } from '../schedule/schedule.ts'
import type { KnownJob } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { type Era, erasOf } from './eras.ts'
import { createTally, type Gap, type Oddity } from './tally.ts'
import { knownJobFor } from './undoing.ts'

type Of = { readonly jobId: string; readonly jobName: string }

export type LedgerCheck = {
  /** Jobs that this request was through with. */
  readonly jobs: number
  /** Occurrences that should have a row by now. */
  readonly expected: number
  /** Of these, those that wait in the plan for a server to take them. */
  readonly waiting: number
  readonly missing: number
  /** Some of what is missing, at most 1,000. */
  readonly gaps: readonly (Of & Gap)[]
  /** Rows of instants that were never due, at most 1,000. */
  readonly oddities: readonly (Of & Oddity)[]
  /** A warning, and nothing that is missing: jobs that have ended because their schedule has no instant at all; at most 1,000. */
  readonly neverFiring: readonly Of[]
  /** Opaque; null when all was looked at. */
  readonly nextCursor: string | null
}

export type LedgerService = {
  readonly check: (
    actor: Actor,
    query: {
      readonly from: number
      readonly until: number
      readonly jobId?: string | undefined
      readonly cursor: string | null
    },
  ) => Promise<LedgerCheck>
}

const LONGEST_RANGE_MS = 366 * 86_400_000
const PAGE_OF_JOBS = 100
/** One request looks at so many rows and jobs, and ends well within the time that it has. */
const BOUNDS = { rowsAtOnce: 500, rows: 20_000, jobs: 500 }
const MOST_TOLD = 1000

type Range = { readonly from: number; readonly until: number }

/** What was found of one job; `reached`: null when it was looked at to the end, else how far. */
type Found = {
  readonly rows: number
  readonly expected: number
  readonly waiting: number
  readonly gaps: readonly Gap[]
  readonly oddities: readonly Oddity[]
  readonly neverFires: boolean
  readonly reached: number | null
}

export const createLedgerService = (
  { store, clock, auth }: Pick<Deps, 'store' | 'clock' | 'auth'>,
  bounds = BOUNDS,
): LedgerService => {
  const checkJob = async (known: KnownJob, range: Range, budget: number): Promise<Found> => {
    const former = await store.history.formerJobs(known.job.key)
    const now = clock.now()
    // What was forgotten by age is no gap.
    const completeSince = (await store.retention.completeSince(known.job.workspaceKey, known.job.key)) ?? 0
    const found = { rows: 0, expected: 0, waiting: 0, gaps: [] as Gap[], oddities: [] as Oddity[], neverFires: false }
    for (const era of erasOf(known, former, now)) {
      if (era.isPresent && known.job.state === 'ended')
        found.neverFires = neverFires(withoutEndDate(era.timetable), era.after)
      const from = Math.max(era.after, range.from, completeSince)
      const upTo = Math.min(era.upTo, range.until, now)
      if (from >= upTo) continue
      const reached = await checkEra(known, era, { from, upTo }, found, budget)
      if (reached !== null) return { ...found, reached }
    }
    return { ...found, reached: null }
  }

  const checkEra = async (
    { job }: KnownJob,
    era: Era,
    { from, upTo }: { readonly from: number; readonly upTo: number },
    found: { rows: number; expected: number; waiting: number; gaps: Gap[]; oddities: Oddity[] },
    budget: number,
  ): Promise<number | null> => {
    const compiled = compile(era.timetable, job.id)
    // A row that began before may stand for instants in here.
    const covering = await store.history.rowsFor(job.workspaceKey, job.key, from)
    const begin = Math.max(from, ...covering.map(({ lastFor }) => lastFor ?? from))
    const tally = createTally(compiled, begin, era.certainAfter)
    let after = { scheduledFor: begin + 1, id: '' }
    for (;;) {
      const rows = await store.history.ledgerRows(job.key, {
        after,
        upTo,
        versions: era.versions,
        limit: bounds.rowsAtOnce,
      })
      for (const row of rows) note(tally.add(row), found)
      found.rows += rows.length
      const last = rows.at(-1)
      if (last === undefined || rows.length < bounds.rowsAtOnce) break
      after = { scheduledFor: last.scheduledFor, id: last.id }
      if (found.rows >= budget && tally.at() < upTo) {
        found.expected += countBetween(compiled, from, tally.at())
        return tally.at()
      }
    }
    const rest = era.endsWithRows ? null : tally.rest(upTo)
    found.expected += countBetween(compiled, from, era.endsWithRows ? Math.min(tally.at(), upTo) : upTo)
    if (rest !== null) {
      if (era.isPresent && (await store.history.isPlanned(job.key, rest.first))) found.waiting += rest.count
      else found.gaps.push(rest)
    }
    return null
  }

  /** A claim or an edit may have been made between two questions: what is found missing is asked for once more. */
  const checkTwice = async (known: KnownJob, range: Range, budget: number): Promise<Found> => {
    const first = await checkJob(known, range, budget)
    if (first.gaps.length === 0 && first.oddities.length === 0) return first
    const again = await store.history.knownJob(known.job.workspaceKey, known.job.id)
    return again === null ? first : checkJob(again, range, budget)
  }

  const check: LedgerService['check'] = async (actor, { from, until, jobId, cursor }) => {
    allow(actor, 'execution.view', null)
    if (!(from < until)) throw invalid('until', until, 'give an instant later than `from`')
    if (until - from > LONGEST_RANGE_MS) throw invalid('from', from, 'give a range of at most 366 days')
    const { workspaceKey } = actor
    const only = jobId === undefined ? null : await knownJobFor(store, actor, 'job.view', jobId)
    const scope = { workspaceKey, list: 'ledger', filter: [from, until, jobId ?? null] }
    const sum = {
      jobs: 0,
      expected: 0,
      waiting: 0,
      missing: 0,
      gaps: [] as (Of & Gap)[],
      oddities: [] as (Of & Oddity)[],
      neverFiring: [] as Of[],
    }
    let rows = 0
    let place = cursor === null ? { afterKey: 0, reached: null } : placeOf(auth.cursors.take(cursor, scope))

    for (;;) {
      const jobs =
        only === null
          ? await store.history.knownJobs(workspaceKey, { ...place, since: from, limit: PAGE_OF_JOBS })
          : [only]
      for (const known of jobs) {
        const found = await checkTwice(known, { from: place.reached ?? from, until }, bounds.rows - rows)
        add(sum, known, found)
        rows += found.rows
        place = { afterKey: known.job.key - (found.reached === null ? 0 : 1), reached: found.reached }
        if (found.reached === null) sum.jobs += 1
        const isLast = found.reached === null && only !== null
        if (!isLast && (found.reached !== null || rows >= bounds.rows || sum.jobs >= bounds.jobs)) {
          return { ...sum, nextCursor: auth.cursors.give(JSON.stringify([place.afterKey, place.reached]), scope) }
        }
      }
      if (only !== null || jobs.length < PAGE_OF_JOBS) return { ...sum, nextCursor: null }
    }
  }

  return { check }
}

const note = (
  { gap, oddity }: { readonly gap: Gap | null; readonly oddity: Oddity | null },
  found: { readonly gaps: Gap[]; readonly oddities: Oddity[] },
): void => {
  if (gap !== null) found.gaps.push(gap)
  if (oddity !== null) found.oddities.push(oddity)
}

const add = (
  sum: {
    expected: number
    waiting: number
    missing: number
    gaps: (Of & Gap)[]
    oddities: (Of & Oddity)[]
    neverFiring: Of[]
  },
  { job }: KnownJob,
  found: Found,
): void => {
  const of = { jobId: job.id, jobName: job.name }
  sum.expected += found.expected
  sum.waiting += found.waiting
  sum.missing += found.gaps.reduce((total, { count }) => total + count, 0)
  for (const gap of found.gaps) if (sum.gaps.length < MOST_TOLD) sum.gaps.push({ ...of, ...gap })
  if (found.neverFires && found.reached === null && sum.neverFiring.length < MOST_TOLD) sum.neverFiring.push(of)
  for (const oddity of found.oddities) if (sum.oddities.length < MOST_TOLD) sum.oddities.push({ ...of, ...oddity })
}

const placeOf = (inner: string): { readonly afterKey: number; readonly reached: number | null } => {
  const [afterKey, reached] = JSON.parse(inner) as [number, number | null]
  return { afterKey, reached }
}
