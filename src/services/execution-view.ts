/** An execution as people see it: how long, how late, and why in words. */
import { REASONS } from '../domain/execution.ts'
import type { ExecutionRow } from '../store/store.ts'

export type ExecutionView = Omit<ExecutionRow, 'workspaceKey' | 'jobKey'> & {
  /** From its start to its end; null until both are known. */
  readonly durationMs: number | null
  /** Started minus scheduled; null for what did not start. */
  readonly latenessMs: number | null
  readonly reasonText: string | null
}

export const executionView = ({ workspaceKey: _w, jobKey: _j, ...row }: ExecutionRow): ExecutionView => ({
  ...row,
  durationMs: row.startedAt === null || row.finishedAt === null ? null : row.finishedAt - row.startedAt,
  latenessMs: row.startedAt === null ? null : row.startedAt - row.scheduledFor,
  reasonText: row.reason === null ? null : REASONS[row.reason],
})
