/** Due jobs inside the writer: what has come due, with all that a claim needs to know; dead rows are cleared on the way. */
import type { DatabaseSync } from 'node:sqlite'
import type { Limits } from './hot-limits.ts'

export type DueQuery = {
  readonly until: number
  readonly limit: number
  readonly after: Place | null
}

export type DueColumns = {
  readonly dueAt: number[]
  readonly jobKeys: number[]
  readonly scheduleVersions: number[]
  readonly jobIds: string[]
  readonly jobNames: string[]
  readonly workspaceKeys: number[]
  readonly timetables: string[]
  readonly targets: string[]
  readonly policies: (string | null)[]
  readonly runs: number[]
  readonly limited: boolean[]
}

export type SkimQuery = DueQuery & { readonly except: readonly number[] }
type Place = { readonly dueAt: number; readonly jobKey: number }

export type DueReader = {
  readonly due: (query: DueQuery) => { readonly jobs: DueColumns; readonly nextDueAt: number | null }
  readonly skim: (query: SkimQuery) => { readonly jobs: DueColumns; readonly goOn: Place | null }
  readonly nextDueAt: () => number | null
}

type Row = [
  dueAt: number,
  jobKey: number,
  scheduleVersion: number,
  isLive: number,
  id: string,
  name: string,
  workspaceKey: number,
  timetable: string,
  target: string,
  policies: string | null,
  runs: number,
]

const BEFORE_ALL = { dueAt: Number.MIN_SAFE_INTEGER, jobKey: 0 }

/** Measured: a stretch takes about 15 ms of the writer. */
const STRETCH = 20_000

export const openDue = (db: DatabaseSync, limits: Limits): DueReader => {
  const page = db.prepare(`
    select d.next_run_at, d.job_key, d.schedule_version, j.state = 0 and j.schedule_version = d.schedule_version,
      j.id, j.name, j.workspace_key, j.timetable, j.target, j.policies, j.runs
    from due d left join job j on j.key = d.job_key
    where (d.next_run_at, d.job_key) > (?1, ?2) and d.next_run_at <= ?3
    order by d.next_run_at, d.job_key limit ?4`)
  page.setReturnArrays(true)
  const clear = db.prepare('delete from due where next_run_at = ?1 and job_key = ?2')
  const following = db.prepare(`
    select next_run_at as at from due where (next_run_at, job_key) > (?1, ?2) order by next_run_at, job_key limit 1`)

  const earliest = db.prepare(`
    select next_run_at as at from due where (next_run_at, job_key) <= (?1, ?2) order by next_run_at, job_key limit 1`)

  /** A job that was made or moved behind the place where the caller goes on. */
  const leftBehind = (after: Place): number | null =>
    (earliest.get(after.dueAt, after.jobKey)?.at as number | undefined) ?? null

  const nextAfter = (after: Place): number | null =>
    (following.get(after.dueAt, after.jobKey)?.at as number | undefined) ?? null

  // Narrow rows first: the job itself is read for its workspace's key alone, unless it is one that was looked for.
  const stretch = db.prepare(`
    select d.next_run_at, d.job_key, d.schedule_version, 1,
      j.id, j.name, j.workspace_key, j.timetable, j.target, j.policies, j.runs
    from (
      select next_run_at, job_key, schedule_version from due
      where (next_run_at, job_key) > (?1, ?2) and next_run_at <= ?3 order by next_run_at, job_key limit ?4
    ) d cross join job j on j.key = d.job_key
    where j.workspace_key not in (select value from json_each(?5)) and j.state = 0 and j.schedule_version = d.schedule_version
    limit ?6`)
  stretch.setReturnArrays(true)
  const endOfStretch = db.prepare(`
    select next_run_at as dueAt, job_key as jobKey from due
    where (next_run_at, job_key) > (?1, ?2) and next_run_at <= ?3 order by next_run_at, job_key limit 1 offset ?4`)

  const add = (jobs: DueColumns, row: Row): void => {
    addTo(jobs, row)
    jobs.limited.push(limits.holdFor({ workspaceKey: row[6], target: row[8], policies: row[9] }))
  }

  const skim: DueReader['skim'] = ({ until, limit, after, except }) => {
    limits.refresh()
    const from = after ?? BEFORE_ALL
    const jobs = emptyDue()
    const rows = stretch.all(from.dueAt, from.jobKey, until, STRETCH, JSON.stringify(except), limit) as unknown as Row[]
    for (const row of rows) add(jobs, row)
    const last = rows.at(-1)
    if (last !== undefined && rows.length === limit) return { jobs, goOn: { dueAt: last[0], jobKey: last[1] } }
    const end = endOfStretch.get(from.dueAt, from.jobKey, until, STRETCH - 1) as Place | undefined
    return { jobs, goOn: end ?? null }
  }

  const due: DueReader['due'] = ({ until, limit, after }) => {
    limits.refresh()
    const jobs = emptyDue()
    let last = after ?? BEFORE_ALL
    let wanted = limit
    while (wanted > 0) {
      const rows = page.all(last.dueAt, last.jobKey, until, wanted) as unknown as Row[]
      for (const row of rows) {
        if (row[3] === 1) add(jobs, row)
        else clear.run(row[0], row[1])
        last = { dueAt: row[0], jobKey: row[1] }
      }
      // Dead rows took places on the page: look on, so that a short answer means that no more is due.
      const mayBeMore = rows.length === wanted
      wanted = mayBeMore ? limit - jobs.jobKeys.length : 0
    }
    return { jobs, nextDueAt: (after === null ? null : leftBehind(after)) ?? nextAfter(last) }
  }

  return { due, skim, nextDueAt: () => nextAfter(BEFORE_ALL) }
}

const addTo = (jobs: DueColumns, row: Row): void => {
  jobs.dueAt.push(row[0])
  jobs.jobKeys.push(row[1])
  jobs.scheduleVersions.push(row[2])
  jobs.jobIds.push(row[4])
  jobs.jobNames.push(row[5])
  jobs.workspaceKeys.push(row[6])
  jobs.timetables.push(row[7])
  jobs.targets.push(row[8])
  jobs.policies.push(row[9])
  jobs.runs.push(row[10])
}

const emptyDue = (): DueColumns => ({
  dueAt: [],
  jobKeys: [],
  scheduleVersions: [],
  jobIds: [],
  jobNames: [],
  workspaceKeys: [],
  timetables: [],
  targets: [],
  policies: [],
  runs: [],
  limited: [],
})
