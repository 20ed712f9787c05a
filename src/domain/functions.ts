/** Registered functions: how they are named, and what is known of a module that holds some. Pure. */

export type FunctionName = {
  /** Folders, and the file without its extension. */
  readonly path: readonly string[]
  /** The exports that may be meant, the first that is a function being the one. */
  readonly callables: readonly string[]
}

/** A module of the folder of functions. */
export type FunctionModule = {
  /** As a job names it: `reports.daily`. */
  readonly name: string
  /** Within the folder: `reports/daily.ts`. */
  readonly file: string
  /** What `reports.daily:send` may name. */
  readonly callables: readonly string[]
  /** The one that the bare name of the module stands for; null when a job has to say which. */
  readonly main: string | null
  /** Why it cannot be loaded; null when it can. */
  readonly error: string | null
}

/** What the use cases ask about registered functions; `app.ts` makes it from the folder and the settings. */
export type FunctionCatalogue = {
  readonly isOpenTo: (workspaceKey: number) => boolean
  readonly modules: () => Promise<readonly FunctionModule[]>
  /** Null when the name leads to a function; else why not. */
  readonly problemOf: (name: string) => Promise<string | null>
}

export const LONGEST_FUNCTION_NAME = 200

// No dot, slash or backslash can stand in a part, so no name leads out of the folder. A leading underscore is for helpers.
const NAME = /^([a-z][\w-]*(?:\.[a-z][\w-]*)*)(?::([a-z_$][\w$]*))?$/i
const PART = /^[a-z][\w-]*$/i

export const FUNCTION_NAME_RULE =
  'write the path of a module with dots, such as report or reports.daily, and :callable where it is not the main one'

/** Null for a text that is no name. */
export const parseFunctionName = (text: string): FunctionName | null => {
  const [, module, callable] = (text.length <= LONGEST_FUNCTION_NAME && NAME.exec(text)) || []
  if (module === undefined) return null
  const path = module.split('.')
  return { path, callables: callable === undefined ? mainCallables(path) : [callable] }
}

/** Whether a file (without its extension) or folder of that name can be part of a function's name. */
export const isNamePart = (text: string): boolean => PART.test(text)

/** `report` is `report:report`, or `report:run`, or what the module exports by default. */
const mainCallables = (path: readonly string[]): readonly string[] => [path.at(-1) ?? '', 'run', 'default']

export const mainOf = (name: string, callables: readonly string[]): string | null =>
  mainCallables(name.split('.')).find((each) => callables.includes(each)) ?? null
