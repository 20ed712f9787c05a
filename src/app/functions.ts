/** The folder of functions, as the settings have it: the runner for the engine, the catalogue for the use cases. */
import type { Config } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import type { FunctionCatalogue } from '../domain/functions.ts'
import {
  BUILT_IN_FOLDER,
  createFunctionRegistry,
  createFunctionRunner,
  type FunctionRegistry,
  joinedRegistries,
  type Runner,
} from '../execute/execute.ts'
import { FIRST_WORKSPACE } from '../services/services.ts'

type Settings = Pick<
  Config,
  'functionsDir' | 'functionsForAll' | 'functionsAtOnce' | 'functionsMemoryMb' | 'schedulerApiEnabled'
>

export type Functions = { readonly runners: readonly Runner[]; readonly catalogue: FunctionCatalogue }

/** Rejects when the folder is not there. */
export const openFunctions = async (settings: Settings): Promise<Functions> => {
  const { functionsDir: folder, functionsForAll, functionsAtOnce: atOnce, functionsMemoryMb: memoryMb } = settings
  const clock = systemClock
  const open = (folder: string): Promise<FunctionRegistry> => createFunctionRegistry({ folder, clock, memoryMb })
  const own = folder === null ? null : await open(folder)
  const brought = settings.schedulerApiEnabled ? await open(BUILT_IN_FOLDER) : null
  const registry = own === null || brought === null ? (own ?? brought) : joinedRegistries(own, brought)
  if (registry === null) return NO_FUNCTIONS
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
