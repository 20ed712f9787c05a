/** Where a job of the chronos dialect stands, as one word. Pure. */
import type { ExecutionView, JobView } from '../../../services/services.ts'

export type Status = 'scheduled' | 'running' | 'completed' | 'failed' | 'cancelled'

/** A job that somebody paused, here or elsewhere, is a cancelled one. `executions`: newest first. */
export const statusOf = (
  { state, pauseReason }: Pick<JobView, 'state' | 'pauseReason'>,
  executions: readonly Pick<ExecutionView, 'status'>[],
): Status => {
  if (state === 'paused') return pauseReason === 'by_user' ? 'cancelled' : 'failed'
  const [last] = executions
  if (executions.some(({ status }) => status === 'running')) return 'running'
  if (state === 'active' || last === undefined || last.status === 'pending') return 'scheduled'
  return last.status === 'success' ? 'completed' : 'failed'
}
