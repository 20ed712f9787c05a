/** A folder of functions for tests, a runner over it with real processes and threads, and calls of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Assignment, Outcome } from '../../src/domain/attempt.ts'
import { type Clock, systemClock } from '../../src/domain/clock.ts'
import type { FunctionTarget } from '../../src/domain/target.ts'
import {
  createExecutor,
  createFunctionRegistry,
  createFunctionRunner,
  type Executor,
  type FunctionRegistry,
} from '../../src/execute/execute.ts'
import { anAssignment } from './targets.ts'
import type { Cleanup } from './temp-store.ts'

export type FunctionFolder = {
  readonly folder: string
  /** `write('reports/daily.ts', 'export const run = …')`. */
  readonly write: (file: string, text: string) => void
  readonly registry: FunctionRegistry
}

export const functionFolder = async (
  test: Cleanup,
  files: Readonly<Record<string, string>> = {},
): Promise<FunctionFolder> => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-functions-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  for (const [file, text] of Object.entries(files)) write(file, text)
  return { folder, write, registry: await createFunctionRegistry({ folder, clock: systemClock, memoryMb: 64 }) }
}

export type Calls = FunctionFolder & {
  readonly executor: Executor
  readonly call: (
    name: string,
    more?: Partial<Assignment> & Partial<FunctionTarget>,
    signal?: AbortSignal,
  ) => Promise<Outcome>
}

/** Functions that run for real: by default the clock is the machine's, and then only upper bounds of time hold. */
export const functionCalls = async (
  test: Cleanup,
  files: Readonly<Record<string, string>>,
  { atOnce = 2, clock = systemClock }: { readonly atOnce?: number; readonly clock?: Clock } = {},
): Promise<Calls> => {
  const folder = await functionFolder(test, files)
  const runner = createFunctionRunner({
    clock,
    registry: folder.registry,
    atOnce,
    memoryMb: 64,
    isOpenTo: (workspaceKey) => workspaceKey !== CLOSED_WORKSPACE,
  })
  const faults: unknown[] = []
  const executor = createExecutor({
    clock,
    runners: [runner],
    onFault: (error) => faults.push(error),
  })
  test.after(async () => {
    await executor.close()
    if (faults.length > 0) throw new AggregateError(faults, 'The runner met faults.')
  })
  return {
    ...folder,
    executor,
    call: (name, { args = [], kwargs = {}, ...more } = {}, signal) =>
      executor.execute(anAssignment({ kind: 'function', function: name, args, kwargs }, more), signal),
  }
}

export const CLOSED_WORKSPACE = 99
