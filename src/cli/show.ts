/** Instants, states and outcomes in the words and colours of the terminal. */
import type { Execution } from '../api/contract/executions.ts'
import type { Job } from '../api/contract/jobs.ts'
import { showDuration } from './duration.ts'
import type { Column } from './table.ts'
import type { Paint } from './terminal.ts'

const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** `2026-11-24 09:30:00 +09:00`; milliseconds only where there are some. */
export const showInstant = (instant: string | null, zone = localZone()): string | null => {
  if (instant === null) return null
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone)
  const time = local.toPlainTime().toString({ fractionalSecondDigits: local.millisecond === 0 ? 0 : 3 })
  return `${local.toPlainDate()} ${time} ${local.offset}`
}

const STATUS_PAINT: Readonly<Record<string, Paint>> = {
  success: 'green',
  active: 'green',
  failed: 'red',
  uncertain: 'red',
  running: 'cyan',
  pending: 'yellow',
  paused: 'yellow',
  skipped: 'dim',
  missed: 'yellow',
  cancelled: 'dim',
  ended: 'dim',
  planned: 'dim',
}

export const statusPaint = (status: string): Paint | undefined => STATUS_PAINT[status]

export const showProgress = ({ percent, message }: NonNullable<Execution['progress']>): string =>
  [percent === null ? null : `${percent} %`, message].filter((part) => part !== null).join(', ')

/** What came of an execution in a few words: the answer, the error, why it did not run, or how far it is. */
export const showResult = (execution: Execution): string => {
  const { status_code, error, reason_text, occurrences, duration_seconds, waiting_for, progress, status } = execution
  const parts = [
    status_code === null ? null : String(status_code),
    error ?? reason_text,
    waiting_for === null ? null : waitingText(waiting_for),
    status === 'running' && progress !== null ? showProgress(progress) : null,
    duration_seconds === null ? null : `in ${showDuration(duration_seconds)}`,
    occurrences > 1 ? `(${occurrences} occurrences)` : null,
  ]
  return parts.filter((part) => part !== null).join(' ')
}

const waitingText = ({ kind, limit }: NonNullable<Execution['waiting_for']>): string =>
  kind === 'limit'
    ? `waits for the limit ${limit}`
    : kind === 'catch_up'
      ? 'waits for its turn in the catch-up work'
      : 'waits for another run of its job'

export const runLine = (run: Execution): string =>
  [`${run.job_name}: ${run.status}`, showResult(run), `(run ${run.id})`].filter((part) => part !== '').join(' ')

export const RUN_COLUMNS: readonly Column<Execution>[] = [
  { title: 'due', of: (run) => showInstant(run.scheduled_for), whole: true },
  { title: 'status', of: (run) => run.status, whole: true, paint: (run) => statusPaint(run.status) },
  { title: 'job', of: (run) => run.job_name },
  { title: 'by', of: (run) => run.trigger, whole: true },
  { title: 'late', of: (run) => late(run), align: 'right', whole: true },
  { title: 'try', of: (run) => String(run.attempt), align: 'right', whole: true },
  { title: 'result', of: showResult },
  { title: 'id', of: (run) => run.id, whole: true },
]

const late = (run: Execution): string | null =>
  run.lateness_seconds === null ? null : `+${showDuration(Math.max(0, run.lateness_seconds))}`

export const JOB_COLUMNS: readonly Column<Job>[] = [
  { title: 'name', of: (job) => job.name },
  { title: 'state', of: (job) => job.state, whole: true, paint: (job) => statusPaint(job.state) },
  { title: 'schedule', of: (job) => job.schedule_text },
  { title: 'next run', of: (job) => showInstant(job.next_run_at, job.time_zone), whole: true },
  {
    title: 'last',
    of: (job) => job.last_run?.status ?? null,
    whole: true,
    paint: (job) => statusPaint(job.last_run?.status ?? ''),
  },
  { title: 'id', of: (job) => job.id, whole: true },
]
