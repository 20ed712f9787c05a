/** Judges what a fault run left behind: receipts, calls and the final database against a schedule oracle of its own. Pure. */
import { missing, requiredOf } from './complete.ts'
import { type Evidence, groupBy, isDisturbed, LATE_MS, layOut, type Violation } from './evidence.ts'
import type { History } from './history.ts'
import { invented } from './invented.ts'
import { inFlightAt, repeated, repeatsOf } from './repeats.ts'
import { unsettled } from './settled.ts'

export type { Rule, Violation } from './evidence.ts'

export type Report = {
  readonly violations: readonly Violation[]
  readonly counts: Counts
}

export type Counts = {
  readonly kills: number
  /** Calls that the receiver saw. */
  readonly fires: number
  /** Instants that had to be accounted for. */
  readonly targets: number
  readonly missing: number
  readonly repeats: number
  /** Calls that the kills could have brought back. */
  readonly inFlight: number
  /** Of the calls that came again, the longest time from the answer to the kill: how late an answer may still be lost. */
  readonly lostAnswerMs: number
  readonly uncertain: number
  readonly missed: number
  readonly skipped: number
  /** API writes that were acknowledged. */
  readonly writes: number
  readonly lostWrites: number
  readonly unknownWrites: number
  /** Milliseconds from due to arrival, away from faults. */
  readonly lateP99: number
  readonly lateMost: number
}

export const check = (history: History): Report => {
  const evidence = layOut(history)
  const violations = [
    ...missing(evidence),
    ...invented(evidence),
    ...repeated(evidence),
    ...lost(evidence),
    ...unsettled(evidence),
  ]
  return { violations, counts: countsOf(evidence, violations) }
}

/** C5: what was acknowledged is what is read, then and at the end. */
const lost = ({ jobs, history }: Evidence): Violation[] => {
  const doubled = [...groupBy(history.kept.jobs, (row) => row.name)].filter(([, rows]) => rows.length > 1)
  return [
    ...jobs.flatMap(({ name, story }): Violation[] =>
      story.contradiction === null ? [] : [{ rule: 'C5', job: name, what: story.contradiction }],
    ),
    ...doubled.map(([job, rows]): Violation => ({ rule: 'C5', job, what: `one create made ${rows.length} jobs` })),
  ]
}

const countsOf = (evidence: Evidence, violations: readonly Violation[]): Counts => {
  const { history, jobs } = evidence
  const kills = history.faults.filter((fault) => fault.kind === 'kill')
  const writes = history.calls.filter((call) => call.kind !== 'read')
  const rows = history.kept.executions
  const repeats = repeatsOf(evidence)
  const late = history.receipts
    .filter((one) => one.trigger === 'schedule' && one.attempt === 1 && !isDisturbed(one.scheduledFor, history.faults))
    .map((one) => one.at - one.scheduledFor)
    .sort((a, b) => a - b)
  return {
    kills: kills.length,
    fires: history.receipts.length,
    targets: jobs.reduce((sum, job) => sum + requiredOf(job, history.stoppedAt - LATE_MS).length, 0),
    missing: violations.filter((one) => one.rule === 'C1').length,
    repeats: repeats.length,
    inFlight: kills.reduce((sum, kill) => sum + inFlightAt(kill, history.receipts), 0),
    lostAnswerMs: Math.max(0, ...repeats.map(({ first, kill }) => (kill?.from ?? 0) - (first.answeredAt ?? Infinity))),
    uncertain: rows.filter((row) => row.status === 'uncertain').length,
    missed: rows.reduce((sum, row) => sum + (row.status === 'missed' ? row.occurrences : 0), 0),
    skipped: rows.filter((row) => row.status === 'skipped').length,
    writes: writes.filter((call) => call.result === 'ok').length,
    lostWrites: violations.filter((one) => one.rule === 'C5').length,
    unknownWrites: writes.filter((call) => call.result === 'unknown').length,
    lateP99: late[Math.floor(late.length * 0.99)] ?? 0,
    lateMost: late.at(-1) ?? 0,
  }
}
