/** The executions of a workspace, in SQL that every engine understands. */
import type { ExecutionRow, ExecutionStore } from '../executions.ts'
import { STATUS_CODE } from './codes.ts'
import { listExecutions, listOccurrences } from './execution-list.ts'
import { listRan, tallyRan } from './execution-ran.ts'
import { attemptOf, executionOf, selectWholeExecution } from './execution-rows.ts'
import { cancelExecution, createManualRun, retryExecution } from './execution-writes.ts'
import type { Access } from './unit.ts'

/** Percentiles are each engine's own affair. */
export const createExecutionStore = (access: Access, statistics: ExecutionStore['statistics']): ExecutionStore => ({
  createManual: (run) => createManualRun(access, run),
  byId: (workspaceKey, id) => readExecution(access, workspaceKey, id),
  attempts: (workspaceKey, id) => readAttempts(access, workspaceKey, id),
  list: (workspaceKey, filter) => listExecutions(access.read, workspaceKey, filter),
  occurrences: (workspaceKey, jobKey, before, limit) =>
    listOccurrences(access.read, { workspaceKey, jobKey, before, limit }),
  ran: (workspaceKey, filter) => listRan(access.read, workspaceKey, filter),
  ranTally: (workspaceKey, filter) => tallyRan(access.read, workspaceKey, filter),
  cancel: (workspaceKey, id, now, ifAt = null) => cancelExecution(access, { workspaceKey, id, now, ifAt }),
  retry: (workspaceKey, id, requestedBy, now, ifAt = null) =>
    retryExecution(access, { workspaceKey, id, requestedBy, now, ifAt }),
  statistics,
})

const readExecution = async ({ read }: Access, workspaceKey: number, id: string): Promise<ExecutionRow | null> => {
  const row = await selectWholeExecution(read)
    .where('execution.workspace_key', '=', workspaceKey)
    .where('execution.id', '=', id)
    .executeTakeFirst()
  return row === undefined ? null : executionOf(row)
}

const readAttempts: (access: Access, workspaceKey: number, id: string) => ReturnType<ExecutionStore['attempts']> =
  async (access, workspaceKey, id) => {
    const execution = await readExecution(access, workspaceKey, id)
    if (execution === null) return []
    const rows = await access.read
      .selectFrom('attempt')
      .selectAll()
      .where('workspace_key', '=', workspaceKey)
      .where('execution_id', '=', id)
      .orderBy('number')
      .execute()
    const kept = rows.map(attemptOf)
    return isLastKept(execution, kept.at(-1)?.number ?? 0) ? kept : [...kept, lastAttemptOf(execution)]
  }

/** A success at the first try has no row of its own: its execution says it all. */
const isLastKept = (execution: ExecutionRow, lastKept: number): boolean => {
  const ended = execution.status !== 'pending' && execution.status !== 'running'
  return !ended || execution.startedAt === null || execution.attempt <= lastKept
}

const lastAttemptOf = (execution: ExecutionRow) =>
  attemptOf({
    number: execution.attempt,
    status: STATUS_CODE[execution.status],
    started_at: execution.startedAt,
    finished_at: execution.finishedAt,
    status_code: execution.statusCode,
    error: execution.error,
    output: execution.output,
  })
