/** Events, the audit log, versions, explanations and the ledger on their way to the wire. */
import type { AuditEntry, Link } from '../../domain/audit.ts'
import type { Event } from '../../domain/event.ts'
import type { ChainCheck, Explained, LedgerCheck, VersionView } from '../../services/services.ts'
import type * as audit from '../contract/audit.ts'
import type * as events from '../contract/events.ts'
import type * as wire from '../contract/history.ts'
import { executionToWire } from './executions.ts'
import { instant, instantOrNull } from './values.ts'

export const eventToWire = (event: Event): events.Event => ({
  id: String(event.number),
  type: event.type,
  at: instant(event.at),
  subject: event.subject,
  job_id: event.jobId,
  actor_id: event.actorId,
  data: event.data,
})

export const auditEntryToWire = ({ actor, deed, jobId, at, ...entry }: AuditEntry): audit.AuditEntry => ({
  number: entry.number,
  at: instant(at),
  actor: { kind: actor.kind, id: actor.id, address: actor.address, user_agent: actor.userAgent },
  action: deed,
  subject: entry.subject,
  job_id: jobId,
  before: entry.before,
  after: entry.after,
  fields: [...entry.fields],
  hash: entry.hash,
})

/** `17:9f86…`, as the contract has checked it. */
export const linkFrom = (text: string | undefined): Link | null => {
  if (text === undefined) return null
  const [number = '', hash = ''] = text.split(':')
  return { number: Number(number), hash }
}

export const chainCheckToWire = ({ entries, upTo, done, problem }: ChainCheck): audit.ChainCheck => ({
  entries,
  up_to: `${upTo.number}:${upTo.hash}`,
  done,
  problem: problem === null ? null : { number: problem.number, kind: problem.problem },
})

export const versionToWire = (version: VersionView): wire.JobVersion => ({
  version: version.version,
  state: version.state,
  name: version.name,
  from: instant(version.fromAt),
  until: instantOrNull(version.untilAt),
  change: version.change,
  changed_by: version.changedBy,
  fields: [...version.fields],
})

export const explainedToWire = (explained: Explained): wire.Explanation => ({
  job_id: explained.jobId,
  job_name: explained.jobName,
  at: instant(explained.at),
  verdict: explained.verdict,
  sentences: [...explained.sentences],
  execution: explained.execution && executionToWire(explained.execution),
})

export const ledgerCheckToWire = (
  check: LedgerCheck,
  range: { readonly from: number; readonly until: number },
): wire.LedgerCheck => ({
  from: instant(range.from),
  until: instant(range.until),
  jobs: check.jobs,
  expected: check.expected,
  waiting: check.waiting,
  missing: check.missing,
  gaps: check.gaps.map(({ jobId, jobName, first, last, count }) => ({
    job_id: jobId,
    job_name: jobName,
    first: instant(first),
    last: instant(last),
    count,
  })),
  oddities: check.oddities.map(({ jobId, jobName, row, problem }) => ({
    job_id: jobId,
    job_name: jobName,
    execution_id: row.id,
    scheduled_for: instant(row.scheduledFor),
    problem,
  })),
  never_firing: check.neverFiring.map(({ jobId, jobName }) => ({ job_id: jobId, job_name: jobName })),
  next_cursor: check.nextCursor,
})
