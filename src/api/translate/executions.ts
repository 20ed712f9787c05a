/** Executions, attempts and statistics on their way to the wire. */
import type { Executions, ExecutionView, StatisticsService } from '../../services/services.ts'
import type * as wire from '../contract/executions.ts'
import type { Statistics } from '../contract/statistics.ts'
import { instant, instantOrNull, toSecondsOrNull } from './values.ts'

export const executionToWire = (execution: ExecutionView): wire.Execution => ({
  id: execution.id,
  job_id: execution.jobId,
  job_name: execution.jobName,
  trigger: execution.trigger,
  status: execution.status,
  reason: execution.reason,
  reason_text: execution.reasonText,
  scheduled_for: instant(execution.scheduledFor),
  last_for: instantOrNull(execution.lastFor),
  occurrences: execution.occurrences,
  attempt: execution.attempt,
  not_before: instantOrNull(execution.notBefore),
  waiting_for: execution.waitingFor,
  started_at: instantOrNull(execution.startedAt),
  finished_at: instantOrNull(execution.finishedAt),
  duration_seconds: toSecondsOrNull(execution.durationMs),
  lateness_seconds: toSecondsOrNull(execution.latenessMs),
  status_code: execution.statusCode,
  error: execution.error,
  report_due_at: instantOrNull(execution.reportDueAt),
  progress: execution.progress && {
    percent: execution.progress.percent,
    message: execution.progress.message,
    reported_at: instant(execution.progress.reportedAt),
  },
  requested_by: execution.requestedBy,
})

type Detailed = Awaited<ReturnType<Executions['get']>>

export const executionDetailToWire = (execution: Detailed): wire.ExecutionDetail => ({
  ...executionToWire(execution),
  output: execution.output,
  log: [...(execution.log?.lines ?? [])],
  log_dropped: execution.log?.dropped ?? 0,
  attempts: execution.attempts.map((attempt) => ({
    number: attempt.number,
    status: attempt.status,
    started_at: instantOrNull(attempt.startedAt),
    finished_at: instantOrNull(attempt.finishedAt),
    status_code: attempt.statusCode,
    error: attempt.error,
    output: attempt.output,
  })),
})

type Measured = Awaited<ReturnType<StatisticsService['range']>>

export const statisticsToWire = (
  { counts, successRate, durationMs, latenessMs, approximate }: Measured,
  range: { readonly from: number; readonly until: number },
): Statistics => ({
  from: instant(range.from),
  until: instant(range.until),
  counts,
  success_rate: successRate,
  duration_ms: durationMs,
  lateness_ms: latenessMs,
  approximate,
})
