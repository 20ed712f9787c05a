/** A job's target on its way in and out, whatever its kind. */
import type { Secrets } from '../auth/secrets.ts'
import { checkEmailTarget } from '../domain/email-target.ts'
import { DomainError, type FieldError } from '../domain/errors.ts'
import { checkFunctionTarget } from '../domain/function-target-rules.ts'
import type { Job } from '../domain/job.ts'
import type { JsonObject } from '../domain/json.ts'
import type { EmailTarget, FunctionTarget, HttpTarget, Target } from '../domain/target.ts'
import { checkHttpTarget } from '../domain/target-rules.ts'
import {
  type GithubOverrides,
  type GithubTargetInput,
  type GithubTargetView,
  githubTargetView,
  keptGithubTarget,
  overriddenWorkflow,
} from './github-target.ts'
import { checkMetadata } from './job-rules.ts'
import {
  type HttpTargetInput,
  type HttpTargetView,
  httpTargetView,
  isSameOrigin,
  keptHttpTarget,
  type TargetOwner,
} from './job-target.ts'
import { withVariables } from './target-variables.ts'

export type TargetInput = HttpTargetInput | FunctionTarget | GithubTargetInput | EmailTarget
export type TargetView = HttpTargetView | FunctionTarget | GithubTargetView | EmailTarget

/** What one manual run does differently; sealed with the run while it lasts, and not kept beyond it. */
export type RunOverrides = {
  readonly [K in 'url' | 'method' | 'query' | 'headers']?: HttpTarget[K] | undefined
} & {
  /** Null: none. */
  readonly body?: HttpTarget['body'] | null | undefined
} & { readonly [K in 'args' | 'kwargs']?: FunctionTarget[K] | undefined } & {
  readonly [K in 'to' | 'subject' | 'text']?: EmailTarget[K] | undefined
} & GithubOverrides & {
    /** Instead of that of the job: what templates name, and the inputs of a workflow. */
    readonly metadata?: JsonObject | undefined
    /** What becomes of overrides for another kind of target than the job has; default `refused`. */
    readonly others?: 'refused' | 'ignored' | undefined
  }

/** What the job has now (null for a new one), and the time by which certificates are judged. */
type Present = { readonly stored: Target | null; readonly now: number }

/** The target to keep, and all that is wrong with it. */
export const keptTarget = (
  secrets: Secrets,
  owner: TargetOwner,
  input: TargetInput,
  { stored, now }: Present,
): { readonly target: Target; readonly errors: readonly FieldError[] } => {
  switch (input.kind) {
    case 'http':
      return keptHttpTarget(secrets, owner, input, { stored: stored?.kind === 'http' ? stored : null, now })
    case 'function':
      return { target: input, errors: checkFunctionTarget(input) }
    case 'email':
      return { target: input, errors: checkEmailTarget(input) }
    case 'github':
      return keptGithubTarget(secrets, owner, input, stored?.kind === 'github' ? stored : null)
  }
}

export const targetView = (secrets: Secrets, owner: TargetOwner, target: Target): TargetView =>
  target.kind === 'http'
    ? httpTargetView(secrets, owner, target)
    : target.kind === 'github'
      ? githubTargetView(secrets, owner, target)
      : target

/** The answer is the same for every reason, so that nobody maps our network by asking. */
export const refuseAddress = (target: Target, mayCall: (url: URL) => boolean): void => {
  const denied = addressesOf(target).find(({ url }) => !mayCall(new URL(url)))
  if (denied === undefined) return
  const { field } = denied
  const message = 'this server may not call this address'
  throw new DomainError('egress.denied', `${field}: ${message}`, { errors: [{ field, message }] })
}

const addressesOf = (target: Target): readonly { readonly field: string; readonly url: string }[] => {
  if (target.kind !== 'http') return []
  const { auth, url } = target
  return [
    { field: 'target.url', url },
    ...(auth?.kind === 'oauth2' ? [{ field: 'target.auth.tokenUrl', url: auth.tokenUrl }] : []),
  ]
}

const OF_KIND: Readonly<Record<Target['kind'], readonly (keyof RunOverrides)[]>> = {
  http: ['url', 'method', 'query', 'headers', 'body', 'metadata'],
  function: ['args', 'kwargs'],
  github: ['owner', 'repo', 'workflow', 'ref', 'inputs', 'token', 'dispatchUrl', 'metadata'],
  email: ['to', 'subject', 'text'],
}

/** Where an empty text means what the job has. */
const MAY_BE_EMPTY: readonly string[] = ['url', 'owner', 'repo', 'workflow', 'ref', 'token', 'dispatchUrl']

/** The whole target of a run, null when nothing is different; and all that is wrong with it. */
export const overridden = (
  secrets: Secrets,
  job: Job,
  { others = 'refused', ...overrides }: RunOverrides,
): { readonly target: Target | null; readonly errors: readonly FieldError[] } => {
  const { target } = job
  const own: readonly string[] = OF_KIND[target.kind]
  const said = Object.entries(overrides).filter(
    ([name, value]) => value !== undefined && !(value === '' && MAY_BE_EMPTY.includes(name)),
  )
  const strange = others === 'ignored' ? [] : said.filter(([name]) => !own.includes(name))
  if (strange.length > 0)
    return {
      target: null,
      errors: strange.map(([name]) => ({
        field: name === 'metadata' ? name : `target.${name}`,
        message: `the target of the job is of the kind ${target.kind}; a run may override its ${own.join(', ')}`,
      })),
    }
  const given: Omit<RunOverrides, 'others'> = Object.fromEntries(said.filter(([name]) => own.includes(name)))
  if (Object.keys(given).length === 0) return { target: null, errors: [] }
  const { metadata = job.metadata } = given
  const wrong = checkMetadata(metadata)
  if (wrong.length > 0) return { target: null, errors: wrong }
  switch (target.kind) {
    case 'http': {
      const { metadata: _, ...parts } = given
      const { body = target.body, ...rest } = { ...target, ...parts } as HttpTarget & Pick<RunOverrides, 'body'>
      const changed = withoutStraySecrets(target, { ...rest, ...(body == null ? {} : { body }) })
      const errors = checkHttpTarget(changed)
      // Only a target that could be called can be tried with its variables.
      return errors.length > 0 ? { target: changed, errors } : withVariables(changed, { ...job, metadata })
    }
    case 'function': {
      const changed = { ...target, ...given } as FunctionTarget
      return { target: changed, errors: checkFunctionTarget(changed) }
    }
    case 'email': {
      const changed = { ...target, ...given } as EmailTarget
      return { target: changed, errors: checkEmailTarget(changed) }
    }
    case 'github':
      return overriddenWorkflow(secrets, { workspaceKey: job.workspaceKey, jobId: job.id }, { target, given, metadata })
  }
}

/** Secrets were given for one origin, and go to no other. */
const withoutStraySecrets = (before: HttpTarget, after: HttpTarget): HttpTarget => {
  if (isSameOrigin(before.url, after.url)) return after
  const { auth: _a, tls: _t, signing: _s, handshake: _h, ...bare } = after
  return bare
}
