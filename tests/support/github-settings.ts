/** What the settings of GitHub are by default, and how they are read: rows of the table in config.test.ts. */

export const GITHUB_ROWS = {
  githubToken: {
    name: 'GITHUB_TOKEN',
    development: null,
    production: null,
    wrong: 'two words',
    given: ['gh_x', 'gh_x'] as [string, unknown],
  },
  githubTokenForAll: {
    name: 'GITHUB_TOKEN_FOR_ALL_WORKSPACES',
    development: false,
    production: false,
    wrong: 'maybe',
    given: ['true', true] as [string, unknown],
  },
  githubApiUrl: {
    name: 'GITHUB_API_URL',
    development: 'https://api.github.com',
    production: 'https://api.github.com',
    wrong: 'github',
    given: ['https://ghe.example.com/api/v3/', 'https://ghe.example.com/api/v3'] as [string, unknown],
  },
  defaultGithubOwner: {
    name: 'DEFAULT_GITHUB_OWNER',
    development: null,
    production: null,
    given: ['octo', 'octo'] as [string, unknown],
  },
}
