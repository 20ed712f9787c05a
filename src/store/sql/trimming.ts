/** Lets go of the oldest executions of one job, a page at a time; what must stay is looked up before each page. */
import { type Kysely, sql } from 'kysely'
import { madeAt } from '../../domain/ids.ts'
import type { Cutoffs } from '../../domain/retention.ts'
import type { JobHistory, RetentionStore } from '../retention.ts'
import { STATUS_CODE } from './codes.ts'
import { hourOf, isSummedUp } from './rollup-hours.ts'
import type { Tables } from './tables.ts'
import { type Access, type Statement, statement } from './unit.ts'

type Trim = {
  readonly job: Pick<JobHistory, 'jobKey' | 'workspaceKey'>
  readonly cutoffs: Cutoffs
  readonly from: number
  readonly limit: number
}

type Candidate = { readonly id: string; readonly status: number; readonly scheduled_for: number }

export const trim = async (access: Access, asked: Trim): ReturnType<RetentionStore['trim']> => {
  const { job, limit } = asked
  const found = await candidates(access.read, asked)
  const last = found.at(-1)
  // Rows of one instant beyond the page stay until the next round.
  const next = found.length < limit || last === undefined ? null : last.scheduled_for + 1
  const summedUp = await isSummedUp(
    access.read,
    job.workspaceKey,
    found.map(({ id }) => madeAt(id)),
  )
  const going = found.filter(({ id }) => summedUp(madeAt(id)))
  const floorOf = ({ status }: Candidate) =>
    status === STATUS_CODE.success ? asked.cutoffs.success : asked.cutoffs.other
  return { removed: going.length === 0 ? 0 : await remove(access, job, going, floorOf), next }
}

const FORGOTTEN_AT_ONCE = 500

/** Page by page, each of them whole; leans on execution_occurrence, or on the key of the one. */
export const forget = async (
  access: Access,
  job: Trim['job'],
  executionId: string | null,
): ReturnType<RetentionStore['forget']> => {
  let removed = 0
  for (;;) {
    let ended = access.read
      .selectFrom('execution')
      .select(['id', 'status', 'scheduled_for', 'last_for'])
      .where('workspace_key', '=', job.workspaceKey)
      .where('job_key', '=', job.jobKey)
      .where('status', '>', 1)
    if (executionId !== null) ended = ended.where('id', '=', executionId)
    const going = await ended.orderBy('scheduled_for').limit(FORGOTTEN_AT_ONCE).execute()
    if (going.length === 0) return removed
    removed += await remove(access, job, going, ({ scheduled_for, last_for }) => (last_for ?? scheduled_for) + 1)
    if (going.length < FORGOTTEN_AT_ONCE) return removed
  }
}

/** Leans on execution_occurrence. */
const candidates = async (
  read: Kysely<Tables>,
  { job: { jobKey }, cutoffs, from, limit }: Trim,
): Promise<Candidate[]> => {
  const kept = await mustStay(read, jobKey)
  const { rows } = await sql<Candidate>`
    select id, status, scheduled_for from execution
    where job_key = ${jobKey} and scheduled_for >= ${from} and scheduled_for < ${Math.max(cutoffs.success, cutoffs.other)}
      and status > 1
      and coalesce(last_for, scheduled_for) < case when status = 2 then ${cutoffs.success} else ${cutoffs.other} end
      and not (status = 2 and scheduled_for = ${kept.lastSuccess})
      and not (status = 3 and scheduled_for = ${kept.firstFailure})
    order by scheduled_for limit ${limit}`.execute(read)
  return rows
}

/** The instants of the last success, and of the first failure since; -1 where there is none. */
const mustStay = async (read: Kysely<Tables>, jobKey: number) => {
  const of = (status: 'success' | 'failed') =>
    read
      .selectFrom('execution')
      .select('scheduled_for')
      .where('job_key', '=', jobKey)
      .where('status', '=', STATUS_CODE[status])
      .limit(1)
  const lastSuccess = (await of('success').orderBy('scheduled_for', 'desc').executeTakeFirst())?.scheduled_for ?? -1
  const failure = await of('failed')
    .where('scheduled_for', '>', lastSuccess)
    .orderBy('scheduled_for')
    .executeTakeFirst()
  return { lastSuccess, firstFailure: failure?.scheduled_for ?? -1 }
}

/** `floorOf`: from which instant on the history is whole when this one has gone. */
const remove = async <Going extends Candidate>(
  { read, write }: Access,
  { jobKey, workspaceKey }: Trim['job'],
  going: readonly Going[],
  floorOf: (one: Going) => number,
): Promise<number> => {
  const floor = Math.max(...going.map(floorOf))
  const hours = [...new Set(going.map(({ id }) => hourOf(madeAt(id))))]
  const ids = going.map(({ id }) => id)
  const results = await write([
    raiseFloor(read, { workspaceKey, jobKey, instant: floor }),
    ofEach(hours, (hour) =>
      read
        .updateTable('rollup_hour')
        .set({ complete: 0 })
        .where('workspace_key', '=', workspaceKey)
        .where('hour', '=', hour),
    ),
    // Somebody may have asked for another try since it was looked at.
    ofEach(ids, (id) =>
      read
        .deleteFrom('execution')
        .where('workspace_key', '=', workspaceKey)
        .where('id', '=', id)
        .where('status', '>', 1),
    ),
    ofEach(ids, (id) =>
      read
        .deleteFrom('attempt')
        .where('workspace_key', '=', workspaceKey)
        .where('execution_id', '=', id)
        .where(
          sql<boolean>`not exists (select 1 from execution e where e.workspace_key = attempt.workspace_key and e.id = attempt.execution_id)`,
        ),
    ),
    ofEach(ids, (id) =>
      read
        .deleteFrom('report')
        .where('workspace_key', '=', workspaceKey)
        .where('execution_id', '=', id)
        .where(
          sql<boolean>`not exists (select 1 from execution e where e.workspace_key = report.workspace_key and e.id = report.execution_id)`,
        ),
    ),
    ofEach(ids, (id) =>
      read
        .deleteFrom('github_run')
        .where('workspace_key', '=', workspaceKey)
        .where('execution_id', '=', id)
        .where(
          sql<boolean>`not exists (select 1 from execution e where e.workspace_key = github_run.workspace_key and e.id = github_run.execution_id)`,
        ),
    ),
  ])
  return results?.[2]?.changes ?? 0
}

/** The history of the job is whole from this instant on, or from a later one. */
export const raiseFloor = (
  read: Kysely<Tables>,
  { workspaceKey, jobKey, instant }: { workspaceKey: number; jobKey: number; instant: number },
) =>
  statement(
    read
      .insertInto('retention_floor')
      .values({ workspace_key: workspaceKey, job_key: jobKey, complete_since: instant })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace_key', 'job_key'])
          .doUpdateSet({ complete_since: instant })
          .where('retention_floor.complete_since', '<', instant),
      ),
  )

/** The same statement for each value; there is at least one. */
const ofEach = <Value>(
  values: readonly Value[],
  query: (value: Value) => Parameters<typeof statement>[0],
): Statement => {
  const [first, ...others] = values.map((value) => statement(query(value)))
  if (first === undefined) throw new Error('There is nothing to write.')
  return { ...first, more: others.map(({ parameters }) => parameters) }
}
