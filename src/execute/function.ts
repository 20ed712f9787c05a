/** The runner of function targets: finds the module, gets a process for it, and makes of what comes back a finding. */
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { FunctionTarget } from '../domain/target.ts'
import type { FunctionHost } from './function-host.ts'
import { createHosts, type FunctionHosts } from './function-hosts.ts'
import type { Ended, FunctionCall } from './function-messages.ts'
import { createOutput } from './function-output.ts'
import type { FunctionRegistry, Located } from './function-registry.ts'
import { type Finding, failed, faulted, type Heard, type Run, type Runner, succeeded } from './runner.ts'

export type FunctionRunnerOptions = {
  readonly clock: Clock
  readonly registry: FunctionRegistry
  /** Calls at once, each in a process of its own. */
  readonly atOnce: number
  readonly memoryMb: number
  readonly isOpenTo: (workspaceKey: number) => boolean
}

/** What a function that was told to stop has left for tidying up. */
const GRACE_MS = 1000
/** A thread that has not answered for this long, or for half of a shorter time limit, is blocked. */
const BLOCKED_MS = 500

export const createFunctionRunner = (options: FunctionRunnerOptions): Runner => {
  const { clock, memoryMb, atOnce, registry } = options
  const hosts = createHosts({ clock, memoryMb, atOnce, folder: registry.folder })
  return {
    kind: 'function',
    start: (assignment, report) => {
      const { target } = assignment
      if (target.kind === 'function') return startCall({ ...options, hosts }, { assignment, target, report })
      report(failed('malformed', 'The target is not a function.'))
      return { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }
    },
    close: hosts.close,
  }
}

type Given = Pick<FunctionRunnerOptions, 'clock' | 'registry' | 'isOpenTo'> & { readonly hosts: FunctionHosts }
type Subject = {
  readonly assignment: Assignment
  readonly target: FunctionTarget
  readonly report: (finding: Finding) => void
}

const startCall = ({ clock, registry, isOpenTo, hosts }: Given, { assignment, target, report }: Subject): Run => {
  const output = createOutput()
  let doing = 'looking for the function'
  let host: FunctionHost | null = null
  let endGrace: Cancel = () => {}
  let over = false

  const finish = (finding: Finding): void => {
    if (over) return
    over = true
    report(finding)
  }

  const run = (at: Located, free: FunctionHost): void => {
    host = free
    doing = 'running the function'
    free.run(
      { say: 'call', call: callOf(at, assignment, target) },
      {
        printed: output.add,
        ended: (ended) => {
          endGrace()
          if (ended.clean) hosts.giveBack(free)
          else void free.end()
          finish(findingOf(ended, target, output.text))
        },
        crashed: (why) => {
          endGrace()
          finish(failed('crashed', `The function crashed: ${why}.`, { output: output.text(null) }))
        },
        unstartable: (error) => {
          endGrace()
          finish(faulted(error))
        },
      },
    )
  }

  const begin = async (): Promise<void> => {
    if (!isOpenTo(assignment.workspaceKey)) return finish(failed('malformed', NOT_OPEN))
    const at = await registry.locate(target.function)
    // A folder that is being replaced may have it again in a moment.
    if ('problem' in at) return finish(failed('malformed', `${at.problem}.`, { retryable: true }))
    if (over) return
    doing = 'waiting for its turn'
    const key = `${assignment.workspaceKey} ${at.version} ${at.url}`
    hosts.enter({ key, isOver: () => over, go: (free) => run(at, free) })
  }

  /** A blocked thread hears nothing: it is ended at once. Any other is asked to stop, and ended if it does not. */
  const letGo = (running: FunctionHost, isBlocked: boolean): void => {
    if (isBlocked) return void running.end()
    running.abort()
    endGrace = clock.after(GRACE_MS, () => void running.end())
  }

  const stop = (): Heard => {
    const heard = { statusCode: null, output: output.text(null), doing }
    if (over) return heard
    over = true
    if (host === null) return heard
    const isBlocked = host.isDeaf(Math.min(BLOCKED_MS, assignment.timeoutMs / 2))
    letGo(host, isBlocked)
    return isBlocked ? { ...heard, doing: `${doing}, which blocked its thread`, failure: 'crashed' } : heard
  }

  begin().catch((error: unknown) => finish(faulted(error)))
  return { stop }
}

const NOT_OPEN = 'Functions are not open to this workspace.'

const callOf = (at: Located, assignment: Assignment, target: FunctionTarget): FunctionCall => {
  const { jobId, jobName, executionId, attempt, trigger, scheduledFor } = assignment
  const { args, kwargs } = target
  const about = { jobId, jobName, executionId, attempt, trigger, scheduledFor }
  return { file: at.url, folder: at.folder, callables: at.callables, args, kwargs, about }
}

const findingOf = (
  ended: Ended,
  target: FunctionTarget,
  outputWith: (value: string | null) => string | null,
): Finding => {
  switch (ended.say) {
    case 'returned':
      return succeeded(null, outputWith(ended.value))
    case 'threw':
      return failed('exception', `The function threw ${ended.error}`, { output: outputWith(ended.stack) })
    case 'broken':
      return failed('exception', `The module of the function cannot be loaded: ${ended.error}`, {
        output: outputWith(ended.stack),
      })
    case 'missing':
    case 'listed':
      return failed('malformed', missing(target.function, ended.callables), { retryable: true })
  }
}

const missing = (name: string, callables: readonly string[]): string =>
  `The module has no function that ${JSON.stringify(name)} could mean; it exports ${callables.join(', ') || 'none'}.`
