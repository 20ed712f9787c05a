/** A workflow of GitHub Actions and what it is given, as flags. */
import { type Command, Option } from 'commander'
import type { TargetEdit } from '../../api/contract/targets.ts'
import { usage } from '../exit-codes.ts'
import { several } from './command.ts'
import { fileText, given, split } from './flag-texts.ts'

export type GithubFlags = {
  readonly github?: string
  readonly ref?: string
  readonly input?: readonly string[]
  readonly githubTokenFile?: string
  readonly githubSuccess?: 'dispatched' | 'concluded'
}

export const withGithubFlags = (command: Command): Command =>
  command
    .option('--github <owner/repo/workflow>', 'the GitHub workflow to dispatch, instead of --url')
    .option('--ref <name>', 'branch or tag the workflow runs on')
    .option('--input <name=value>', 'handed to the workflow; may be repeated', several)
    .option('--github-token-file <file>', 'its content is the token to dispatch with (default: that of the server)')
    .addOption(
      new Option('--github-success <when>', 'what counts as success of a workflow').choices([
        'dispatched',
        'concluded',
      ]),
    )

/** Only what was given. Without --github the kind stays open: an edit changes the workflow that the job has. */
export const githubFromFlags = (flags: GithubFlags): Partial<TargetEdit> =>
  given({
    ...(flags.github === undefined ? {} : { kind: 'github' as const, ...workflowOf(flags.github) }),
    ref: flags.ref,
    inputs: flags.input && Object.fromEntries(flags.input.map((text) => split('--input', text, '='))),
    token: flags.githubTokenFile === undefined ? undefined : tokenIn(flags.githubTokenFile),
    success_when: flags.githubSuccess,
  })

const workflowOf = (text: string) => {
  const [owner = '', repo = '', workflow = '', ...rest] = text.split('/')
  if (owner === '' || repo === '' || workflow === '' || rest.length > 0)
    throw usage('--github', text, 'write OWNER/REPO/WORKFLOW, such as octo-org/app/deploy.yml')
  return { owner, repo, workflow }
}

const tokenIn = (path: string): string => {
  const token = fileText('--github-token-file', path).trim()
  if (token === '') throw usage('--github-token-file', path, 'the file is empty')
  return token
}
