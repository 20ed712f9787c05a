/** An execution on the wire of the team dialect, and the words of its filters. Pure. */
import type { Status, Trigger } from '../../../domain/execution.ts'
import type { RanView } from '../../../services/services.ts'
import type { Surface } from './surface.ts'
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

export const executionToTeam = (surface: Surface) => (execution: RanView) => {
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
    error_message: errorOf(surface, execution),
    output: execution.output,
  }
}

export const withJobName = (surface: Surface) => (execution: RanView) => ({
  ...executionToTeam(surface)(execution),
  job_name: execution.jobName,
})

export const withRepo = (surface: Surface) => (execution: RanView) => ({
  ...withJobName(surface)(execution),
  github_repo: execution.called.repo,
})

const statusOf = (status: Status): TeamStatus => {
  if (status === 'success') return 'success'
  return status === 'pending' || status === 'running' ? 'running' : 'failed'
}

const errorOf = ({ generation }: Surface, execution: RanView): string | null => {
  const { status, called, statusCode, error, reasonText } = execution
  if (statusOf(status) !== 'failed') return null
  const said = error ?? reasonText
  if (status !== 'failed' || called.kind !== 'http') return said
  if (statusCode === null) {
    const isAsked = generation === 2 && execution.trigger === 'manual'
    return said === null ? null : `${isAsked ? 'Request failed' : 'Webhook call failed'}: ${said}`
  }
  return statusCode < 200 || statusCode > 299 ? `Webhook returned status ${statusCode}` : said
}
