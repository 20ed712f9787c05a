/** A job's target on its way in and out, whatever its kind. */
import type { Secrets } from '../auth/secrets.ts'
import { DomainError, type FieldError } from '../domain/errors.ts'
import { checkFunctionTarget } from '../domain/function-target-rules.ts'
import type { FunctionTarget, HttpTarget, Target } from '../domain/target.ts'
import { checkHttpTarget } from '../domain/target-rules.ts'
import {
  type HttpTargetInput,
  type HttpTargetView,
  httpTargetView,
  isSameOrigin,
  keptHttpTarget,
  type TargetOwner,
} from './job-target.ts'

export type TargetInput = HttpTargetInput | FunctionTarget
export type TargetView = HttpTargetView | FunctionTarget

/** What one manual run does differently; not kept beyond it. */
export type RunOverrides = {
  readonly [K in 'url' | 'method' | 'query' | 'headers' | 'body']?: HttpTarget[K] | undefined
} & { readonly [K in 'args' | 'kwargs']?: FunctionTarget[K] | undefined }

/** The target to keep, and all that is wrong with it. `stored`: what the job has now, null for a new one. */
export const keptTarget = (
  secrets: Secrets,
  owner: TargetOwner,
  input: TargetInput,
  stored: Target | null,
): { readonly target: Target; readonly errors: readonly FieldError[] } => {
  switch (input.kind) {
    case 'http':
      return keptHttpTarget(secrets, owner, input, stored?.kind === 'http' ? stored : null)
    case 'function':
      return { target: input, errors: checkFunctionTarget(input) }
  }
}

export const targetView = (secrets: Secrets, owner: TargetOwner, target: Target): TargetView =>
  target.kind === 'http' ? httpTargetView(secrets, owner, target) : target

const checkTarget = (target: Target): FieldError[] => {
  switch (target.kind) {
    case 'http':
      return checkHttpTarget(target)
    case 'function':
      return checkFunctionTarget(target)
  }
}

/** The answer is the same for every reason, so that nobody maps our network by asking. */
export const refuseAddress = (target: Target, mayCall: (url: URL) => boolean): void => {
  if (target.kind !== 'http' || mayCall(new URL(target.url))) return
  const message = 'this server may not call this address'
  throw new DomainError('egress.denied', `target.url: ${message}`, { errors: [{ field: 'target.url', message }] })
}

const OF_KIND: Readonly<Record<Target['kind'], readonly (keyof RunOverrides)[]>> = {
  http: ['url', 'method', 'query', 'headers', 'body'],
  function: ['args', 'kwargs'],
}

/** The whole target of a run, null when nothing is different; and all that is wrong with it. */
export const overridden = (
  target: Target,
  overrides: RunOverrides,
): { readonly target: Target | null; readonly errors: readonly FieldError[] } => {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  const names = Object.keys(given)
  if (names.length === 0) return { target: null, errors: [] }
  const own: readonly string[] = OF_KIND[target.kind]
  const strange = names.filter((name) => !own.includes(name))
  if (strange.length > 0)
    return {
      target: null,
      errors: strange.map((name) => ({
        field: `target.${name}`,
        message: `the target of the job is of the kind ${target.kind}; a run may override its ${own.join(', ')}`,
      })),
    }
  const changed = target.kind === 'http' ? withoutStraySecret(target, { ...target, ...given }) : { ...target, ...given }
  return { target: changed, errors: checkTarget(changed) }
}

/** The secret was given for one origin, and goes to no other. */
const withoutStraySecret = (before: HttpTarget, { auth, ...rest }: HttpTarget): HttpTarget =>
  auth === undefined || !isSameOrigin(before.url, rest.url) ? rest : { ...rest, auth }
