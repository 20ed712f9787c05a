/** GitHub targets between the wire and the use cases. */
import { invalid } from '../../domain/errors.ts'
import type { GithubTargetInput, GithubTargetView } from '../../services/services.ts'
import type * as wire from '../contract/github-targets.ts'
import type { TargetEdit } from '../contract/targets.ts'
import { storedSecret } from './target-security.ts'

export const githubFrom = (input: wire.GithubTargetInput): GithubTargetInput => ({
  kind: 'github',
  owner: input.owner,
  repo: input.repo,
  workflow: input.workflow,
  ref: input.ref ?? null,
  inputs: input.inputs ?? {},
  token: input.token == null ? null : storedSecret('target.token', input.token, undefined),
  success: input.success_when ?? 'dispatched',
})

/** `present`: null when the target was of another kind; then nothing of it stays. */
export const githubEdit = (present: GithubTargetView | null, edit: TargetEdit): GithubTargetInput => ({
  kind: 'github',
  owner: needed('owner', edit.owner ?? present?.owner),
  repo: needed('repo', edit.repo ?? present?.repo),
  workflow: needed('workflow', edit.workflow ?? present?.workflow),
  ref: edit.ref === undefined ? (present?.ref ?? null) : edit.ref,
  inputs: edit.inputs ?? present?.inputs ?? {},
  token: edit.token == null ? edit.token : storedSecret('target.token', edit.token, present?.token),
  success: edit.success_when ?? present?.success ?? 'dispatched',
})

const needed = (name: string, value: string | undefined): string => {
  if (value === undefined) throw invalid(`target.${name}`, undefined, 'name owner, repo and workflow')
  return value
}

export const githubToWire = ({ success, token, inputs, webhookUrl: _, ...rest }: GithubTargetView) => ({
  ...rest,
  inputs: { ...inputs },
  token: token ?? null,
  success_when: success,
})
