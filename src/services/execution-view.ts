/** An execution as people see it: how long, how late, and why in words. */
import type { ExecutionRow } from '../store/store.ts'

export type ExecutionView = Omit<ExecutionRow, 'workspaceKey' | 'jobKey'> & {
  /** From the first attempt's start to the end; null until both are known. */
  readonly durationMs: number | null
  /** Started minus scheduled; null for what did not start. */
  readonly latenessMs: number | null
  readonly reasonText: string | null
}
