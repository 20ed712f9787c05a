/** The runner of GitHub targets, as the settings have it, with the store as its memory. */
import type { Config } from '../config/config.ts'
import type { Clock } from '../domain/clock.ts'
import { createGithubRunner, type GithubRunnerOptions, type Runner } from '../execute/execute.ts'
import { FIRST_WORKSPACE } from '../services/services.ts'
import type { Store } from '../store/store.ts'

type Given = Omit<GithubRunnerOptions, 'apiUrl' | 'serverToken' | 'memory'>

export const githubRunner = (config: Config, store: Store, given: Given): Runner => {
  const { githubToken, githubTokenForAll, githubApiUrl } = config
  return createGithubRunner({
    ...given,
    apiUrl: githubApiUrl,
    serverToken: (workspaceKey) => (githubTokenForAll || workspaceKey === FIRST_WORKSPACE ? githubToken : null),
    memory: githubMemory(store, given.clock),
  })
}

export const githubMemory = ({ githubRuns, reports }: Store, clock: Clock): GithubRunnerOptions['memory'] => ({
  recall: githubRuns.recall,
  keep: githubRuns.keep,
  taken: githubRuns.taken,
  tell: async ({ workspaceKey, executionId, attempt }, message) => {
    const nothing = { percent: null, lines: [], finalDigest: null }
    await reports.note({ workspaceKey, executionId, attempt, message, ...nothing, now: clock.now() })
  },
})
