/** C1: each instant at which a job was surely active has a run that started in time, or a row that says why not. */
import {
  AHEAD_MS,
  deadlineOf,
  type Evidence,
  isDisturbed,
  type JobEvidence,
  killsWithin,
  LATE_MS,
  type Violation,
} from './evidence.ts'
import type { ExecutionRow, Fault, Receipt } from './history.ts'
import { targetsOf } from './oracle.ts'

/** A lease ends with the batch that follows the answer, and the next occurrence is claimed ahead of its time. */
const OVERLAP_SLACK_MS = 400

export const missing = ({ history, jobs, receiptsByExecution }: Evidence): Violation[] => {
  // What falls due just before the end need not have started.
  const horizon = history.stoppedAt - LATE_MS
  return jobs.flatMap((job) => {
    const rows = rowsByInstant(job)
    return requiredOf(job, horizon).flatMap((at) => {
      const row = rows.get(at)
      const fault = row === undefined ? 'has no row' : faultOf({ row, at, job, history, receiptsByExecution })
      return fault === null ? [] : [{ rule: 'C1' as const, job: job.name, what: `${iso(at)} ${fault}` }]
    })
  })
}

/** Instants inside an era by the narrowest reading of its edges, in every possible life. */
export const requiredOf = (job: JobEvidence, horizon: number): readonly number[] => {
  const perLife = job.story.lives.map(
    (eras) =>
      new Set(
        eras.flatMap(({ spec, from, until }) =>
          targetsOf(spec.timing, from.latest, Math.min(until.earliest - 1, horizon)),
        ),
      ),
  )
  const [first, ...others] = perLife
  return first === undefined ? [] : [...first].filter((at) => others.every((life) => life.has(at)))
}

/** A row may stand for a range: then it names how many instants it covers, and they must be that many. */
const rowsByInstant = (job: JobEvidence): Map<number, ExecutionRow> => {
  const rows = new Map<number, ExecutionRow>()
  for (const row of job.executions) {
    if (row.lastFor === null) {
      rows.set(row.scheduledFor, row)
      continue
    }
    for (const eras of job.story.lives)
      for (const { spec } of eras) {
        const covered = targetsOf(spec.timing, row.scheduledFor - 1, row.lastFor)
        if (covered.length === row.occurrences) for (const at of covered) if (!rows.has(at)) rows.set(at, row)
      }
  }
  return rows
}

type Case = {
  readonly row: ExecutionRow
  readonly at: number
  readonly job: JobEvidence
  readonly history: Evidence['history']
  readonly receiptsByExecution: Evidence['receiptsByExecution']
}

const faultOf = ({ row, at, job, history, receiptsByExecution }: Case): string | null => {
  const { faults } = history
  switch (row.status) {
    case 'missed':
      return isDisturbed(at, faults) || wasLeft(row, at, job, faults) ? null : 'is missed without a fault'
    case 'skipped':
      return overlaps(job.executions, row, faults) ? null : 'is skipped though nothing else of the job ran'
    case 'cancelled':
      return job.calls.some((call) => call.kind === 'delete' && call.result !== 'fail')
        ? null
        : 'is cancelled though nobody asked'
    case 'uncertain':
      return killsWithin(at - AHEAD_MS, row.finishedAt ?? Number.POSITIVE_INFINITY, faults).length > 0
        ? null
        : 'is uncertain without a kill'
    default:
      return lateness(receiptsByExecution.get(row.id) ?? [], at, faults)
  }
}

/** The job was paused, edited or deleted while its instant, though come, was not yet taken and not yet too late. */
const wasLeft = (row: ExecutionRow, at: number, job: JobEvidence, faults: readonly Fault[]): boolean => {
  const kind = ({ paused: 'pause', edited: 'update', job_deleted: 'delete' } as const)[row.reason as 'paused']
  const deadline = deadlineOf(at, faults)
  return job.calls.some(
    (call) => call.kind === kind && call.result !== 'fail' && at <= call.endedAt && call.invokedAt <= deadline,
  )
}

const overlaps = (rows: readonly ExecutionRow[], skipped: ExecutionRow, faults: readonly Fault[]): boolean =>
  rows.some((other) => {
    if (other.id === skipped.id || other.status === 'skipped' || other.status === 'missed') return false
    const ended = other.finishedAt ?? Number.POSITIVE_INFINITY
    return other.scheduledFor < skipped.scheduledFor && ended + OVERLAP_SLACK_MS >= skipped.scheduledFor
  }) || isDisturbed(skipped.scheduledFor, faults)

const lateness = (receipts: readonly Receipt[], at: number, faults: readonly Fault[]): string | null => {
  const [first] = receipts
  if (first === undefined) return 'was never sent'
  const over = first.at - deadlineOf(at, faults)
  return over <= 0 ? null : `started ${Math.round(over)} ms after the latest moment allowed`
}

const iso = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString() : String(at))
