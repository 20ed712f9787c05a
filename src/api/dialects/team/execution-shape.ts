/** An execution on the wire of the team dialect, and the words of its filters. Pure. */
import type { Status, Trigger } from '../../../domain/execution.ts'
import type { RanView } from '../../../services/services.ts'
import { zonedInstant } from './times.ts'

type TeamStatus = 'success' | 'failed' | 'running'

/** Three words for six: what waits is under way to its clients, and what was cancelled or is uncertain did not succeed. */
const STATUSES: Readonly<Record<TeamStatus, readonly Status[]>> = {
  success: ['success'],
  failed: ['failed', 'cancelled', 'uncertain'],
  running: ['pending', 'running'],
}
const TRIGGERS: Readonly<Record<string, readonly Trigger[]>> = {
  scheduled: ['schedule', 'catch_up'],
  manual: ['manual'],
}
const KINDS: Readonly<Record<string, readonly string[]>> = {
  webhook: ['http', 'function'],
  github_actions: ['github'],
}

/** A word that is none of them fits nothing; no word, or none between the commas, fits all. */
const among = <Value>(
  words: Readonly<Record<string, readonly Value[]>>,
  given: string | undefined,
): readonly Value[] | undefined => {
  const named = (given ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim().toLowerCase()]))
  return named.length === 0
    ? undefined
    : named.flatMap((word) => (Object.hasOwn(words, word) ? (words[word] ?? []) : []))
}

export const filtersOf = (query: Readonly<Record<string, string | undefined>>) => ({
  statuses: among(STATUSES, query.status),
  triggers: among(TRIGGERS, query.trigger_type),
  targetKinds: among(KINDS, query.execution_type),
})

/** Of counts by our own statuses, how many have the word of the dialect. */
export const countOf = (counts: Readonly<Partial<Record<Status, number>>>, word: TeamStatus): number =>
  STATUSES[word].reduce((sum, status) => sum + (counts[status] ?? 0), 0)

export const executionToTeam = (execution: RanView) => {
  const { called, durationMs, finishedAt, trigger } = execution
  return {
    id: execution.id,
    job_id: execution.jobId,
    status: statusOf(execution.status),
    trigger_type: trigger === 'manual' ? 'manual' : 'scheduled',
    // What has not started waits from the instant it is for.
    started_at: zonedInstant(execution.startedAt ?? execution.scheduledFor),
    completed_at: finishedAt === null ? null : zonedInstant(finishedAt),
    duration_seconds: durationMs === null ? null : durationMs / 1000,
    execution_type: called.kind === 'github' ? 'github_actions' : 'webhook',
    target: called.name,
    response_status: execution.statusCode,
    error_message: errorOf(execution),
    output: execution.output,
  }
}

export const withJobName = (execution: RanView) => ({ ...executionToTeam(execution), job_name: execution.jobName })

export const withRepo = (execution: RanView) => ({
  ...withJobName(execution),
  github_repo: execution.called.repo,
})

const statusOf = (status: Status): TeamStatus => {
  if (status === 'success') return 'success'
  return status === 'pending' || status === 'running' ? 'running' : 'failed'
}

const errorOf = ({ status, called, statusCode, error, reasonText }: RanView): string | null => {
  if (statusOf(status) !== 'failed') return null
  const isRefused = statusCode !== null && (statusCode < 200 || statusCode > 299)
  if (status === 'failed' && called.kind === 'http' && isRefused) return `Webhook returned status ${statusCode}`
  return error ?? reasonText
}
