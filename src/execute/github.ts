/** The runner of GitHub targets: a workflow is dispatched, and followed to its end where the job asks for that. */
import type { Assignment } from '../domain/attempt.ts'
import type { GithubTarget } from '../domain/target.ts'
import { SECRET_BROKEN } from './call.ts'
import { type CallOptions, createCalls } from './calls.ts'
import type { GithubApi } from './github-api.ts'
import type { RunMemory } from './github-memory.ts'
import { createPace } from './github-pace.ts'
import { startGithubRun } from './github-run.ts'
import { failed, type Run, type Runner } from './runner.ts'

export type GithubRunnerOptions = CallOptions & {
  /** Of the API, such as `https://api.github.com`. */
  readonly apiUrl: string
  /** That of the server, for jobs without one of their own; null where there is none for the workspace. */
  readonly serverToken: (workspaceKey: number) => string | null
  readonly memory: RunMemory
  /** Hears of what went wrong after an attempt had ended. */
  readonly onFault: (error: unknown) => void
}

/** Runs that are being cancelled when the server stops have this long. */
const CLOSING_MS = 3000

export const createGithubRunner = (options: GithubRunnerOptions): Runner => {
  const calls = createCalls(options)
  const { clock } = options
  const api: GithubApi = { calls, url: options.apiUrl.replace(/\/+$/, ''), pace: createPace(clock) }
  const endings = new Set<Promise<void>>()
  const claimed = new Set<number>()

  const later = (work: Promise<void>): void => {
    const ending = work.catch(options.onFault).finally(() => endings.delete(ending))
    endings.add(ending)
  }

  return {
    kind: 'github',
    start: (assignment, report) => {
      const { target } = assignment
      if (target.kind !== 'github') {
        report(failed('malformed', 'The target is not a workflow of GitHub.'))
        return NOTHING_TO_STOP
      }
      const token = tokenFor(options, assignment, target)
      if ('failure' in token) {
        report(token.failure)
        return NOTHING_TO_STOP
      }
      const { memory } = options
      return startGithubRun({ api, memory, claimed, later }, { assignment, target, token: token.plain, report })
    },
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(CLOSING_MS, resolve)
      await Promise.race([Promise.all(endings), promise])
      cancel()
      await calls.pools.close()
    },
  }
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }

const tokenFor = (
  { reveal, serverToken }: GithubRunnerOptions,
  assignment: Assignment,
  target: GithubTarget,
): { readonly plain: string } | { readonly failure: ReturnType<typeof failed> } => {
  if (target.token !== undefined) {
    try {
      return { plain: reveal(target.token, assignment, 'target.token') }
    } catch {
      // What was thrown may quote the secret, so it goes no further.
      return { failure: failed('secret', SECRET_BROKEN) }
    }
  }
  const plain = serverToken(assignment.workspaceKey)
  if (plain !== null) return { plain }
  const error = `GitHub token not configured. Cannot trigger workflow for job '${assignment.jobName}'`
  return { failure: failed('token', error, { retryable: false }) }
}
