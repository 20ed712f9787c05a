/** C2, C6, C7: nothing fires that was not due, not before its time, not after a stop, not under a revision that is no longer or not yet. */
import { type Evidence, groupBy, type JobEvidence, mayHold, type Violation } from './evidence.ts'
import type { Receipt } from './history.ts'
import { isTarget } from './oracle.ts'

export const invented = (evidence: Evidence): Violation[] => [
  ...evidence.history.receipts.flatMap((receipt) => receiptFaults(receipt, evidence)),
  ...evidence.jobs.flatMap((job) => rowFaults(job, evidence)),
]

const receiptFaults = (receipt: Receipt, { jobById, executionById }: Evidence): Violation[] => {
  const job = jobById.get(receipt.jobId)
  const run = executionById.get(receipt.executionId)
  const says = (rule: Violation['rule'], what: string): Violation[] => [
    { rule, job: job?.name ?? receipt.jobId, what: `call of ${receipt.executionId} for ${iso(receipt)} ${what}` },
  ]
  if (job === undefined) return says('C2', 'names a job that the database does not know')
  const faults: Violation[] = []
  if (run === undefined) faults.push(...says('C2', 'names a run that the database does not know'))
  else if (run.jobKey !== job.row?.key || run.scheduledFor !== receipt.scheduledFor)
    faults.push(...says('C2', 'does not agree with its row'))
  if (receipt.at < receipt.scheduledFor) faults.push(...says('C2', `is ${receipt.scheduledFor - receipt.at} ms early`))
  if (receipt.trigger === 'manual') return faults
  const undue = whyUndue(job, receipt.scheduledFor)
  return undue === null ? faults : [...faults, ...says(undue.rule, undue.what)]
}

const whyUndue = (job: JobEvidence, at: number): Pick<Violation, 'rule' | 'what'> | null => {
  const eras = job.story.lives.flat()
  if (eras.some((era) => mayHold(era, at))) return null
  for (const era of eras.filter(({ spec }) => isTarget(spec.timing, at))) {
    if (at > era.until.latest && era.endedBy === 'update')
      return { rule: 'C7', what: 'is due under a revision replaced before' }
    if (at > era.until.latest) return { rule: 'C6', what: `comes after the job's acknowledged ${era.endedBy}` }
    if (eras.some((other) => other.endedBy === 'update' && other.until.earliest === era.from.earliest))
      return { rule: 'C7', what: 'is due under a revision made later' }
  }
  return { rule: 'C2', what: 'is no instant of the schedule' }
}

const rowFaults = (job: JobEvidence, { receiptsByExecution }: Evidence): Violation[] => {
  const says = (what: string): Violation => ({ rule: 'C2', job: job.name, what })
  const eras = job.story.lives.flat()
  const undue = job.executions.filter(
    (row) => row.reason !== 'paused' && !eras.some((era) => mayHold(era, row.scheduledFor)),
  )
  const unsent = job.executions.filter((row) => row.status === 'success' && !receiptsByExecution.has(row.id))
  const doubled = [...groupBy(job.executions, (row) => row.scheduledFor)].filter(([, rows]) => rows.length > 1)
  return [
    ...undue.map((row) => says(`row ${row.id} is for ${row.scheduledFor}, which was not due`)),
    ...unsent.map((row) => says(`row ${row.id} says success, and no call came`)),
    ...doubled.map(([at, rows]) => says(`the instant ${at} has ${rows.length} rows: ${rows.map((row) => row.id)}`)),
  ]
}

const iso = ({ scheduledFor }: Receipt): string =>
  Number.isFinite(scheduledFor) ? new Date(scheduledFor).toISOString() : String(scheduledFor)
