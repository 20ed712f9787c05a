/**
 * A batch as it crosses to the writer's thread: columns. Measured on 500 rows: numbers in one typed array and texts in plain
 * arrays take 32 µs, an array of 500 objects 292 µs.
 */
import type { Batch, Claim, NewExecution, OutcomeWrite } from '../ledger.ts'
import { REASON_CODE, STATUS_CODE, TRIGGER_CODE } from '../sql/codes.ts'

/** Numbers row by row, `width` of them each; NaN stands for null. */
export type BatchColumns = {
  readonly nodeKey: number
  readonly now: number
  readonly leaseNow: number
  readonly outcomes: {
    readonly count: number
    readonly numbers: Float64Array
    readonly ids: readonly string[]
    readonly errors: readonly (string | null)[]
    readonly outputs: readonly (string | null)[]
  }
  readonly claims: { readonly count: number; readonly numbers: Float64Array }
  /** Of all claims, in their order. */
  readonly executions: { readonly numbers: Float64Array; readonly ids: readonly string[] }
}

export const OUTCOME = {
  workspaceKey: 0,
  jobKey: 1,
  attempt: 2,
  to: 3,
  notBefore: 4,
  handedBack: 5,
  reason: 6,
  startedAt: 7,
  finishedAt: 8,
  statusCode: 9,
  keepAttempt: 10,
  pauseAfterFailures: 11,
  /** One of CRASH. */
  crash: 12,
  width: 13,
} as const

export const CRASH = { none: 0, counts: 1, clears: 2 } as const

export const CLAIM = {
  jobKey: 0,
  workspaceKey: 1,
  scheduleVersion: 2,
  dueAt: 3,
  nextAt: 4,
  countRuns: 5,
  exclusive: 6,
  onlyIfIdle: 7,
  cancelOthers: 8,
  raiseVersion: 9,
  executions: 10,
  width: 11,
} as const

export const EXECUTION = {
  scheduledFor: 0,
  trigger: 1,
  /** One of BIRTH. */
  birth: 2,
  reason: 3,
  lastFor: 4,
  occurrences: 5,
  width: 6,
} as const

export const BIRTH = {
  leased: STATUS_CODE.running,
  pending: STATUS_CODE.pending,
  skipped: STATUS_CODE.skipped,
  missed: STATUS_CODE.missed,
} as const satisfies Record<NewExecution['status'], number>

export const toColumns = (batch: Batch): BatchColumns => {
  const executions = batch.claims.flatMap((claim) => claim.executions)
  return {
    nodeKey: batch.nodeKey,
    now: batch.now,
    leaseNow: batch.leaseNow,
    outcomes: {
      count: batch.outcomes.length,
      numbers: rows(batch.outcomes, OUTCOME.width, writeOutcome),
      ids: batch.outcomes.map((outcome) => outcome.executionId),
      errors: batch.outcomes.map((outcome) => outcome.error),
      outputs: batch.outcomes.map((outcome) => outcome.output),
    },
    claims: { count: batch.claims.length, numbers: rows(batch.claims, CLAIM.width, writeClaim) },
    executions: {
      numbers: rows(executions, EXECUTION.width, writeExecution),
      ids: executions.map((execution) => execution.id),
    },
  }
}

const rows = <Row>(
  list: readonly Row[],
  width: number,
  write: (row: Row, to: Float64Array, at: number) => void,
): Float64Array => {
  const numbers = new Float64Array(list.length * width)
  let at = 0
  for (const row of list) {
    write(row, numbers, at)
    at += width
  }
  return numbers
}

const writeOutcome = (outcome: OutcomeWrite, to: Float64Array, at: number): void => {
  to[at + OUTCOME.workspaceKey] = outcome.workspaceKey
  to[at + OUTCOME.jobKey] = outcome.jobKey
  to[at + OUTCOME.attempt] = outcome.attempt
  to[at + OUTCOME.to] = STATUS_CODE[outcome.to]
  to[at + OUTCOME.notBefore] = outcome.notBefore ?? Number.NaN
  to[at + OUTCOME.handedBack] = outcome.handedBack ? 1 : 0
  to[at + OUTCOME.reason] = outcome.reason === null ? Number.NaN : REASON_CODE[outcome.reason]
  to[at + OUTCOME.startedAt] = outcome.startedAt ?? Number.NaN
  to[at + OUTCOME.finishedAt] = outcome.finishedAt ?? Number.NaN
  to[at + OUTCOME.statusCode] = outcome.statusCode ?? Number.NaN
  to[at + OUTCOME.keepAttempt] = outcome.keepAttempt ? 1 : 0
  to[at + OUTCOME.pauseAfterFailures] = outcome.pauseAfterFailures ?? Number.NaN
  to[at + OUTCOME.crash] = CRASH[outcome.crash ?? 'none']
}

const writeClaim = (claim: Claim, to: Float64Array, at: number): void => {
  to[at + CLAIM.jobKey] = claim.jobKey
  to[at + CLAIM.workspaceKey] = claim.workspaceKey
  to[at + CLAIM.scheduleVersion] = claim.scheduleVersion
  to[at + CLAIM.dueAt] = claim.dueAt
  to[at + CLAIM.nextAt] = claim.nextAt ?? Number.NaN
  to[at + CLAIM.countRuns] = claim.countRuns
  to[at + CLAIM.exclusive] = claim.exclusive ? 1 : 0
  to[at + CLAIM.onlyIfIdle] = claim.onlyIf === 'idle' ? 1 : 0
  to[at + CLAIM.cancelOthers] = claim.cancelOthers ? 1 : 0
  to[at + CLAIM.raiseVersion] = claim.raiseVersion ? 1 : 0
  to[at + CLAIM.executions] = claim.executions.length
}

const writeExecution = (execution: NewExecution, to: Float64Array, at: number): void => {
  to[at + EXECUTION.scheduledFor] = execution.scheduledFor
  to[at + EXECUTION.trigger] = TRIGGER_CODE[execution.trigger]
  to[at + EXECUTION.birth] = BIRTH[execution.status]
  to[at + EXECUTION.reason] = execution.reason === null ? Number.NaN : REASON_CODE[execution.reason]
  to[at + EXECUTION.lastFor] = execution.lastFor ?? Number.NaN
  to[at + EXECUTION.occurrences] = execution.occurrences
}
