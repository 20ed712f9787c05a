/** Calls a target once, to see whether it answers: no job, no execution, nobody is told. */
import type { Actor } from '../domain/actor.ts'
import type { FailureCode, Outcome } from '../domain/attempt.ts'
import { DomainError, type FieldError, invalid } from '../domain/errors.ts'
import { checkGithubTarget } from '../domain/github.ts'
import type { JsonObject } from '../domain/json.ts'
import type { GithubTarget, HttpTarget } from '../domain/target.ts'
import { checkHttpTarget } from '../domain/target-rules.ts'
import { allowSome } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import { checkMetadata } from './job-rules.ts'
import { refuseAddress } from './targets.ts'

/** An address, or a workflow; empty texts are as good as absent. */
export type TestRunInput = {
  readonly [K in 'url' | 'owner' | 'repo' | 'workflow']?: string | null | undefined
} & {
  /** What is sent: the JSON body of the POST, or the inputs of the workflow. */
  readonly metadata?: JsonObject | undefined
  /** Default 10; below 1 counts as 1, above 30 as 30. */
  readonly timeoutSeconds?: number | undefined
}

export type TestRunResult = {
  readonly kind: 'http' | 'github'
  readonly ok: boolean
  readonly statusCode: number | null
  readonly output: string | null
  /** One sentence; null on success. */
  readonly error: string | null
  readonly failure: FailureCode | null
  readonly durationMs: number
}

export const TEST_SECONDS = { least: 1, most: 30, byDefault: 10 } as const

export const createTestRun =
  ({ tryTarget, mayCall, settings }: Deps) =>
  async (actor: Actor, input: TestRunInput): Promise<TestRunResult> => {
    allowSome(actor, 'job.create')
    const metadata = input.metadata ?? {}
    const owner = input.owner || settings.defaultGithubOwner
    const { target, errors } = targetOf({ ...input, owner }, metadata)
    refuse([...checkMetadata(metadata), ...errors])
    refuseAddress(target, mayCall)
    const { least, most, byDefault } = TEST_SECONDS
    const seconds = input.timeoutSeconds ?? byDefault
    if (!Number.isFinite(seconds)) throw invalid('timeoutSeconds', seconds, 'give a number of seconds')
    const timeoutMs = Math.round(Math.min(most, Math.max(least, seconds)) * 1000)
    const outcome = await tryTarget(target, { workspaceKey: actor.workspaceKey, timeoutMs })
    return resultOf(target, outcome)
  }

type Tried = HttpTarget | GithubTarget

const targetOf = (
  { url, owner, repo, workflow }: TestRunInput,
  metadata: JsonObject,
): { readonly target: Tried; readonly errors: readonly FieldError[] } => {
  if (owner && repo && workflow) {
    const target: GithubTarget = {
      kind: 'github',
      owner,
      repo,
      workflow,
      ref: textIn(metadata, 'ref') ?? textIn(metadata, 'branch') ?? 'main',
      inputs: {},
      success: 'dispatched',
      metadata,
    }
    return { target, errors: checkGithubTarget(target) }
  }
  if (!url) {
    const message = 'give url, or owner, repo and workflow'
    throw new DomainError('invalid', `target: ${message}`, { errors: [{ field: 'target', message }] })
  }
  const target: HttpTarget = {
    kind: 'http',
    url,
    method: 'POST',
    body: { type: 'json', content: metadata },
    redirects: false,
  }
  return { target, errors: checkHttpTarget(target) }
}

const textIn = (metadata: JsonObject, name: string): string | null => {
  const value = metadata[name]
  return typeof value === 'string' && value !== '' ? value : null
}

const resultOf = ({ kind }: Tried, outcome: Outcome): TestRunResult => ({
  kind,
  ok: outcome.kind === 'success',
  statusCode: outcome.statusCode,
  output: outcome.output,
  error: outcome.error,
  failure: outcome.failure,
  durationMs: outcome.durationMs,
})
