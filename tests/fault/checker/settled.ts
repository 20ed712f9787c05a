/** C8: at the end nothing is left running, nothing waits longer than it may, and every active job has its next instant. */
import { type Evidence, type JobEvidence, LATE_MS, type Violation } from './evidence.ts'
import type { DueRow } from './history.ts'
import { isTarget } from './oracle.ts'

export const unsettled = ({ history, jobs }: Evidence): Violation[] => {
  const { kept, stoppedAt } = history
  const nameOf = new Map(kept.jobs.map((row) => [row.key, row.name]))
  const settledBy = stoppedAt - LATE_MS
  const left = kept.executions.flatMap((row): Violation[] => {
    const job = nameOf.get(row.jobKey) ?? String(row.jobKey)
    if (row.status === 'running') return [{ rule: 'C8', job, what: `${row.id} still says running` }]
    const waits = row.status === 'pending' && (row.notBefore ?? row.scheduledFor) <= settledBy
    return waits ? [{ rule: 'C8', job, what: `${row.id} waits since ${row.notBefore ?? row.scheduledFor}` }] : []
  })
  return [...left, ...jobs.flatMap((job) => unplanned(job, kept.due, settledBy))]
}

const unplanned = ({ name, row, story }: JobEvidence, due: readonly DueRow[], settledBy: number): Violation[] => {
  if (row === null || row.state !== 'active') return []
  const says = (what: string): Violation[] => [{ rule: 'C8', job: name, what }]
  // Rows of older schedule versions are dead and cleared when met.
  const [planned, ...more] = due.filter((one) => one.jobKey === row.key && one.scheduleVersion === row.scheduleVersion)
  if (planned === undefined) return says('is active and has no next instant')
  if (more.length > 0) return says('has more than one next instant')
  if (planned.nextRunAt <= settledBy) return says(`was due at ${planned.nextRunAt} and is still to be claimed`)
  const timings = story.lives.flatMap((eras) => eras.at(-1)?.spec.timing ?? [])
  return timings.some((timing) => isTarget(timing, planned.nextRunAt))
    ? []
    : says(`has ${planned.nextRunAt} as its next instant, which its schedule does not name`)
}
