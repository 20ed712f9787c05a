/** Pages of executions: of a workspace by time of creation, of one job by scheduled instant. */
import { type Kysely, sql } from 'kysely'
import { isFinished, type Status } from '../../domain/execution.ts'
import { firstIdAt } from '../../domain/ids.ts'
import type { Page } from '../../domain/page.ts'
import type { ExecutionFilter, ExecutionRow, OccurrenceRow } from '../executions.ts'
import { STATUS_CODE, TRIGGER_CODE } from './codes.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { executionOf, selectExecutions } from './execution-rows.ts'
import type { Tables } from './tables.ts'

export const listExecutions = async (
  read: Kysely<Tables>,
  workspaceKey: number,
  filter: ExecutionFilter,
): Promise<Page<ExecutionRow>> => {
  const direction = filter.descending ? 'desc' : 'asc'
  const beyond = filter.descending ? '<' : '>'
  const ofJob = filter.jobKey !== undefined
  let query = selectExecutions(read).where(ofWorkspace(workspaceKey, filter))
  if (filter.jobKey !== undefined) query = query.where('execution.job_key', '=', filter.jobKey)
  if (filter.trigger !== undefined) {
    query = query.where('execution.trigger', '=', TRIGGER_CODE[filter.trigger])
    if (filter.trigger !== 'schedule') query = query.where(sql<boolean>`execution.trigger <> 1`)
  }
  if (filter.from !== undefined) query = query.where('execution.id', '>=', firstIdAt(filter.from))
  if (filter.until !== undefined) query = query.where('execution.id', '<', firstIdAt(filter.until))
  if (filter.statuses !== undefined) {
    const codes = filter.statuses.map((status) => STATUS_CODE[status])
    query = query.where('execution.status', 'in', codes).where(indexedBy(filter.statuses))
  }
  if (filter.cursor !== null) {
    const { value, key } = decodeCursor(filter.cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      ofJob
        ? eb(refTuple('execution.scheduled_for', 'execution.id'), beyond, tuple(Number(value), String(key)))
        : eb('execution.id', beyond, String(key)),
    )
  }
  // Of one job: leans on execution_occurrence. Of a workspace: on the key, or on one of the two partial indexes.
  if (ofJob) query = query.orderBy('execution.scheduled_for', direction)
  const rows = await query
    .orderBy('execution.id', direction)
    .limit(filter.limit + 1)
    .execute()
  return pageOf(rows, filter.limit, (row) => ({ value: row.scheduled_for, key: row.id }), executionOf)
}

/** Says once more what `in` says already, in the words of a partial index, so that it may serve. */
const indexedBy = (statuses: readonly Status[]) => {
  if (statuses.every((status) => isFinished(status) && status !== 'success')) return sql<boolean>`execution.status > 2`
  if (areLive(statuses)) return sql<boolean>`execution.status < 2`
  return sql<boolean>`1 = 1`
}

const areLive = (statuses: readonly Status[]): boolean => statuses.every((status) => !isFinished(status))

/**
 * What lives is few beside the history, and so is what one job did; both have an index of their own. The plus keeps the
 * engine from walking the whole history in the order of ids instead.
 */
const ofWorkspace = (workspaceKey: number, { statuses, jobKey }: ExecutionFilter) =>
  jobKey !== undefined || (statuses !== undefined && areLive(statuses))
    ? sql<boolean>`+execution.workspace_key = ${workspaceKey}`
    : sql<boolean>`execution.workspace_key = ${workspaceKey}`

/** Manual runs are no occurrences. Leans on execution_occurrence. */
export const listOccurrences = async (
  read: Kysely<Tables>,
  of: { readonly workspaceKey: number; readonly jobKey: number; readonly before: number; readonly limit: number },
): Promise<readonly OccurrenceRow[]> => {
  const rows = await selectExecutions(read)
    .where('execution.job_key', '=', of.jobKey)
    .where('execution.workspace_key', '=', of.workspaceKey)
    .where('execution.scheduled_for', '<', of.before)
    .where('execution.schedule_version', 'is not', null)
    .orderBy('execution.scheduled_for', 'desc')
    .orderBy('execution.id', 'desc')
    .limit(of.limit)
    .execute()
  return rows.map(executionOf)
}
