/** One attempt on a GitHub target: look up what was dispatched before, dispatch, follow, and cancel what is no longer wanted. */
import type { Assignment } from '../domain/attempt.ts'
import {
  inputsOf,
  type KnownRun,
  linkOf,
  refOf,
  runOfDispatch,
  soughtSince,
  workflowName,
  workflowRun,
} from '../domain/github.ts'
import type { GithubTarget } from '../domain/target.ts'
import { askGithub, type GithubApi, type GithubRequest, type Reply } from './github-api.ts'
import { limitMs, refused } from './github-errors.ts'
import type { RunMemory } from './github-memory.ts'
import { type Finding, failed, faulted, type Run, succeeded } from './runner.ts'

export type GithubRunParts = {
  readonly api: GithubApi
  readonly memory: RunMemory
  /** Runs that belong to an execution already. */
  readonly claimed: Set<number>
  /** Work that goes on after the attempt. */
  readonly later: (work: Promise<void>) => void
}

export type GithubRunSubject = {
  readonly assignment: Assignment
  readonly target: GithubTarget
  readonly token: string
  readonly report: (finding: Finding) => void
}

const FIRST_LOOK_MS = 5000
const LONGEST_LOOK_MS = 60_000
const LOOK_FACTOR = 1.5
const LOOK_UP_MS = 3000
/** A run shows in the list some seconds after its dispatch. */
const LOOK_UPS = 5
/** With the name as it is, and as files are named. */
const SUFFIXES = ['', '.yml', '.yaml']
const MOST_CLAIMED = 10_000

/** Failures before which no byte of the request was sent. */
const UNSENT: readonly unknown[] = ['dns', 'tls', 'egress_denied']

