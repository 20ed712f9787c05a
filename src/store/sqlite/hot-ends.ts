/** End dates inside the writer: jobs that have passed theirs are paused, and Mondays tell of those that will soon. */
import type { DatabaseSync } from 'node:sqlite'
import type { EndingQuery, ExpiredQuery } from '../ledger.ts'
import { PAUSE_REASON_CODE } from '../sql/codes.ts'
import { COPIED } from '../sql/former-jobs.ts'
import type { EventWriter } from './hot-events.ts'

export type Ends = {
  readonly pauseExpired: (query: ExpiredQuery) => number[]
  readonly remindOfEnds: (query: EndingQuery) => boolean
}

const REMINDED = 'ends.reminded'
/** As many Mondays are remembered: a clock that is set back does not make one come twice. */
const MONDAYS_KEPT = 10

/** `at`: the Monday that is being told of, and how far that has come. */
type Reminded = {
  readonly told: readonly string[]
  readonly at: { readonly day: string; readonly jobKey: number } | null
}

export const openEnds = (db: DatabaseSync, events: EventWriter): Ends => {
  // Leans on job_by_end. An active one whose instant nobody took yet is left to the claim, which gives it its row first.
  const expired = db.prepare(`
    select key, workspace_key, ends_on from job where state = 2 and ends_on < ?1
    union all
    select key, workspace_key, ends_on from job
    where state = 0 and ends_on < ?1 and key not in (select job_key from due where next_run_at <= ?2)
    limit ?3`)
  const columns = COPIED.join(', ')
  const keepFormer = db.prepare(`
    insert into job_history (job_key, from_at, until_at, left_by, changed_by, ${columns})
    select key, coalesce((select max(until_at) from job_history where job_key = job.key), created_at), ?2, 'paused', null, ${columns}
    from job where key = ?1`)
  const pause = db.prepare(`
    update job set state = 1, pause_reason = ${PAUSE_REASON_CODE.end_date}, paused_at = ?2, missed_after = ?2,
      version = version + 1, updated_at = ?2
    where key = ?1`)
  // Leans on job_by_end, once for each state but that of deleted jobs.
  const ending = db.prepare(`
    select key, workspace_key, ends_on, cast(julianday(ends_on) - julianday(?1) as integer) as days from job
    where state in (0, 1, 2) and ends_on >= ?1 and ends_on <= ?2 and key > ?3
    order by key limit ?4`)
  const value = db.prepare('select value from server_value where name = ?1')
  const keepValue = db.prepare('insert or replace into server_value (name, value) values (?1, ?2)')

  return {
    pauseExpired: ({ today, now, limit }) =>
      expired.all(today, now, limit).map((row) => {
        const jobKey = row.key as number
        keepFormer.run(jobKey, now)
        pause.run(jobKey, now)
        const why = { reason: 'end_date', ends_on: row.ends_on as string } as const
        events.autoPaused(row.workspace_key as number, jobKey, now, why)
        return jobKey
      }),

    remindOfEnds: ({ monday, until, now, limit }) => {
      const { told, at } = JSON.parse((value.get(REMINDED)?.value as string | undefined) ?? '{"told":[]}') as Reminded
      if (told.includes(monday)) return false
      const rows = ending.all(monday, until, at?.day === monday ? at.jobKey : 0, limit)
      for (const row of rows) {
        const ends = { ends_on: row.ends_on as string, days: row.days as number }
        events.endsSoon(row.workspace_key as number, row.key as number, now, ends)
      }
      const isMore = rows.length === limit
      const reminded: Reminded = isMore
        ? { told, at: { day: monday, jobKey: rows.at(-1)?.key as number } }
        : { told: [monday, ...told].slice(0, MONDAYS_KEPT), at: null }
      keepValue.run(REMINDED, JSON.stringify(reminded))
      return isMore
    },
  }
}
