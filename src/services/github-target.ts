/** A job's GitHub workflow on its way in and out: the token comes as plain text, is kept sealed, and is shown as a fingerprint. */
import type { Secrets } from '../auth/secrets.ts'
import type { SecretOwner } from '../auth/target-secrets.ts'
import type { FieldError } from '../domain/errors.ts'
import { checkGithubTarget, parseDispatchUrl } from '../domain/github.ts'
import type { JsonObject } from '../domain/json.ts'
import type { GithubTarget } from '../domain/target.ts'
import { isHeaderValue } from '../domain/target-rules.ts'
import { type Fingerprint, fingerprintOf, keptSecret } from './kept-secret.ts'

export type GithubTargetInput = Pick<GithubTarget, 'kind' | 'owner' | 'repo' | 'workflow'> & {
  readonly [K in 'ref' | 'inputs' | 'success']?: GithubTarget[K] | undefined
} & {
  /** Left out, the stored one stays; null: that of the server. */
  readonly token?: string | null | undefined
  /** Left out, the stored one stays; null: none. */
  readonly webhookUrl?: string | null | undefined
}

export type GithubTargetView = Omit<GithubTarget, 'token' | 'metadata'> & { readonly token?: Fingerprint }

/** The target to keep, without what the metadata will add to it, and all that is wrong with it. */
export const keptGithubTarget = (
  secrets: Secrets,
  owner: SecretOwner,
  input: GithubTargetInput,
  stored: GithubTarget | null,
): { readonly target: GithubTarget; readonly errors: readonly FieldError[] } => {
  const errors: FieldError[] = []
  const webhookUrl = input.webhookUrl === undefined ? stored?.webhookUrl : input.webhookUrl
  const target: GithubTarget = {
    kind: 'github',
    owner: input.owner,
    repo: input.repo,
    workflow: input.workflow,
    ref: input.ref ?? null,
    inputs: input.inputs ?? {},
    ...keptToken(secrets, owner, { given: input.token, stored: stored?.token }, errors),
    success: input.success ?? 'dispatched',
    ...(webhookUrl == null ? {} : { webhookUrl }),
    metadata: {},
  }
  return { target, errors: [...checkGithubTarget(target), ...errors] }
}

type TokenChoice = { readonly given: string | null | undefined; readonly stored: GithubTarget['token'] | undefined }

export const keptToken = (
  secrets: Secrets,
  owner: SecretOwner,
  { given, stored }: TokenChoice,
  errors: FieldError[],
): Pick<GithubTarget, 'token'> => {
  if (given === null || (given === undefined && stored === undefined)) return {}
  const kept = keptSecret(
    secrets,
    owner,
    {
      field: 'target.token',
      given,
      stored,
      // All repositories are behind the one address of GitHub.
      staysThere: true,
      check: (plain) =>
        isHeaderValue(plain) && !/\s/.test(plain) ? null : 'a token is one word of printable characters',
    },
    errors,
  )
  return kept === null ? {} : { token: kept.sealed }
}

export const githubTargetView = (
  secrets: Secrets,
  owner: SecretOwner,
  { token, metadata: _, ...rest }: GithubTarget,
): GithubTargetView => ({ ...rest, ...(token && { token: fingerprintOf(secrets, owner, 'target.token', token) }) })

/** What one run of a workflow does differently. */
export type GithubOverrides = {
  readonly [K in 'owner' | 'repo' | 'workflow' | 'ref' | 'inputs']?: GithubTarget[K] | undefined
} & {
  readonly token?: string | undefined
  /** Another workflow by its address; owner, repo and workflow that stand beside it win. */
  readonly dispatchUrl?: string | undefined
}

type Overriding = {
  readonly target: GithubTarget
  readonly given: GithubOverrides
  readonly metadata: JsonObject
}

/** The token of the run is sealed to the job like its own, and leaves with the overrides of the run. */
export const overriddenWorkflow = (
  secrets: Secrets,
  owner: SecretOwner,
  { target, given, metadata }: Overriding,
): { readonly target: GithubTarget; readonly errors: readonly FieldError[] } => {
  const { token, dispatchUrl, ...parts } = given
  const meant = dispatchUrl === undefined ? {} : parseDispatchUrl(dispatchUrl)
  if (meant === null) {
    const message = 'give OWNER/REPO/WORKFLOW, or the address of the workflow at GitHub'
    return { target, errors: [{ field: 'target.dispatchUrl', value: dispatchUrl, message }] }
  }
  const errors: FieldError[] = []
  const changed = {
    ...target,
    ...meant,
    ...parts,
    ...keptToken(secrets, owner, { given: token, stored: target.token }, errors),
    metadata,
  } as GithubTarget
  return { target: changed, errors: [...checkGithubTarget(changed), ...errors] }
}