export const startGithubRun = (parts: GithubRunParts, about: GithubRunSubject): Run => {
  const { api, memory, claimed, later } = parts
  const { assignment, target, token } = about
  const { clock } = api.calls
  const { executionId, timeoutMs } = assignment
  const repo = `/repos/${encodeURIComponent(target.owner)}/${encodeURIComponent(target.repo)}/actions`
  const name = workflowName(target)
  const ref = refOf(target)
  const began = clock.monotonic()
  let over = false
  let doing = 'asking GitHub'
  let current: Run | null = null
  let stopWaiting: () => void = () => {}
  /** Whose end is waited for. */
  let followed: { known: KnownRun; attempt: number } | null = null

  const finish = (finding: Finding): void => {
    if (over) return
    over = true
    about.report(finding)
  }

  /** Never settles once the attempt was stopped. */
  const ask = (request: GithubRequest): Promise<Reply> =>
    new Promise((resolve) => {
      if (over) return
      current = askGithub(api, { assignment, token }, request, (reply) => {
        current = null
        if (!over) resolve(reply)
      })
    })

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      stopWaiting = clock.after(ms, () => over || resolve())
    })

  const refusedTo = (to: string, reply: Reply): Finding =>
    'broken' in reply ? reply.broken : refused(reply.answer, { to, workflow: name, token, now: clock.now() })

  const isStatus = (reply: Reply, ...statuses: number[]): boolean =>
    'answer' in reply && statuses.includes(reply.answer.status)

  const dispatched = (status: number | null, url: string | null): Finding =>
    succeeded(status, `Workflow triggered successfully on branch ${ref}${url === null ? '' : `: ${url}`}`)

  const begin = async (): Promise<void> => {
    const known = assignment.attempt > 1 ? (await memory.recall(assignment)).run : null
    if (over) return
    if (known === null) return dispatch()
    if (known.runId !== null) return resume(known, null)
    doing = 'looking for the run of an earlier dispatch'
    const found = await lookUp(known.sentAt)
    if (found === 'none') return dispatch()
    if ('failure' in found) return finish(found)
    await memory.keep(assignment, { ...known, runId: found.runId })
    return resume({ ...known, runId: found.runId }, found.url)
  }

  const resume = (known: KnownRun, url: string | null): Promise<void> | void =>
    target.success === 'dispatched' ? finish(dispatched(null, url ?? pageOf(known.runId))) : follow(known, url)

  const dispatch = async (): Promise<void> => {
    const sent: KnownRun = { sentAt: clock.now(), runId: null, judged: 0 }
    await memory.keep(assignment, sent)
    doing = 'dispatching the workflow'
    const reply = await dispatchAs()
    if (!isStatus(reply, 200, 201, 204)) {
      const isSent = 'broken' in reply ? !UNSENT.includes(reply.broken.failure) : reply.answer.status >= 500
      if (!isSent) await memory.keep(assignment, null)
      return finish(refusedTo('dispatch the workflow', reply))
    }
    const { status, body } = (reply as Extract<Reply, { answer: unknown }>).answer
    const { workflow_run_id: id, html_url } = (body ?? {}) as Record<string, unknown>
    const runId = typeof id === 'number' && Number.isSafeInteger(id) ? id : null
    const url = linkOf(html_url) ?? pageOf(runId)
    if (target.success === 'dispatched' && runId === null) return finish(dispatched(status, null))
    const known = runId === null ? await found(sent) : { ...sent, runId }
    if ('failure' in known) return finish(known)
    // From here on a cancelled execution cancels it, though it is still being written down.
    if (target.success === 'concluded') followed = { known, attempt: known.judged }
    await memory.keep(assignment, known)
    if (over) return
    return target.success === 'dispatched' ? finish(dispatched(status, url)) : follow(known, url)
  }

  /** Older servers of GitHub Enterprise know nothing of the details; a name without an ending may be that of a file. */
  const dispatchAs = async (): Promise<Reply> => {
    const mayBeFile = !target.workflow.includes('.') && !/^\d+$/.test(target.workflow)
    const body = { ref, inputs: inputsOf(target) }
    let reply: Reply | null = null
    for (const suffix of mayBeFile ? SUFFIXES : ['']) {
      const path = `${repo}/workflows/${encodeURIComponent(target.workflow + suffix)}/dispatches`
      reply = await ask({ method: 'POST', path, body: { ...body, return_run_details: true } })
      if ('answer' in reply && reply.answer.status === 422 && isAboutDetails(reply.answer.body))
        reply = await ask({ method: 'POST', path, body })
      if (!isStatus(reply, 404)) return reply
    }
    return reply as Reply
  }

  const found = async (sent: KnownRun): Promise<KnownRun | Finding> => {
    doing = 'looking for the run that was dispatched'
    const run = await lookUp(sent.sentAt)
    if (run === 'none') return failed('no_report', 'The workflow was dispatched, but GitHub shows no run of it.')
    return 'failure' in run ? run : { ...sent, runId: run.runId }
  }

  const lookUp = async (
    sentAt: number,
  ): Promise<{ readonly runId: number; readonly url: string | null } | 'none' | Finding> => {
    const since = encodeURIComponent(`>=${new Date(soughtSince(sentAt)).toISOString().slice(0, 19)}Z`)
    const path = `${repo}/runs?event=workflow_dispatch&per_page=20&created=${since}`
    for (let look = 1; ; look++) {
      const reply = await ask({ method: 'GET', path })
      if (!isStatus(reply, 200)) return refusedTo('list the runs of the workflow', reply)
      const shown = runsIn(reply, target).filter(({ id }) => !claimed.has(id))
      const taken = await memory.taken(
        assignment,
        shown.map(({ id }) => id),
      )
      const runs = shown.filter(({ id }) => !taken.includes(id))
      const run = runOfDispatch(runs, { executionId, ref, sentAt })
      if (run === 'several') return failed('no_report', SEVERAL, { retryable: false })
      if (run !== 'none') {
        claim(run.id)
        return { runId: run.id, url: run.url }
      }
      if (look === LOOK_UPS) return 'none'
      await pause(LOOK_UP_MS)
    }
  }

  const claim = (runId: number): void => {
    const [oldest] = claimed
    if (claimed.size >= MOST_CLAIMED && oldest !== undefined) claimed.delete(oldest)
    claimed.add(runId)
  }

  const pageOf = (runId: number | null): string | null => {
    const site = api.url === 'https://api.github.com' ? 'https://github.com' : api.url.replace(/\/api\/v3$/, '')
    return runId === null ? null : `${site}/${target.owner}/${target.repo}/actions/runs/${runId}`
  }

  /** To its end; a run whose end was an outcome before is made to run its failed jobs again. */
  const follow = async (known: KnownRun, url: string | null): Promise<void> => {
    const runId = known.runId as number
    claim(runId)
    followed = { known, attempt: known.judged }
    doing = 'waiting for the workflow to end'
    const link = url ?? pageOf(runId)
    await memory.tell(assignment, `The workflow runs: ${link}`)
    let etag: string | null = null
    let rerun = false
    let wait = FIRST_LOOK_MS
    // What is followed anew may have ended meanwhile.
    let first = assignment.attempt > 1
    for (;;) {
      if (!first) await pause(wait)
      first = false
      wait = Math.min(LONGEST_LOOK_MS, wait * LOOK_FACTOR)
      if ((await memory.recall(assignment)).isCancelled) {
        later(cancelRun(runId))
        return finish(failed('internal', 'Cancelled.', { retryable: false }))
      }
      if (over) return
      const reply = await ask({ method: 'GET', path: `${repo}/runs/${runId}`, etag })
      // Faults of GitHub and of the network pass; the deadline of the attempt ends the patience.
      if ('broken' in reply || reply.answer.status === 304 || reply.answer.status >= 500) continue
      const limited = limitMs(reply.answer, clock.now())
      if (limited !== null) {
        wait = limited
        continue
      }
      const run = reply.answer.status === 200 ? workflowRun(reply.answer.body) : null
      if (run === null) return finish(refusedTo('show the run of the workflow', reply))
      etag = reply.answer.header('etag')
      followed.attempt = run.attempt
      if (run.status !== 'completed') continue
      const page = run.url ?? link
      if (run.attempt > known.judged) {
        await memory.keep(assignment, { ...known, judged: run.attempt })
        return finish(concluded(run.conclusion, page))
      }
      if (rerun) continue
      const wrong = await runAgain(runId)
      if (wrong !== null) return finish(wrong)
      rerun = true
      etag = null
      wait = FIRST_LOOK_MS
    }
  }

  const runAgain = async (runId: number): Promise<Finding | null> => {
    doing = 'running the failed jobs again'
    let reply = await ask({ method: 'POST', path: `${repo}/runs/${runId}/rerun-failed-jobs` })
    // Of a run that was cancelled before a job failed there are none.
    if (isStatus(reply, 403, 422) && 'answer' in reply && limitMs(reply.answer, clock.now()) === null)
      reply = await ask({ method: 'POST', path: `${repo}/runs/${runId}/rerun` })
    doing = 'waiting for the workflow to end'
    return isStatus(reply, 201) ? null : refusedTo('run the failed jobs again', reply)
  }

  /** Not through `ask`: the attempt is over. */
  const cancelRun = async (runId: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      askGithub(api, { assignment, token }, { method: 'POST', path: `${repo}/runs/${runId}/cancel` }, () => resolve())
    })
  }

  /** A stop of the server leaves the run going, which is found again; a deadline and a cancelled execution do not. */
  const afterStop = async ({ known, attempt }: NonNullable<typeof followed>): Promise<void> => {
    const isLate = clock.monotonic() - began >= timeoutMs
    if (isLate) await memory.keep(assignment, { ...known, judged: Math.max(1, attempt) })
    if (isLate || (await memory.recall(assignment)).isCancelled) await cancelRun(known.runId as number)
  }

  begin().catch((error: unknown) => finish(faulted(error)))

  return {
    stop: () => {
      const isOver = over
      over = true
      stopWaiting()
      const heard = current?.stop()
      if (!isOver && followed !== null) later(afterStop(followed))
      const page = followed === null ? null : pageOf(followed.known.runId)
      return { statusCode: heard?.statusCode ?? null, output: page, doing }
    },
  }
}

