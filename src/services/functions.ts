/** The registered functions: which there are, and whether a job may have this one. */
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import type { FunctionModule } from '../domain/functions.ts'
import { parseFunctionName } from '../domain/functions.ts'
import type { Target } from '../domain/target.ts'
import type { QuarantinedJob } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'

export type FunctionView = FunctionModule & {
  /** Jobs of the workspace that call it and were paused because it crashed three times in a row. */
  readonly quarantinedJobs: readonly { readonly id: string; readonly name: string }[]
}

export type Functions = {
  /** In the order of their names; none in a workspace that functions are not open to. */
  readonly list: (actor: Actor) => Promise<readonly FunctionView[]>
}

export const createFunctions = ({ store, functions }: Pick<Deps, 'store' | 'functions'>): Functions => ({
  list: async (actor) => {
    allow(actor, 'function.view', null)
    if (!functions.isOpenTo(actor.workspaceKey)) return []
    const [modules, quarantined] = await Promise.all([
      functions.modules(),
      store.jobs.quarantined(actor.workspaceKey, MOST_QUARANTINED),
    ])
    return modules.map((module) => ({ ...module, quarantinedJobs: quarantined.filter(calls(module)).map(named) }))
  },
})

const MOST_QUARANTINED = 1000

const calls =
  (module: FunctionModule) =>
  ({ target }: QuarantinedJob): boolean =>
    target.kind === 'function' && parseFunctionName(target.function)?.path.join('.') === module.name

const named = ({ id, name }: QuarantinedJob) => ({ id, name })

const MOST_NAMED = 20

/** Refuses a function that is not there, or not for this workspace: which then learns nothing of those that are. */
export const refuseFunction = async (
  functions: Deps['functions'],
  workspaceKey: number,
  target: Target,
): Promise<void> => {
  if (target.kind !== 'function') return
  const wrong = (message: string) => invalid('target.function', target.function, message)
  if (!functions.isOpenTo(workspaceKey)) throw wrong('functions are not open to this workspace')
  const problem = await functions.problemOf(target.function)
  if (problem === null) return
  const names = (await functions.modules()).flatMap(namesOf).sort()
  const known = names.length === 0 ? 'there are none' : `there are: ${names.slice(0, MOST_NAMED).join(', ')}`
  throw wrong(`${problem}; ${known}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''}`)
}

/** As short as a job may name them. */
const namesOf = ({ name, callables, main }: FunctionModule): string[] =>
  callables.map((callable) => (callable === main ? name : `${name}:${callable}`))
