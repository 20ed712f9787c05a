/** An execution as people see it: how long, how late, and why in words. */
import { REASONS } from '../domain/execution.ts'
import { showLimitName } from '../domain/limits.ts'
import type { ExecutionRow } from '../store/store.ts'

/** `other_run`: another one of its job. `limit`: a place or a token of it. `catch_up`: its turn in the budget of catch-up work. */
export type WaitingFor = { readonly kind: 'other_run' | 'limit' | 'catch_up'; readonly limit: string | null }

export type ExecutionView = Omit<ExecutionRow, 'workspaceKey' | 'jobKey' | 'waitsFor'> & {
  /** What holds up a pending execution; null: only its time, or a free place of the engine. */
  readonly waitingFor: WaitingFor | null
  /** From its start to its end; null until both are known. */
  readonly durationMs: number | null
  /** Started minus scheduled; null for what did not start. */
  readonly latenessMs: number | null
  readonly reasonText: string | null
}

export const executionView = ({ workspaceKey: _w, jobKey: _j, waitsFor, ...row }: ExecutionRow): ExecutionView => ({
  ...row,
  waitingFor: waitingForOf(row, waitsFor),
  durationMs: row.startedAt === null || row.finishedAt === null ? null : row.finishedAt - row.startedAt,
  latenessMs: row.startedAt === null ? null : row.startedAt - row.scheduledFor,
  reasonText: row.reason === null ? null : REASONS[row.reason],
})

const waitingForOf = (
  { status, trigger }: Pick<ExecutionRow, 'status' | 'trigger'>,
  waitsFor: ExecutionRow['waitsFor'],
): WaitingFor | null => {
  if (waitsFor === null)
    return status === 'pending' && trigger === 'catch_up' ? { kind: 'catch_up', limit: null } : null
  return waitsFor.kind === 'other_run'
    ? { kind: 'other_run', limit: null }
    : { kind: 'limit', limit: showLimitName(waitsFor) }
}
