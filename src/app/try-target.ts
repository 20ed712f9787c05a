/** One call of a target outside of any job: an attempt that nobody records. */
import type { Clock } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { Executor } from '../execute/execute.ts'
import type { Deps } from '../services/services.ts'

export const tryTarget =
  ({ execute }: Pick<Executor, 'execute'>, clock: Clock): Deps['tryTarget'] =>
  (target, { workspaceKey, timeoutMs }) =>
    execute({
      executionId: newId(),
      workspaceKey,
      jobId: newId(),
      jobKey: 0,
      jobName: 'test run',
      attempt: 1,
      scheduledFor: clock.now(),
      trigger: 'manual',
      timeoutMs,
      target,
      policies: {},
    })
