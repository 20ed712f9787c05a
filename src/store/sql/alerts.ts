/** Alerts of jobs, and what the writer must know of them. */
import { type Kysely, sql } from 'kysely'
import { hearsOf, type JobAlerts } from '../../domain/alerts.ts'
import type { AlertStore, AlertsRow } from '../inbox.ts'
import type { Tables } from './tables.ts'
import { type Access, type Statement, written } from './unit.ts'

type Read = Kysely<Tables>
type Row = { readonly job_key: number; readonly value: string; readonly version: number }

export const createAlertStore = ({ read, write }: Access): AlertStore => ({
  of: async (jobKeys) => {
    if (jobKeys.length === 0) return new Map()
    const { rows } = await sql<Row>`
      select job_key, value, version from job_alerts where job_key in (${sql.join(jobKeys)})`.execute(read)
    return new Map(rows.map((row) => [row.job_key, rowOf(row)]))
  },
  set: async ({ key, workspaceKey }, alerts, version) => {
    const value = JSON.stringify(alerts)
    const hears = hearsOf(alerts)
    const fresh = sql`
      insert into job_alerts (job_key, workspace_key, value, hears, version)
      values (${key}, ${workspaceKey}, ${value}, ${hears}, 1) on conflict (job_key) do nothing`
    const change = sql`
      update job_alerts set value = ${value}, version = version + 1, ${series(hears)}
      where job_key = ${key} and version = ${version}`
    return (await write([written(read, version === 0 ? fresh : change, 1)])) !== null
  },
})

const rowOf = ({ value, version }: Row): AlertsRow => ({ alerts: JSON.parse(value) as JobAlerts, version })

/** A series that was not followed to its end says nothing. Columns on the right are those from before. */
const series = (hears: number) => sql`
  failing_since = case when job_alerts.hears % 2 = 1 then job_alerts.failing_since end,
  failures = case when job_alerts.hears % 2 = 1 then job_alerts.failures else 0 end, hears = ${hears}`

/** In the unit that makes or changes the job: heard from its first run on. */
export const keepAlerts = (read: Read, jobId: string, alerts: JobAlerts): Statement => {
  const value = JSON.stringify(alerts)
  const hears = hearsOf(alerts)
  return written(
    read,
    sql`
      insert into job_alerts (job_key, workspace_key, value, hears, version)
      select key, workspace_key, ${value}, ${hears}, 1 from job where id = ${jobId}
      on conflict (job_key) do update set value = excluded.value, version = job_alerts.version + 1, ${series(hears)}`,
    1,
  )
}
