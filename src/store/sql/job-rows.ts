/** A job as it rests in its row, and back. */
import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Job } from '../../domain/job.ts'
import type { NewJob } from '../jobs.ts'
import { pauseReasonOf, STATE_CODE, stateOf } from './codes.ts'
import { metadataOf, metadataText, policiesOf, policiesText, targetOf, timetableOf } from './interned.ts'
import type { JobTable, Tables } from './tables.ts'

export type JobRow = Selectable<JobTable> & { readonly owner_id: string | null }

/** `state <> 3` leaves out deleted jobs, whose rows stay for their history. */
export const selectJobs = (read: Kysely<Tables>) =>
  read
    .selectFrom('job')
    .leftJoin('user', 'user.key', 'job.owner_key')
    .selectAll('job')
    .select('user.id as owner_id')
    .where('job.state', '<>', 3)

export const jobOf = (row: JobRow): Job => ({
  key: row.key,
  id: row.id,
  workspaceKey: row.workspace_key,
  ownerId: row.owner_id ?? '',
  name: row.name,
  description: row.description,
  timetable: timetableOf(row.timetable),
  endsOn: row.ends_on,
  target: targetOf(row.target),
  policies: policiesOf(row.policies),
  metadata: metadataOf(row.metadata),
  categoryKey: row.category_key,
  teamKey: row.team_key,
  externalId: row.external_id,
  state: stateOf(row.state),
  pauseReason: row.pause_reason === null ? null : pauseReasonOf(row.pause_reason),
  pausedAt: row.paused_at,
  missedAfter: row.missed_after,
  scheduleVersion: row.schedule_version,
  version: row.version,
  runs: row.runs,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Every column in a fixed order, so that many jobs share one statement. */
export const newJobRow = (job: NewJob, ownerKey: number): Required<Omit<Insertable<JobTable>, 'key'>> => ({
  id: job.id,
  workspace_key: job.workspaceKey,
  owner_key: ownerKey,
  state: STATE_CODE[job.state],
  schedule_version: 1,
  version: 1,
  runs: 0,
  created_at: job.now,
  updated_at: job.now,
  name: job.name,
  policies: policiesText(job.policies),
  timetable: JSON.stringify(job.timetable),
  target: JSON.stringify(job.target),
  description: job.description,
  metadata: metadataText(job.metadata),
  pause_reason: job.state === 'paused' ? 0 : null,
  paused_at: job.state === 'paused' ? job.now : null,
  missed_after: job.state === 'paused' ? job.now : null,
  crashes: 0,
  crashed_node: null,
  resumed_at: null,
  deleted_at: null,
  category_key: job.categoryKey ?? null,
  team_key: job.teamKey ?? null,
  external_id: job.externalId ?? null,
})
