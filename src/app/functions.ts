/** The folder of functions, as the settings have it: the runner for the engine, the catalogue for the use cases. */
import type { Config } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import type { FunctionCatalogue } from '../domain/functions.ts'
import { createFunctionRegistry, createFunctionRunner, type Runner } from '../execute/execute.ts'
import { FIRST_WORKSPACE } from '../services/services.ts'

type Settings = Pick<Config, 'functionsDir' | 'functionsForAll' | 'functionsAtOnce' | 'functionsMemoryMb'>

export type Functions = { readonly runners: readonly Runner[]; readonly catalogue: FunctionCatalogue }

/** Rejects when the folder is not there. */
export const openFunctions = async (settings: Settings): Promise<Functions> => {
  const { functionsDir: folder, functionsForAll, functionsAtOnce: atOnce, functionsMemoryMb: memoryMb } = settings
  if (folder === null) return NO_FUNCTIONS
  const clock = systemClock
  const registry = await createFunctionRegistry({ folder, clock, memoryMb })
  const isOpenTo = (workspaceKey: number) => functionsForAll || workspaceKey === FIRST_WORKSPACE
  return {
    runners: [createFunctionRunner({ clock, registry, atOnce, memoryMb, isOpenTo })],
    catalogue: { isOpenTo, modules: registry.modules, problemOf: registry.problemOf },
  }
}

const NO_FUNCTIONS: Functions = {
  runners: [],
  catalogue: {
    isOpenTo: () => false,
    modules: async () => [],
    problemOf: async () => 'this server has no functions',
  },
}
