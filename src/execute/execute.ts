/** The station that calls targets: an Assignment goes in, an Outcome comes out, whatever the target does. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import { createDeadlines, type Deadline } from './deadlines.ts'
import { type Finding, failed, faulted, type Heard, type Run, type Runner } from './runner.ts'

export { createEgressGuard, type EgressPolicy } from './egress.ts'
export { namesHost, parseEgressAllow } from './egress-rules.ts'
export { createEmailRunner } from './email.ts'
export { createFunctionRunner, type FunctionRunnerOptions } from './function.ts'
export {
  BUILT_IN_FOLDER,
  createFunctionRegistry,
  type FunctionRegistry,
  joinedRegistries,
} from './function-registry.ts'
export { createGithubRunner, type GithubRunnerOptions } from './github.ts'
export type { HandshakeMemory } from './handshake-memory.ts'
export { createHttpRunner, type HttpRunnerOptions } from './http.ts'
export { createPost, type PostOptions } from './post.ts'
export { type Probed, probeTarget } from './probe.ts'
export { openRevocationLists } from './revocation.ts'
export type { Runner } from './runner.ts'

export type Executor = {
  /** The primitive. `done` is called exactly once, never before `start` returns; cancelling makes it `cancelled`. */
  readonly start: (assignment: Assignment, done: (outcome: Outcome) => void) => Cancel
  readonly execute: (assignment: Assignment, signal?: AbortSignal) => Promise<Outcome>
  /** Cancels what still runs and closes the runners. */
  readonly close: () => Promise<void>
}

export type ExecutorOptions = {
  readonly clock: Clock
  readonly runners: readonly Runner[]
  /** Hears of bugs of ours that became the failure `internal`. */
  readonly onFault: (error: unknown) => void
}

type Attempt = {
  readonly assignment: Assignment
  readonly done: (outcome: Outcome) => void
  readonly startedAt: number
  readonly began: number
  run: Run | null
  deadline: Deadline<Attempt> | null
  settled: boolean
}

export const createExecutor = ({ clock, runners, onFault }: ExecutorOptions): Executor => {
  const runnerOf = new Map(runners.map((runner) => [runner.kind, runner]))
  const inFlight = new Set<Attempt>()
  let closed = false

  const settle = (attempt: Attempt, kind: Outcome['kind'], finding: Finding): void => {
    if (attempt.settled) return
    attempt.settled = true
    inFlight.delete(attempt)
    if (attempt.deadline !== null) deadlines.clear(attempt.deadline)
    if (finding.fault !== undefined) onFault(finding.fault)
    try {
      attempt.done(outcomeOf(attempt, kind, finding, clock.monotonic()))
    } catch (error) {
      onFault(error)
    }
  }

  /** Ends a run from outside; what the target had answered so far is kept. */
  const cutShort = (attempt: Attempt, kind: 'failure' | 'cancelled'): void => {
    if (attempt.settled) return
    try {
      const heard: Heard = attempt.run?.stop() ?? { statusCode: null, output: null, doing: 'starting' }
      const { timeoutMs } = attempt.assignment
      const finding =
        kind === 'failure'
          ? failed(heard.failure ?? 'timeout', `Timed out after ${timeoutMs} ms while ${heard.doing}.`, heard)
          : { ...failed('internal', `Cancelled while ${heard.doing}.`, heard), failure: null, retryable: false }
      settle(attempt, kind, finding)
    } catch (error) {
      settle(attempt, kind, faulted(error))
    }
  }

  const deadlines = createDeadlines<Attempt>(clock, (attempt) => cutShort(attempt, 'failure'))

  const start: Executor['start'] = (assignment, done) => {
    const began = clock.monotonic()
    const attempt: Attempt = {
      assignment,
      done,
      startedAt: clock.now(),
      began,
      run: null,
      deadline: null,
      settled: false,
    }
    let starting = true
    const report = (finding: Finding): void => {
      const kind = finding.failure !== null ? 'failure' : finding.accepted ? 'accepted' : 'success'
      if (starting) queueMicrotask(() => settle(attempt, kind, finding))
      else settle(attempt, kind, finding)
    }
    inFlight.add(attempt)
    attempt.deadline = deadlines.set(attempt, began, assignment.timeoutMs)
    try {
      attempt.run = startRun(assignment, report)
    } catch (error) {
      report(faulted(error))
    }
    starting = false
    return () => cutShort(attempt, 'cancelled')
  }

  const startRun = (assignment: Assignment, report: (finding: Finding) => void): Run | null => {
    if (closed) {
      report(failed('internal', 'The executor is closed.'))
      return null
    }
    const runner = runnerOf.get(assignment.target.kind)
    if (runner === undefined) {
      report(failed('malformed', `This server has no runner for targets of the kind ${assignment.target.kind}.`))
      return null
    }
    return runner.start(assignment, report)
  }

  return {
    start,
    execute: (assignment, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve(neverSent(clock.now()))
          return
        }
        const cancel = start(assignment, (outcome) => {
          signal?.removeEventListener('abort', cancel)
          resolve(outcome)
        })
        signal?.addEventListener('abort', cancel, { once: true })
      }),
    close: async () => {
      closed = true
      for (const attempt of [...inFlight]) cutShort(attempt, 'cancelled')
      await Promise.all(runners.map((runner) => runner.close()))
    },
  }
}

const neverSent = (now: number): Outcome => ({
  kind: 'cancelled',
  startedAt: now,
  finishedAt: now,
  durationMs: 0,
  statusCode: null,
  output: null,
  error: 'Cancelled before it started.',
  failure: null,
  retryable: false,
  retryAfterMs: null,
})

// The end is counted from the start by the monotonic clock, so that a step of the wall clock cannot put it before the start.
const outcomeOf = (attempt: Attempt, kind: Outcome['kind'], finding: Finding, now: number): Outcome => {
  const durationMs = Math.max(0, Math.round(now - attempt.began))
  return {
    kind,
    startedAt: attempt.startedAt,
    finishedAt: attempt.startedAt + durationMs,
    durationMs,
    statusCode: finding.statusCode,
    output: finding.output,
    error: finding.error,
    failure: finding.failure,
    retryable: finding.retryable,
    retryAfterMs: finding.retryAfterMs,
  }
}
