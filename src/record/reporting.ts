/** Ends attempts that targets took over: by their report, or because none came in time. The rules are those of any outcome. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Wanted } from '../domain/event.ts'
import { withDefaults } from '../domain/policies.ts'
import type { ReportedEnd } from '../domain/report.ts'
import { reportWithinMs } from '../domain/target.ts'
import type { ReportableAttempt, ReportNote, ReportStore } from '../store/store.ts'
import { heard, outcomeWrite, type Recorded } from './outcome-write.ts'

const PAGE = 500
/** A wall clock that jumps shortens or prolongs the wait by no more than this. */
const LONGEST_WAIT_MS = 30_000
const RETRY_MS = 1000

export type ReportingParts = {
  readonly reports: ReportStore
  readonly clock: Clock
  readonly random: () => number
  /** Only a node that schedules looks for what is overdue; reports may reach any process. */
  readonly active: () => boolean
  /** Who listens, as it is now: a report may reach a process that otherwise does not ask. */
  readonly wanted: () => Promise<Wanted>
  readonly onRecorded: (recorded: readonly Recorded[]) => void
  readonly onReleased: () => void
  readonly onPaused: (jobKeys: readonly number[]) => void
  readonly onFault: (error: unknown) => void
}

export type Reporting = {
  /** False when this attempt runs no more: it was ended by somebody else, and nothing was written. */
  readonly report: (attempt: ReportableAttempt, told: ReportedEnd, note: ReportNote) => Promise<boolean>
  /** A report may come until then: look again when it has not. */
  readonly awaited: (until: number) => void
  readonly start: () => void
  /** Ends whatever is overdue. */
  readonly sweep: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const createReporting = (parts: ReportingParts): Reporting => {
  const { reports, clock } = parts
  let nextAt: number | null = null
  let timer: Cancel | null = null
  let sweeping: Promise<void> | null = null
  let running = false

  const end = async (
    attempt: ReportableAttempt,
    outcome: Outcome,
    how: { readonly evenLeased: boolean; readonly note: ReportNote | null },
  ): Promise<boolean> => {
    const now = clock.now()
    const assignment = assignmentOf(attempt)
    const write = heard(outcomeWrite(assignment, outcome, now, parts.random), await parts.wanted())
    const { recorded, released, pausedJobKeys } = await reports.end(write, { now, ...how })
    if (!recorded) return false
    parts.onRecorded([{ assignment, outcome, to: write.to, notBefore: write.notBefore }])
    if (released) parts.onReleased()
    if (pausedJobKeys.length > 0) parts.onPaused(pausedJobKeys)
    return true
  }

  const awaited = (until: number): void => {
    if (nextAt !== null && nextAt <= until) return
    nextAt = until
    if (sweeping === null) arm()
  }

  const sweepAll = async (): Promise<void> => {
    for (;;) {
      // What is awaited from now on may be too new for the answer, and counts beside it.
      nextAt = null
      const { attempts, nextAt: following } = await reports.overdue(clock.now(), PAGE)
      if (following !== null) awaited(following)
      const ended = await Promise.all(
        attempts.map((attempt) => end(attempt, unreported(attempt, clock.now()), { evenLeased: false, note: null })),
      )
      // A page of which nothing could be ended was ended by somebody else.
      if (attempts.length < PAGE || !ended.includes(true)) return
    }
  }

  const sweep = (): Promise<void> => {
    sweeping ??= (parts.active() ? sweepAll() : Promise.resolve())
      .catch((error: unknown) => {
        // The database is away.
        nextAt = clock.now() + RETRY_MS
        parts.onFault(error)
      })
      .finally(() => {
        sweeping = null
        arm()
      })
    return sweeping
  }

  const arm = (): void => {
    timer?.()
    timer = null
    if (!running || nextAt === null) return
    timer = clock.after(Math.min(Math.max(0, nextAt - clock.now()), LONGEST_WAIT_MS), () => void sweep())
  }

  return {
    report: (attempt, told, note) => end(attempt, reported(attempt, told, clock.now()), { evenLeased: true, note }),
    awaited,
    start: () => {
      running = true
      void sweep()
    },
    sweep,
    stop: async () => {
      running = false
      timer?.()
      timer = null
      await sweeping
    },
  }
}

const assignmentOf = ({
  status: _,
  startedAt: _s,
  statusCode: _c,
  output: _o,
  lastFinal: _f,
  ...rest
}: ReportableAttempt): Assignment => ({
  ...rest,
  timeoutMs: withDefaults(rest.policies).timeoutMs,
})

const outcomeOf = (
  attempt: ReportableAttempt,
  now: number,
  what: Pick<Outcome, 'kind' | 'error' | 'failure'>,
): Outcome => {
  const startedAt = attempt.startedAt ?? now
  return {
    ...what,
    startedAt,
    finishedAt: Math.max(startedAt, now),
    durationMs: Math.max(0, now - startedAt),
    statusCode: attempt.statusCode,
    output: attempt.output,
    retryable: true,
    retryAfterMs: null,
  }
}

const reported = (attempt: ReportableAttempt, { kind, error, ...said }: ReportedEnd, now: number): Outcome => {
  const known = outcomeOf(attempt, now, { kind, error, failure: kind === 'failure' ? 'reported' : null })
  return { ...known, statusCode: said.statusCode ?? known.statusCode, output: said.output ?? known.output }
}

const unreported = (attempt: ReportableAttempt, now: number): Outcome => {
  // Null when the job was changed meanwhile: the deadline was that of the 202.
  const withinMs = reportWithinMs(attempt.target)
  const within = withinMs === null ? '' : ` of ${withinMs / 1000} s`
  const error = `No report within the deadline${within} after the target had taken the attempt over.`
  return outcomeOf(attempt, now, { kind: 'failure', error, failure: 'no_report' })
}
