/** Writes to one job: each a guarded unit, so that of two people who change a job at once one hears of the other. */
import { type Kysely, sql, type Updateable } from 'kysely'
import { apiTaken } from '../../domain/application.ts'
import { DomainError, externalIdTaken, nameTaken, notFound } from '../../domain/errors.ts'
import type { Job, PauseReason } from '../../domain/job.ts'
import type { JobChange, Leaving, NewJob, ResumePlan } from '../jobs.ts'
import { keepAlerts } from './alerts.ts'
import { deleteApi, insertApi, updateApi } from './application-writes.ts'
import { DELETED, LIMIT_KIND_CODE, PAUSE_REASON_CODE, STATE_CODE } from './codes.ts'
import { executionRow } from './execution-rows.ts'
import { keepFormer } from './former-jobs.ts'
import { metadataText, policiesText } from './interned.ts'
import { holdNames } from './job-names.ts'
import { type JobRow, jobOf, newJobRow, selectJobs } from './job-rows.ts'
import { isNotTaken, leaveTimetable, rememberMissed } from './leaving.ts'
import { cancelPendingOf, insertDue, insertExecutions, insertMany } from './statements.ts'
import type { JobTable, Tables } from './tables.ts'
import { type Access, DuplicateKey, lastRow, type Statement, type StatementResult, statement } from './unit.ts'

type Read = Kysely<Tables>

export const createJob = async ({ read, write }: Access, job: NewJob): Promise<Job> => {
  const ownerKeys = await ownerKeysOf(read, [job.ownerId])
  const results = await write([...insertJobs(read, [job], ownerKeys), readBack(read, job.id)]).catch((error) => {
    throw error instanceof DuplicateKey && typeof job.externalId === 'string' ? externalIdTaken(job.externalId) : error
  })
  if (results === null) throw job.api === undefined ? nameTaken(job.name) : apiTaken(job.api.name)
  const created = jobFrom(results)
  if (created === null) throw new Error(`Job ${job.id} was not to be read after it was written.`)
  return created
}

export const createJobs = async ({ read, write }: Access, jobs: readonly NewJob[]): Promise<boolean> => {
  if (jobs.length === 0) return true
  const ownerKeys = await ownerKeysOf(read, [...new Set(jobs.map(({ ownerId }) => ownerId))])
  try {
    const results = await write(insertJobs(read, jobs, ownerKeys))
    if (results === null)
      throw new DomainError('conflict', 'Another job of the workspace has one of these names; nothing was made.')
    return true
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
    await refuseTakenExternalIds(read, jobs)
    return false
  }
}

export const updateJob = async (access: Access, job: Job, change: JobChange, at: Leaving): Promise<Job | null> => {
  const { read, write } = access
  const { ownerId } = change
  const ownerKey =
    ownerId === undefined ? undefined : ((await ownerKeysOf(read, [ownerId])).get(ownerId) ?? noOwner(ownerId))
  const { timetable, enabled } = change
  const moves = timetable !== undefined || enabled !== undefined
  const values: Updateable<JobTable> = {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.description !== undefined && { description: change.description }),
    ...(ownerKey !== undefined && { owner_key: ownerKey }),
    ...(timetable !== undefined && { timetable: JSON.stringify(timetable) }),
    ...(change.target !== undefined && { target: JSON.stringify(change.target) }),
    ...(change.policies !== undefined && { policies: policiesText(change.policies) }),
    ...(change.metadata !== undefined && { metadata: metadataText(change.metadata) }),
    ...(change.categoryKey !== undefined && { category_key: change.categoryKey }),
    ...(change.teamKey !== undefined && { team_key: change.teamKey }),
    ...(change.state !== undefined && { state: STATE_CODE[change.state] }),
    ...((timetable !== undefined || enabled === true) && { schedule_version: job.scheduleVersion + 1 }),
    ...(timetable !== undefined && (enabled === false || job.state === 'paused') && { missed_after: at.now }),
    ...(enabled === false && pausedAt(at.now, 'by_user')),
    ...(enabled === true && resumedAt(at.now)),
  }
  const dueAt = moves && change.dueAt !== undefined ? change.dueAt : null
  const leftBy = enabled === undefined ? 'changed' : enabled ? 'resumed' : 'paused'
  return jobFrom(
    await write([
      ...keepFormer(read, job, { leftBy, by: access.by, now: at.now }),
      guarded(read, job, at.now, values, dueAt),
      ...(moves ? leaveTimetable(read, job, at) : []),
      ...(enabled === false && timetable === undefined ? [rememberMissed(read, job, at.now)] : []),
      ...(dueAt === null ? [] : insertDue(read, job.key, dueAt)),
      ...(change.alerts === undefined ? [] : [keepAlerts(read, job.id, change.alerts)]),
      ...(change.api === undefined ? [] : [updateApi(read, job.key, change.api)]),
      ...(change.uniqueName === true ? holdNames(read, [job.id]) : []),
      readBack(read, job.id),
    ]),
  )
}

const pausedAt = (now: number, reason: PauseReason): Updateable<JobTable> => ({
  state: STATE_CODE.paused,
  pause_reason: PAUSE_REASON_CODE[reason],
  paused_at: now,
})

const resumedAt = (now: number): Updateable<JobTable> => ({
  pause_reason: null,
  paused_at: null,
  missed_after: null,
  resumed_at: now,
})

export const pauseJob = async (
  { read, write, by }: Access,
  job: Job,
  reason: PauseReason,
  at: Leaving,
): Promise<Job | null> =>
  jobFrom(
    await write([
      ...keepFormer(read, job, { leftBy: 'paused', by, now: at.now }),
      guarded(read, job, at.now, pausedAt(at.now, reason)),
      ...leaveTimetable(read, job, at),
      rememberMissed(read, job, at.now),
      readBack(read, job.id),
    ]),
  )

