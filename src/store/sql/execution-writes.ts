/** What people do to executions: run now, cancel, try again. */
import { type Insertable, sql } from 'kysely'
import { DomainError } from '../../domain/errors.ts'
import type { ExecutionRow, NewManualRun, Standing } from '../executions.ts'
import { DELETED, REASON_CODE, STATUS_CODE, TRIGGER_CODE } from './codes.ts'
import { executionOf, selectWholeExecution } from './execution-rows.ts'
import { sumUpAnew } from './rollup-hours.ts'
import { freePlaces, jobKeyOf, unparkFirst } from './statements.ts'
import type { ExecutionTable } from './tables.ts'
import { type Access, DuplicateKey, lastRow, statement } from './unit.ts'

type Which = {
  readonly workspaceKey: number
  readonly id: string
  readonly now: number
  /** Null: wherever it stands. */
  readonly ifAt: Standing | null
}

/** One that has the id already was made by an earlier try of the same request. */
export const createManualRun = async (access: Access, run: NewManualRun): Promise<ExecutionRow> => {
  try {
    return await insertManualRun(access, run)
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
    const made = await runOf(access.read, run).executeTakeFirst()
    if (made === undefined) throw error
    return executionOf(made)
  }
}

const runOf = (read: Access['read'], { workspaceKey, id }: NewManualRun) =>
  selectWholeExecution(read).where('execution.workspace_key', '=', workspaceKey).where('execution.id', '=', id)

const insertManualRun = async ({ read, write }: Access, run: NewManualRun): Promise<ExecutionRow> => {
  const row = {
    workspace_key: run.workspaceKey,
    id: run.id,
    job_key: run.jobKey,
    scheduled_for: run.now,
    occurrences: 1,
    trigger: TRIGGER_CODE.manual,
    status: STATUS_CODE.pending,
    attempt: 0,
    not_before: run.now,
    exclusive: run.exclusive ? 1 : 0,
    parked: 0,
    requested_by: run.requestedBy,
    overrides: run.target === null ? null : JSON.stringify(run.target),
  } satisfies Insertable<ExecutionTable>
  const columns = Object.keys(row) as (keyof typeof row)[]
  const results = await write([
    // The job may have been deleted since the caller read it: then nothing is inserted, and the unit is undone.
    statement(
      read
        .insertInto('execution')
        .columns(columns)
        .expression((eb) =>
          eb
            .selectFrom('job')
            .select(columns.map((column) => sql`${row[column]}`.as(column)))
            .where('key', '=', run.jobKey)
            .where('workspace_key', '=', run.workspaceKey)
            .where('state', '<>', DELETED)
            .where(run.ifVersion ? sql<boolean>`version = ${run.ifVersion}` : sql<boolean>`1 = 1`),
        ),
      1,
    ),
    statement(runOf(read, run)),
  ])
  const created = lastRow(results)
  if (created === undefined) throw await whyNot({ read }, run)
  return executionOf(created as Parameters<typeof executionOf>[0])
}

const whyNot = async ({ read }: Pick<Access, 'read'>, { workspaceKey, jobKey }: NewManualRun): Promise<DomainError> => {
  const job = await read
    .selectFrom('job')
    .select('version')
    .where('key', '=', jobKey)
    .where('workspace_key', '=', workspaceKey)
    .where('state', '<>', DELETED)
    .executeTakeFirst()
  return job === undefined
    ? new DomainError('not_found', 'The job was deleted meanwhile.')
    : new DomainError('stale', `The job was changed meanwhile: its version is ${job.version} now. Read it again.`)
}

export const cancelExecution = async (
  { read, write }: Access,
  { workspaceKey, id, now, ifAt }: Which,
): Promise<'pending' | 'running' | null> => {
  const ofThis = read.selectFrom('execution').where('workspace_key', '=', workspaceKey).where('id', '=', id)
  const results = await write([
    statement(ofThis.select('status')),
    statement(
      read
        .updateTable('execution')
        .set({
          status: STATUS_CODE.cancelled,
          reason: REASON_CODE.cancelled_by_user,
          finished_at: now,
          parked: 0,
          overrides: null,
        })
        .where('workspace_key', '=', workspaceKey)
        .where('id', '=', id)
        .where('status', 'in', [STATUS_CODE.pending, STATUS_CODE.running])
        .where(standsAt(ifAt)),
      1,
    ),
    unparkFirst(read, workspaceKey, jobKeyOf(read, workspaceKey, id)),
    freePlaces(read, workspaceKey, id),
  ])
  if (results === null) return null
  const [was] = (results[0]?.rows ?? []) as readonly { readonly status: number }[]
  return was?.status === STATUS_CODE.running ? 'running' : 'pending'
}

const standsAt = (at: Standing | null) =>
  at === null ? sql<boolean>`1 = 1` : sql<boolean>`status = ${STATUS_CODE[at.status]} and attempt = ${at.attempt}`

/** The codes of failed, cancelled and uncertain. */
const MAY_BE_TRIED_AGAIN = [STATUS_CODE.failed, STATUS_CODE.cancelled, STATUS_CODE.uncertain]

export const retryExecution = async (
  { read, write }: Access,
  { workspaceKey, id, requestedBy, now, ifAt }: Which & { readonly requestedBy: string | null },
): Promise<boolean> => {
  const results = await write([
    sumUpAnew(read, workspaceKey, id),
    // Its last attempt is told by the execution alone; it needs a row of its own before the next one overwrites it.
    statement(
      read
        .insertInto('attempt')
        .columns([
          'workspace_key',
          'execution_id',
          'number',
          'status',
          'started_at',
          'finished_at',
          'status_code',
          'error',
          'output',
        ])
        .expression((eb) =>
          eb
            .selectFrom('execution')
            .select([
              'workspace_key',
              'id',
              'attempt',
              'status',
              'started_at',
              'finished_at',
              'status_code',
              'error',
              'output',
            ])
            .where('workspace_key', '=', workspaceKey)
            .where('id', '=', id)
            .where('status', 'in', MAY_BE_TRIED_AGAIN)
            .where(standsAt(ifAt))
            .where('started_at', 'is not', null)
            .where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom('attempt')
                    .select('number')
                    .whereRef('attempt.workspace_key', '=', 'execution.workspace_key')
                    .whereRef('attempt.execution_id', '=', 'execution.id')
                    .whereRef('attempt.number', '=', 'execution.attempt'),
                ),
              ),
            ),
        ),
    ),
    statement(
      read
        .updateTable('execution')
        .set({
          status: STATUS_CODE.pending,
          reason: null,
          not_before: now,
          node_key: null,
          started_at: null,
          finished_at: null,
          status_code: null,
          error: null,
          output: null,
          requested_by: requestedBy,
        })
        .where('workspace_key', '=', workspaceKey)
        .where('id', '=', id)
        .where('status', 'in', MAY_BE_TRIED_AGAIN)
        .where(standsAt(ifAt))
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('job').select('key').whereRef('job.key', '=', 'execution.job_key').where('state', '<>', DELETED),
          ),
        ),
      1,
    ),
  ])
  return results !== null
}
