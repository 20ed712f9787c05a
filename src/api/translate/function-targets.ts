/** Function targets, and the functions themselves, between the wire and the use cases. */
import { invalid } from '../../domain/errors.ts'
import type { FunctionTarget } from '../../domain/target.ts'
import type { FunctionView } from '../../services/services.ts'
import type * as wire from '../contract/function-targets.ts'
import type { TargetEdit } from '../contract/targets.ts'

export const functionFrom = ({ function: name, args, kwargs }: wire.FunctionTargetInput): FunctionTarget => ({
  kind: 'function',
  function: name,
  args: args ?? [],
  kwargs: kwargs ?? {},
})

/** `present`: null when the target was of another kind; then nothing of it stays. */
export const functionEdit = (
  present: FunctionTarget | null,
  { function: name = present?.function, args, kwargs }: TargetEdit,
): FunctionTarget => {
  if (name === undefined) throw invalid('target.function', undefined, 'name the function')
  return {
    kind: 'function',
    function: name,
    args: args ?? present?.args ?? [],
    kwargs: kwargs ?? present?.kwargs ?? {},
  }
}

export const functionToWire = ({ function: name, args, kwargs }: FunctionTarget) => ({
  kind: 'function' as const,
  function: name,
  args: [...args],
  kwargs: { ...kwargs },
})

export const moduleToWire = (module: FunctionView): wire.FunctionModule => ({
  name: module.name,
  file: module.file,
  main: module.main,
  callables: [...module.callables],
  error: module.error,
  quarantined_jobs: module.quarantinedJobs.map(({ id, name }) => ({ id, name })),
})

const OF_FUNCTION: readonly string[] = ['function', 'args', 'kwargs']

/** An edit knows the fields of every kind; those of another one than the target is to have are refused by name. */
export const refuseStrange = (kind: 'http' | 'function', edit: TargetEdit): void => {
  const strange = Object.entries(edit).find(
    ([name, value]) => value !== undefined && name !== 'kind' && OF_FUNCTION.includes(name) !== (kind === 'function'),
  )
  if (strange === undefined) return
  throw invalid(
    `target.${strange[0]}`,
    undefined,
    `a target of the kind ${kind} has no such field; give \`kind\` as well to make it another one`,
  )
}
