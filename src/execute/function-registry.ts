/** The folder of functions: which modules it holds, and where a name leads; never out of the folder. */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Clock } from '../domain/clock.ts'
import { invalid } from '../domain/errors.ts'
import { type FunctionModule, isNamePart, mainOf, parseFunctionName } from '../domain/functions.ts'
import { createInspector } from './function-inspector.ts'

export type Located = {
  readonly url: string
  /** The folder itself as a URL, with a slash at its end. */
  readonly folder: string
  readonly file: string
  readonly callables: readonly string[]
  /** Another one when the file was changed. */
  readonly version: string
}

type Problem = { readonly problem: string }

export type FunctionRegistry = {
  /** The folder itself, without links. */
  readonly folder: string
  /** Where the module is; whether it has such a callable is known only once it is loaded. */
  readonly locate: (name: string) => Promise<Located | Problem>
  /** All modules with their callables, in the order of their names; each is loaded, in a process apart, when it was not yet. */
  readonly modules: () => Promise<readonly FunctionModule[]>
  /** Null when the name leads to a function; else why not. */
  readonly problemOf: (name: string) => Promise<string | null>
}

/** In the order in which they are looked for. */
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'] as const
const MOST_MODULES = 500
const DEEPEST = 8

/** Throws when the folder is not there. */
export const createFunctionRegistry = async ({
  folder,
  clock,
  memoryMb,
}: {
  readonly folder: string
  readonly clock: Clock
  readonly memoryMb: number
}): Promise<FunctionRegistry> => {
  const root = await realpath(resolve(folder)).catch(() => null)
  if (root === null || !(await stat(root)).isDirectory())
    throw invalid('FUNCTIONS_DIR', folder, 'name a folder that exists')
  const rootUrl = pathToFileURL(root + sep).href
  const inspector = createInspector({ clock, memoryMb, folder: root, folderUrl: rootUrl })

  /** Null for what is no file of the folder, a link that leads out of it included. */
  const place = async (path: string): Promise<{ readonly url: string; readonly version: string } | null> => {
    const real = await realpath(path).catch(() => null)
    if (real === null || !isWithin(root, real)) return null
    const found = await stat(real).catch(() => null)
    return found?.isFile() ? { url: pathToFileURL(real).href, version: `${found.mtimeMs}-${found.size}` } : null
  }

  const find = async (path: readonly string[]): Promise<Omit<Located, 'callables'> | null> => {
    for (const extension of EXTENSIONS) {
      const file = posix.join(...path) + extension
      const found = path.includes(DEPENDENCIES) ? null : await place(join(root, file))
      if (found !== null) return { ...found, file, folder: rootUrl }
    }
    return null
  }

  const locate: FunctionRegistry['locate'] = async (name) => {
    const parsed = parseFunctionName(name)
    if (parsed === null) return { problem: `${JSON.stringify(name)} is not the name of a function` }
    const found = await find(parsed.path)
    return found === null
      ? { problem: `The folder of functions has no module ${parsed.path.join('.')}` }
      : { ...found, callables: parsed.callables }
  }

  const moduleOf = async (path: readonly string[]): Promise<FunctionModule | null> => {
    const found = await find(path)
    if (found === null) return null
    const name = path.join('.')
    const { callables, error } = await inspector.inspect(found)
    return { name, file: found.file, callables, main: mainOf(name, callables), error }
  }

  return {
    folder: root,
    locate,
    modules: async () => {
      const modules = await Promise.all((await pathsIn(root)).map(moduleOf))
      return modules.filter((each) => each !== null)
    },
    problemOf: async (name) => {
      const found = await locate(name)
      if ('problem' in found) return found.problem
      const isMeant = ({ callables }: Pick<FunctionModule, 'callables'>) =>
        found.callables.some((each) => callables.includes(each))
      const known = await inspector.inspect(found)
      const seen = isMeant(known) || known.error !== null ? known : await inspector.inspect(found, 'afresh')
      if (seen.error !== null) return `The module ${found.file} cannot be loaded: ${seen.error}`
      if (isMeant(seen)) return null
      return `The module ${found.file} exports no function ${found.callables.join(' or ')}`
    },
  }
}

/** Several folders as one: what the first does not have is looked for in the next. */
export const joinedRegistries = (first: FunctionRegistry, next: FunctionRegistry): FunctionRegistry => {
  const holder = async (name: string): Promise<FunctionRegistry> =>
    'problem' in (await first.locate(name)) && !('problem' in (await next.locate(name))) ? next : first
  return {
    folder: first.folder,
    locate: async (name) => (await holder(name)).locate(name),
    problemOf: async (name) => (await holder(name)).problemOf(name),
    modules: async () => {
      const modules = [...(await first.modules()), ...(await next.modules())]
      const byName = new Map(modules.reverse().map((each) => [each.name, each]))
      return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
    },
  }
}

/** The functions that the server brings along. */
export const BUILT_IN_FOLDER = join(import.meta.dirname, 'built-in')

const DEPENDENCIES = 'node_modules'

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Every module that can be named, by its path without extension, sorted. Links to folders are not followed. */
const pathsIn = async (root: string): Promise<readonly (readonly string[])[]> => {
  const found = new Map<string, readonly string[]>()
  const walk = async (path: readonly string[]): Promise<void> => {
    const entries: readonly Dirent[] = await readdir(join(root, ...path), { withFileTypes: true })
    for (const entry of entries) {
      if (found.size >= MOST_MODULES) return
      if (entry.isDirectory()) {
        const isOpen = isNamePart(entry.name) && entry.name !== DEPENDENCIES && path.length < DEEPEST
        if (isOpen) await walk([...path, entry.name])
      } else {
        const stem = stemOf(entry.name)
        if (stem !== null) found.set([...path, stem].join('.'), [...path, stem])
      }
    }
  }
  await walk([])
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, path]) => path)
}

/** Null for what is no module: tests and declarations have another dot in their names. */
const stemOf = (file: string): string | null => {
  const extension = EXTENSIONS.find((each) => file.endsWith(each))
  const stem = extension === undefined ? '' : file.slice(0, -extension.length)
  return isNamePart(stem) ? stem : null
}
