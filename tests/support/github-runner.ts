/** An executor of GitHub targets for tests: a fake GitHub, a clock moved by hand, and a memory that can be looked into. */
import type { Assignment, Outcome } from '../../src/domain/attempt.ts'
import type { KnownRun } from '../../src/domain/github.ts'
import type { GithubTarget } from '../../src/domain/target.ts'
import { createExecutor, createGithubRunner } from '../../src/execute/execute.ts'
import { type FakeGithub, GITHUB_TOKEN, githubServer } from './github-server.ts'
import { DEVELOPMENT } from './http-runner.ts'
import { manualClock } from './manual-clock.ts'
import { anAssignment } from './targets.ts'
import type { Cleanup } from './temp-store.ts'

const START = Date.UTC(2026, 0, 1)

export const A_WORKFLOW: GithubTarget = {
  kind: 'github',
  owner: 'octo',
  repo: 'app',
  workflow: 'deploy.yml',
  ref: 'main',
  inputs: {},
  success: 'dispatched',
  metadata: {},
}

export type GithubWorld = {
  readonly github: FakeGithub
  readonly run: (target?: Partial<GithubTarget>, more?: Partial<Assignment>) => Promise<Outcome>
  readonly start: (
    target?: Partial<GithubTarget>,
    more?: Partial<Assignment>,
  ) => { readonly outcome: Promise<Outcome>; readonly cancel: () => void }
  /** Resolves when the runner waits this long. */
  readonly waits: (ms: number) => Promise<void>
  /** The same, and lets the time pass. */
  readonly pass: (ms: number) => Promise<void>
  /** Lets the time pass at once. */
  readonly advance: (ms: number) => void
  /** As if the server had been started anew. */
  readonly restart: () => void
  readonly memory: { run: KnownRun | null; isCancelled: boolean; readonly told: string[]; taken: number[] }
  readonly faults: unknown[]
  readonly close: () => Promise<void>
}

export const githubWorld = async (t: Cleanup, serverToken: string | null = GITHUB_TOKEN): Promise<GithubWorld> => {
  const manual = manualClock(START)
  const set: number[] = []
  let onSet: () => void = () => {}
  const clock = {
    ...manual,
    after: (ms: number, ring: () => void) => {
      set.push(ms)
      onSet()
      return manual.after(ms, ring)
    },
  }
  const github = await githubServer(manual.now)
  const memory: GithubWorld['memory'] = { run: null, isCancelled: false, told: [], taken: [] }
  const faults: unknown[] = []
  const build = () =>
    createExecutor({
      clock,
      runners: [
        createGithubRunner({
          clock,
          egress: DEVELOPMENT,
          reveal: ({ sealed }) => sealed,
          version: '1.2.3',
          apiUrl: github.url,
          serverToken: () => serverToken,
          onFault: (error) => faults.push(error),
          memory: {
            recall: async () => ({ isCancelled: memory.isCancelled, run: memory.run }),
            keep: async (_, run) => {
              memory.run = run
            },
            taken: async () => memory.taken,
            tell: async (_, message) => void memory.told.push(message),
          },
        }),
      ],
      onFault: (error) => faults.push(error),
    })
  const executors = [build()]
  const executor = () => executors.at(-1) as (typeof executors)[number]
  const close = async () => {
    for (const one of executors) await one.close()
  }
  t.after(async () => {
    await close()
    await github.close()
  })

  const assignment = (target: Partial<GithubTarget>, more: Partial<Assignment>): Assignment => ({
    ...anAssignment({ ...A_WORKFLOW, ...target }),
    timeoutMs: 3_600_000,
    ...more,
  })

  const waits = async (ms: number): Promise<void> => {
    while (!set.includes(ms)) {
      await new Promise<void>((resolve) => {
        onSet = resolve
      })
    }
  }

  return {
    github,
    memory,
    faults,
    close,
    run: (target = {}, more = {}) => executor().execute(assignment(target, more)),
    start: (target = {}, more = {}) => {
      const abort = new AbortController()
      return { outcome: executor().execute(assignment(target, more), abort.signal), cancel: () => abort.abort() }
    },
    waits,
    pass: async (ms) => {
      await waits(ms)
      set.splice(0)
      manual.advance(ms)
    },
    advance: manual.advance,
    restart: () => {
      executors.push(build())
    },
  }
}
