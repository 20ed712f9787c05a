/** One call of a registered function without a server, as its job would make it: for whoever writes one. */
import type { Outcome } from '../domain/attempt.ts'
import { systemClock } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { FunctionTarget } from '../domain/target.ts'
import { createExecutor, createFunctionRegistry, createFunctionRunner } from '../execute/execute.ts'

export type FunctionTrial = Pick<FunctionTarget, 'function' | 'args' | 'kwargs'> & {
  readonly folder: string
  readonly memoryMb: number
  readonly timeoutMs: number
}

export const runFunction = async (
  { folder, memoryMb, timeoutMs, ...target }: FunctionTrial,
  signal: AbortSignal,
): Promise<Outcome> => {
  const clock = systemClock
  const registry = await createFunctionRegistry({ folder, clock, memoryMb })
  const faults: unknown[] = []
  const executor = createExecutor({
    clock,
    runners: [createFunctionRunner({ clock, registry, memoryMb, atOnce: 1, isOpenTo: () => true })],
    onFault: (error) => faults.push(error),
  })
  try {
    const assignment = {
      executionId: newId(),
      workspaceKey: 0,
      jobId: newId(),
      jobKey: 0,
      jobName: target.function,
      attempt: 1,
      scheduledFor: clock.now(),
      trigger: 'manual',
      timeoutMs,
      target: { kind: 'function', ...target },
      policies: {},
    } as const
    const outcome = await executor.execute(assignment, signal)
    if (faults.length > 0) throw faults[0]
    return outcome
  } finally {
    await executor.close()
  }
}
