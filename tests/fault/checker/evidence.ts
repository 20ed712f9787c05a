/** The history of a run, laid out by job and by execution, so that each rule reads what it judges. */
import type { AttemptRow, Call, ExecutionRow, Fault, History, JobRow, Receipt, Seen } from './history.ts'
import { isTarget } from './oracle.ts'
import { type Era, type Story, storyOf } from './register.ts'

/** How late an occurrence may start when nothing is wrong. */
export const LATE_MS = 2000
/** An answered call is on disk at most this long after; a kill later than that cannot bring it back. */
export const RECORD_MS = 250
/** Occurrences are claimed a little ahead of their time: a kill so soon before it strikes them too. */
export const AHEAD_MS = 100
/** A request may be read this long after it was sent, also when its sender is gone by then. */
export const IN_TRANSIT_MS = 250

export type Rule = 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8'
export type Violation = { readonly rule: Rule; readonly job: string; readonly what: string }

export type JobEvidence = {
  readonly name: string
  /** Null: the database knows no such job. */
  readonly row: JobRow | null
  readonly story: Story
  readonly calls: readonly Call[]
  /** Of its schedule, in order of arrival. */
  readonly receipts: readonly Receipt[]
  /** Of its schedule. */
  readonly executions: readonly ExecutionRow[]
}

export type Evidence = {
  readonly history: History
  readonly jobs: readonly JobEvidence[]
  readonly jobById: ReadonlyMap<string, JobEvidence>
  readonly executionById: ReadonlyMap<string, ExecutionRow>
  readonly receiptsByExecution: ReadonlyMap<string, readonly Receipt[]>
  readonly attemptsByExecution: ReadonlyMap<string, readonly AttemptRow[]>
}

export const layOut = (history: History): Evidence => {
  const { kept } = history
  const callsByJob = groupBy(history.calls, (call) => call.job)
  const rowByName = new Map(kept.jobs.map((row) => [row.name, row]))
  const receipts = history.receipts.toSorted((a, b) => a.at - b.at)
  const receiptsByJob = groupBy(receipts, (receipt) => receipt.jobId)
  const executionsByJob = groupBy(kept.executions, (row) => row.jobKey)
  const jobs = [...callsByJob].map(([name, calls]): JobEvidence => {
    const row = rowByName.get(name) ?? null
    return {
      name,
      row,
      calls,
      story: storyOf(calls, seenIn(row)),
      receipts: (receiptsByJob.get(row?.id ?? '') ?? []).filter((receipt) => receipt.trigger !== 'manual'),
      executions: (executionsByJob.get(row?.key ?? -1) ?? []).filter((one) => one.trigger !== 'manual'),
    }
  })
  return {
    history,
    jobs,
    jobById: new Map(jobs.flatMap((job) => (job.row === null ? [] : [[job.row.id, job]]))),
    executionById: new Map(kept.executions.map((row) => [row.id, row])),
    receiptsByExecution: groupBy(receipts, (receipt) => receipt.executionId),
    attemptsByExecution: groupBy(kept.attempts, (attempt) => attempt.executionId),
  }
}

const seenIn = (row: JobRow | null): Seen =>
  row === null || row.state === 'deleted' ? null : { revision: row.revision, state: row.state }

/** The latest moment at which an occurrence may start: faults that overlap its time stretch it. */
export const deadlineOf = (at: number, faults: readonly Fault[]): number => {
  let deadline = at + LATE_MS
  for (const fault of inOrder(faults)) {
    const over = fault.until + fault.allowanceMs
    if (fault.from <= deadline && over >= at) deadline = Math.max(deadline, over)
  }
  return deadline
}

/** Whether a fault was on when the instant came, or so soon after that it had not yet started. */
export const isDisturbed = (at: number, faults: readonly Fault[]): boolean =>
  faults.some((fault) => at >= fault.from - LATE_MS && at <= fault.until + fault.allowanceMs)

export const killsWithin = (from: number, until: number, faults: readonly Fault[]): readonly Fault[] =>
  inOrder(faults).filter((fault) => fault.kind === 'kill' && fault.from >= from && fault.from <= until)

/** Whether the era may have held the instant, given how far its edges are known. */
export const mayHold = (era: Era, at: number): boolean =>
  at > era.from.earliest && at <= era.until.latest && isTarget(era.spec.timing, at)

const inOrder = (faults: readonly Fault[]): readonly Fault[] => faults.toSorted((a, b) => a.from - b.from)

export const groupBy = <K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
