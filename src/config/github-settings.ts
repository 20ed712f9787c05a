/** The settings of GitHub: where its API is, and what is known of the operator's account. */
import { freeText, onOff, orNothing, type Setting, secretKey, webAddress } from './setting.ts'

const setting = <T>(from: Setting<T>): Setting<T> => from

export const GITHUB_SETTINGS = {
  githubToken: setting({
    name: 'GITHUB_TOKEN',
    kind: orNothing(secretKey),
    byDefault: () => null,
    help: 'The token that dispatches workflows of jobs without one of their own; it needs write access to actions. Without it, such jobs fail.',
    changedBy: 'Whoever has workflows of GitHub Actions dispatched.',
    example: 'github_pat_…',
    secret: true,
  }),
  githubTokenForAll: setting({
    name: 'GITHUB_TOKEN_FOR_ALL_WORKSPACES',
    kind: onOff,
    byDefault: () => false,
    help: 'Whether jobs of every workspace may use GITHUB_TOKEN; otherwise only those of the first one, which the first start made.',
    changedBy: 'Whoever runs several workspaces that trust one another.',
    example: 'true',
  }),
  githubApiUrl: setting({
    name: 'GITHUB_API_URL',
    kind: webAddress,
    byDefault: () => 'https://api.github.com',
    help: 'Where the API of GitHub is. A private address needs EGRESS_ALLOW too.',
    changedBy: 'Whoever has a GitHub Enterprise Server.',
    example: 'https://github.example.com/api/v3',
  }),
  defaultGithubOwner: setting({
    name: 'DEFAULT_GITHUB_OWNER',
    kind: orNothing(freeText),
    byDefault: () => null,
    help: 'The owner of repositories that are named without one.',
    changedBy: 'Whoever has all repositories under one user or organisation.',
    example: 'octo-org',
  }),
} as const
