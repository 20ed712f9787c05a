/** C3, C4: a run is called again only after a recorded failure or a kill, and under a rising number; what is finished stays. */
import { AHEAD_MS, type Evidence, IN_TRANSIT_MS, killsWithin, RECORD_MS, type Violation } from './evidence.ts'
import type { ExecutionRow, Fault, Receipt } from './history.ts'

/** A call of a run that came again though no failure of the one before was recorded. */
export type Repeat = { readonly first: Receipt; readonly again: Receipt; readonly kill: Fault | null }

export const repeated = (evidence: Evidence): Violation[] => {
  const { jobById, executionById } = evidence
  return [
    ...repeatsOf(evidence).flatMap(({ first, kill }) => {
      const job = jobById.get(first.jobId)
      const says = (what: string): Violation[] => [
        { rule: 'C3', job: job?.name ?? first.jobId, what: `${first.executionId} ${what}` },
      ]
      if (job?.story.lives.flat().some(({ spec }) => spec.delivery === 'at_most_once'))
        return says('came again under at_most_once')
      if (kill === null) return says('came again without a kill between')
      const open = first.answeredAt === null || first.answeredAt >= kill.from - RECORD_MS
      return open ? [] : says(`came again though answered ${kill.from - (first.answeredAt ?? 0)} ms before the kill`)
    }),
    ...[...evidence.receiptsByExecution].flatMap(([id, receipts]) => {
      const run = executionById.get(id)
      return run === undefined ? [] : numberFaults(run, receipts, evidence)
    }),
    ...evidence.history.finished.flatMap((was): Violation[] => {
      const is = executionById.get(was.id)
      const same =
        is !== undefined && is.status === was.status && is.attempt === was.attempt && is.finishedAt === was.finishedAt
      return same
        ? []
        : [{ rule: 'C4', job: was.id, what: `finished as ${was.status}, is now ${is?.status ?? 'gone'}` }]
    }),
  ]
}

export const repeatsOf = (evidence: Evidence): readonly Repeat[] =>
  [...evidence.receiptsByExecution.values()].flatMap((receipts) =>
    receipts.slice(1).flatMap((again, index) => {
      const first = receipts[index] as Receipt
      if (isRetry(first, evidence)) return []
      // What a process sent just before its end may be read a moment after.
      const [kill] = killsWithin(first.at - IN_TRANSIT_MS, again.at, evidence.history.faults)
      return [{ first, again, kill: kill ?? null }]
    }),
  )

/** Whether the policy asks for another try after this one: a failure was recorded, and tries were left. */
const isRetry = (receipt: Receipt, { jobById, attemptsByExecution }: Evidence): boolean => {
  const tries = jobById.get(receipt.jobId)?.story.lives.flatMap((eras) => eras.map(({ spec }) => spec.tries)) ?? []
  const recorded = attemptsByExecution.get(receipt.executionId) ?? []
  const failed = recorded.some((one) => one.number === receipt.attempt && one.status === 'failed')
  return failed && Math.max(1, ...tries) > receipt.attempt
}

/** Numbers rise by one; a number that never arrived was taken by a claim that a kill cut off before it was sent. */
const numberFaults = (
  run: ExecutionRow,
  receipts: readonly Receipt[],
  { history, attemptsByExecution, jobById }: Evidence,
): Violation[] => {
  const says = (what: string): Violation => {
    const job = jobById.get(receipts[0]?.jobId ?? '')?.name ?? run.id
    return { rule: 'C4', job, what: `${run.id} ${what}` }
  }
  const found: Violation[] = []
  let number = 0
  let since = run.scheduledFor - AHEAD_MS
  for (const receipt of receipts) {
    const lost = receipt.attempt - number - 1
    if (lost < 0) found.push(says(`came as attempt ${receipt.attempt} after attempt ${number}`))
    else if (lost > killsWithin(since, receipt.at, history.faults).length)
      found.push(says(`came as attempt ${receipt.attempt} after attempt ${number}, and nothing was killed between`))
    number = receipt.attempt
    since = receipt.at
  }
  if (number > run.attempt) found.push(says(`came as attempt ${number}, its row knows ${run.attempt}`))
  const stored = attemptsByExecution.get(run.id)?.map((one) => one.number) ?? []
  if (Math.max(0, ...stored) > run.attempt) found.push(says('has a row of an attempt above its own number'))
  return found
}

/** Calls that a kill may bring back: under way, or answered so shortly before that the answer may not be on disk. */
export const inFlightAt = (kill: Fault, receipts: readonly Receipt[]): number =>
  receipts.filter(
    ({ at, answeredAt }) =>
      at <= kill.from + IN_TRANSIT_MS &&
      (answeredAt === null ? kill.from - at < LONGEST_CALL_MS : answeredAt >= kill.from - RECORD_MS),
  ).length

/** A call cut by an earlier kill never gets its answer and is not under way at a later one. */
const LONGEST_CALL_MS = 10_000