export const resumeJob = async (
  { read, write, by }: Access,
  job: Job,
  plan: ResumePlan,
  now: number,
): Promise<Job | null> => {
  const version = job.scheduleVersion + 1
  const rows = plan.executions.map((execution) =>
    executionRow(job, execution, { version, exclusive: plan.exclusive, now }),
  )
  return jobFrom(
    await write([
      ...keepFormer(read, job, { leftBy: 'resumed', by, now }),
      guarded(read, job, now, {
        ...resumedAt(now),
        state: STATE_CODE[plan.state],
        schedule_version: version,
      }),
      ...(plan.countRuns === 0 ? [] : [countRuns(read, job, plan.countRuns)]),
      ...insertExecutions(read, rows),
      ...(plan.dueAt === null ? [] : insertDue(read, job.key, plan.dueAt)),
      readBack(read, job.id),
    ]),
  )
}

export const deleteJob = async ({ read, write, by }: Access, job: Job, at: Leaving): Promise<boolean> => {
  const results = await write([
    ...keepFormer(read, job, { leftBy: 'deleted', by, now: at.now }),
    guarded(read, job, at.now, { state: DELETED, deleted_at: at.now, external_id: null }),
    ...leaveTimetable(read, job, at),
    cancelPendingOf(read, [job.key], at.now),
    forgetOwnLimit(read, job),
    deleteApi(read, job.key),
  ])
  return results !== null
}

/** Where the runs of the job were counted; those under way give their places back all the same. */
const forgetOwnLimit = (read: Read, { workspaceKey, id }: Job): Statement =>
  statement(
    read
      .deleteFrom('run_limit')
      .where('workspace_key', '=', workspaceKey)
      .where('kind', '=', LIMIT_KIND_CODE.job)
      .where('name', '=', id),
  )

const guarded = (
  read: Read,
  job: Job,
  now: number,
  values: Updateable<JobTable>,
  dueAt: number | null = null,
): Statement => {
  const present = read
    .updateTable('job')
    .set({ ...values, version: job.version + 1, updated_at: now })
    .where('key', '=', job.key)
    .where('version', '=', job.version)
    .where('state', '<>', DELETED)
  return statement(dueAt === null ? present : present.where(isNotTaken(read, job.key, dueAt)), 1)
}

const countRuns = (read: Read, job: Job, runs: number): Statement =>
  statement(
    read
      .updateTable('job')
      .set((eb) => ({ runs: eb('runs', '+', runs) }))
      .where('key', '=', job.key),
  )

const readBack = (read: Read, id: string): Statement => statement(selectJobs(read).where('job.id', '=', id))

const jobFrom = (results: readonly StatementResult[] | null): Job | null => {
  const row = lastRow(results)
  return row === undefined ? null : jobOf(row as JobRow)
}

/** To stand in a unit with what they belong to. */
export const insertJobsOf = async (read: Read, jobs: readonly NewJob[]): Promise<readonly Statement[]> =>
  jobs.length === 0
    ? []
    : insertJobs(read, jobs, await ownerKeysOf(read, [...new Set(jobs.map(({ ownerId }) => ownerId))]))

const insertJobs = (read: Read, jobs: readonly NewJob[], owners: ReadonlyMap<string, number>): readonly Statement[] => {
  const rows = jobs.map((job) => newJobRow(job, owners.get(job.ownerId) ?? noOwner(job.ownerId)))
  const due = jobs.filter((job) => job.dueAt !== null)
  const kept = jobs.flatMap(({ id, alerts }) => (alerts === undefined ? [] : [keepAlerts(read, id, alerts)]))
  const apis = jobs.flatMap(({ id, api, now }) => (api === undefined ? [] : [insertApi(read, id, api, now)]))
  const named = jobs.filter(({ uniqueName }) => uniqueName === true).map(({ id }) => id)
  return [...insertMany(read, 'job', rows), ...insertFirstDue(read, due), ...kept, ...holdNames(read, named), ...apis]
}

/** Told apart from jobs that are there already, which an import that is repeated may well meet. */
const refuseTakenExternalIds = async (read: Read, jobs: readonly NewJob[]): Promise<void> => {
  const ids = jobs.map(({ id }) => id)
  const there = await read.selectFrom('job').select('id').where('id', 'in', ids).limit(1).executeTakeFirst()
  if (there === undefined)
    throw new DomainError('conflict', 'Another job of the workspace has one of these external ids; nothing was made.')
}

/** The key of a new job is known to the database alone. */
const insertFirstDue = (read: Read, jobs: readonly NewJob[]): readonly Statement[] => {
  const parametersOf = (job: NewJob) => [job.dueAt, job.id]
  const [first, ...others] = jobs
  if (first === undefined) return []
  const { sql: text } = read
    .insertInto('due')
    .columns(['next_run_at', 'job_key', 'schedule_version'])
    .expression((eb) =>
      eb
        .selectFrom('job')
        .select([sql<number>`${first.dueAt}`.as('next_run_at'), 'key', 'schedule_version'])
        .where('id', '=', first.id),
    )
    .compile()
  return [{ sql: text, parameters: parametersOf(first), more: others.map(parametersOf), expect: jobs.length }]
}

const ownerKeysOf = async (read: Read, ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const rows = await read.selectFrom('user').select(['id', 'key']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, key }) => [id, key]))
}

const noOwner = (id: string): never => {
  throw notFound('user', id)
}