const SEVERAL = 'GitHub shows several runs that may be of this dispatch, so that none is followed and none repeated.'

const concluded = (conclusion: string | null, page: string | null): Finding => {
  const where = page === null ? '' : `: ${page}`
  if (conclusion === 'success') return succeeded(200, `The workflow concluded with success${where}`)
  const word = (conclusion ?? 'nothing').replace(/[^a-z_]/g, '').slice(0, 40)
  const text = `The workflow concluded with ${word}${where}`
  return failed('reported', text, { output: text })
}

const isAboutDetails = (body: unknown): boolean => JSON.stringify(body ?? '').includes('return_run_details')

/** Those of the workflow, which GitHub names by its path in the repository. */
const runsIn = (reply: Reply, { workflow }: GithubTarget) => {
  const body = 'answer' in reply ? (reply.answer.body as { workflow_runs?: unknown } | null) : null
  const list: unknown[] = Array.isArray(body?.workflow_runs) ? body.workflow_runs : []
  return list.filter((run) => isOf(workflow, run)).flatMap((run) => workflowRun(run) ?? [])
}

const isOf = (workflow: string, run: unknown): boolean => {
  const { path, workflow_id } = (run ?? {}) as Record<string, unknown>
  const file =
    String(path ?? '')
      .replace(/@.*$/, '')
      .split('/')
      .at(-1) ?? ''
  return String(workflow_id) === workflow || SUFFIXES.some((suffix) => file === workflow + suffix)
}
