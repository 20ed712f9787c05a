/** Function targets, and the functions themselves, between the wire and the use cases. */
import { invalid } from '../../domain/errors.ts'
import type { FunctionTarget } from '../../domain/target.ts'
import type { FunctionView, TargetView } from '../../services/services.ts'
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

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  function: ['function', 'args', 'kwargs'],
  github: ['owner', 'repo', 'workflow', 'ref', 'inputs', 'token', 'success_when'],
  email: ['to', 'subject', 'text'],
}

/** What is of no other kind is of an address. */
const kindOf = (name: string): string => Object.keys(FIELDS).find((kind) => FIELDS[kind]?.includes(name)) ?? 'http'

/** An edit knows the fields of every kind; those of another one than the target is to have are refused by name. */
export const refuseStrange = (kind: TargetView['kind'], edit: TargetEdit): void => {
  const strange = Object.entries(edit).find(
    ([name, value]) => value !== undefined && name !== 'kind' && kindOf(name) !== kind,
  )
  if (strange === undefined) return
  throw invalid(
    `target.${strange[0]}`,
    undefined,
    `a target of the kind ${kind} has no such field; give \`kind\` as well to make it another one`,
  )
}
